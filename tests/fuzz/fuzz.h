/* What fuzz targets have in common. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include "base/view.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Unless it is so, the fuzzer stops and keeps the input. */
static inline void
check(bool is_so)
{
	if (!is_so) {
		abort();
	}
}

static inline bool
lies_in(struct view part, struct view whole)
{
	return part.n == 0 ||
	       (part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

/* The lines of a head, of which the last is ended too. */
static inline size_t
count_lines(struct view head)
{
	size_t lines = 0;

	for (size_t i = 0; i < head.n; i++) {
		check(head.p[i] != '\0');
		lines += head.p[i] == '\n';
	}
	check(view_ends(head, VIEW("\n")));
	return lines;
}

/* FNV-1a, to compare what comes out with what came out before. */
#define HASH_OF_NOTHING UINT64_C(14695981039346656037)

static inline void
hash_add(uint64_t *hash, struct view bytes)
{
	for (size_t i = 0; i < bytes.n; i++) {
		*hash = (*hash ^ (uint8_t)bytes.p[i]) * UINT64_C(1099511628211);
	}
}

#endif
