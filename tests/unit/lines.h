/*
 * Vector files of one case per line, for tests. Lines that begin with `# ` are
 * comments. Include after cmocka.h.
 */
#ifndef TESTS_UNIT_LINES_H
#define TESTS_UNIT_LINES_H

#include "base/view.h"

#include <stdio.h>
#include <string.h>

enum { LINES_LEN_MAX = 4096 };

struct lines {
	FILE *file;
	size_t count; /* cases so far */
	char text[LINES_LEN_MAX];
};

/* Fails the test if there is no such file. */
static inline void
lines_open(struct lines *l, const char *path)
{
	l->count = 0;
	l->file = fopen(path, "r");
	if (!l->file) {
		fail_msg("cannot open %s", path);
	}
}

/* The next case, valid until the one after. Closes the file at its end, and
 * fails the test if it had none at all. */
static inline bool
lines_next(struct lines *l, struct view *line)
{
	do {
		if (!fgets(l->text, sizeof(l->text), l->file)) {
			fclose(l->file);
			assert_int_not_equal(l->count, 0);
			return false;
		}
	} while (strncmp(l->text, "# ", 2) == 0);
	l->count++;
	*line = (struct view){l->text, strcspn(l->text, "\n")};
	return true;
}

#endif
