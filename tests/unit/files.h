/* Whole binary files, for tests. Include after cmocka.h. */
#ifndef TESTS_UNIT_FILES_H
#define TESTS_UNIT_FILES_H

#include "base/view.h"

#include <stdio.h>
#include <stdlib.h>

enum { FILES_MAX = 64 * 1024 };

/* The caller frees its bytes. Fails the test if there is no such file. */
static inline struct view
files_load(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *bytes = malloc(FILES_MAX);
	size_t n;

	if (!f || !bytes) {
		fail_msg("cannot open %s", path);
		abort();
	}
	n = fread(bytes, 1, FILES_MAX, f);
	fclose(f);
	return (struct view){bytes, n};
}

#endif
