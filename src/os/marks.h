/*
 * A persistent set of 64-bit marks in one file of fixed size, shared without
 * locks by every process that uses the directory: each mark is one aligned
 * 8-byte write. Old marks give way to new ones. Losing a mark only costs the
 * work that it would have saved, so nothing here is an error.
 *
 *	file = MARKS_BUCKETS buckets of MARKS_WAYS marks, in the machine's byte
 *	       order; 0 is empty
 */
#ifndef OS_MARKS_H
#define OS_MARKS_H

#include <stdbool.h>
#include <stdint.h>

enum {
	MARKS_WAYS = 8,
	MARKS_BUCKETS = 1 << 15, /* 2 MiB, 262,144 marks */
};

struct marks {
	int fd; /* -1: the set is empty and stays so */
};

/* Opens or makes the file name in the directory. */
void marks_open(struct marks *m, int dir, const char *name);
void marks_close(struct marks *m);

bool marks_has(const struct marks *m, uint64_t mark);
void marks_add(const struct marks *m, uint64_t mark);

#endif
