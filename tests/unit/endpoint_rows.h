/* Rows about endpoints: columns that a space parts, `-` for what is not given,
 * `^` for a space. Include after cmocka.h. */
#ifndef TESTS_UNIT_ENDPOINT_ROWS_H
#define TESTS_UNIT_ENDPOINT_ROWS_H

#include "lines.h"
#include "s3/endpoint.h"
#include "vectors.h"

enum { COLUMNS_AT_ONCE = 8, COLUMN_MAX = 2048 };

static struct gs_err err;
static struct endpoint endpoint;

static inline void
assert_resolves(const struct endpoint_wish *wish)
{
	if (endpoint_resolve(wish, &endpoint, &err) != GS_OK) {
		fail_msg("%s: %s", vector_at, err.text);
	}
}

/* A bucket at a URL, or at AWS for an empty one. */
static inline void
assert_resolves_at(const char *url)
{
	const struct endpoint_wish wish = {
		.bucket = VIEW("bucket"), .url = view_of(url)};

	assert_resolves(&wish);
}

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

/* The columns that rows begin with. */
static inline struct endpoint_wish
take_wish(struct view *line)
{
	struct endpoint_wish wish = {0};

	wish.bucket = take_column(line);
	wish.region = take_column(line);
	wish.url = take_column(line);
	return wish;
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
			lines.text[line.n] = '\0';
			vector_at = lines.text;
			run(line);
			count++;
		}
	}
	vector_at = "";
	return count;
}

#endif
