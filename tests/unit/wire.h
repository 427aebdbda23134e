/*
 * Requests in vector files, for tests: a head of lines, and perhaps an empty
 * line and a body. Include after cmocka.h.
 */
#ifndef TESTS_UNIT_WIRE_H
#define TESTS_UNIT_WIRE_H

#include "base/buf.h"

/* A request as it travels: its head's lines end with CRLF, VERSION at the end
 * of one is ours, and the body is as it stands. In storage[cap]. */
static inline struct view
wire_of(struct view lines, char *storage, size_t cap)
{
	struct buf b = buf_over(storage, cap);
	struct view line;

	do {
		view_cut(lines, '\n', &line, &lines);
		if (view_ends(line, VIEW("VERSION"))) {
			line.n -= sizeof("VERSION") - 1;
			buf_add(&b, line);
			line = VIEW(GOCACHE_S3_VERSION);
		}
		buf_add(&b, line);
		buf_str(&b, "\r\n");
	} while (line.n > 0);
	buf_add(&b, lines);
	assert_true(buf_ok(&b));
	return buf_view(&b);
}

/* Fails the test, which is about path, unless the request is the file's. */
static inline void
wire_assert(const char *path, struct view got, struct view lines)
{
	static char storage[128 * 1024];
	struct view want = wire_of(lines, storage, sizeof(storage));

	if (!view_eq(got, want)) {
		fail_msg("%s:\n%.*s\nis not\n%.*s", path, (int)got.n, got.p,
			(int)want.n, want.p);
	}
}

#endif
