/* Rows about endpoints: columns that a space parts, `-` for what is not given,
 * `^` for a space. Include after cmocka.h. */
#ifndef TESTS_UNIT_ENDPOINT_ROWS_H
#define TESTS_UNIT_ENDPOINT_ROWS_H

#include "lines.h"
#include "s3/endpoint.h"

enum { COLUMNS_AT_ONCE = 8, COLUMN_MAX = 2048 };

/* Valid until as many others have been taken. */
static inline struct view
take_column(struct view *line)
{
	static char text[COLUMNS_AT_ONCE][COLUMN_MAX];
	static unsigned next;
	char *at = text[next++ % COLUMNS_AT_ONCE];
	struct view column;

	view_cut(*line, ' ', &column, line);
	assert_true(column.n <= COLUMN_MAX);
	for (size_t i = 0; i < column.n; i++) {
		at[i] = column.p[i] == '^' ? ' ' : column.p[i];
	}
	return view_eq(column, VIEW("-")) ? VIEW("")
					  : (struct view){at, column.n};
}

/* FLAG+FLAG... */
static inline void
set_flags(struct view flags, struct endpoint_wish *wish)
{
	struct view flag;

	while (flags.n > 0) {
		view_cut(flags, '+', &flag, &flags);
		if (view_eq(flag, VIEW("fips"))) {
			wish->variants.fips = true;
		} else if (view_eq(flag, VIEW("dualstack"))) {
			wish->variants.dual_stack = true;
		} else if (view_eq(flag, VIEW("accelerate"))) {
			wish->accelerate = true;
		} else if (view_eq(flag, VIEW("arnregion"))) {
			wish->use_arn_region = true;
		} else if (view_eq(flag, VIEW("named"))) {
			wish->region_is_named = true;
		} else if (view_eq(flag, VIEW("path"))) {
			wish->addressing = ENDPOINT_PATH;
		} else if (view_eq(flag, VIEW("virtual"))) {
			wish->addressing = ENDPOINT_VIRTUAL;
		} else {
			fail_msg("no such flag: %.*s", (int)flag.n, flag.p);
		}
	}
}

static inline void
assert_text(const char *got, struct view want)
{
	if (!view_eq(view_of(got), want)) {
		fail_msg("'%s' is not '%.*s'", got, (int)want.n, want.p);
	}
}

/* Calls run for each line that is not empty; says how many. */
static inline size_t
each_row(const char *path, void (*run)(struct view line))
{
	struct lines lines;
	struct view line;
	size_t count = 0;

	lines_open(&lines, path);
	while (lines_next(&lines, &line)) {
		if (line.n > 0) {
			run(line);
			count++;
		}
	}
	return count;
}

#endif
