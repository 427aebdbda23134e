/* A cache directory of its own for each group of tests. */
#ifndef TESTS_CACHEDIR_FIXTURE_H
#define TESTS_CACHEDIR_FIXTURE_H

#include "base/sha256.h"
#include "os/cachedir_private.h"
#include "os/clock.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static struct cachedir dir;

static inline int
set_up(void **state)
{
	struct gs_err err;

	(void)state;
	return cachedir_open_temporary(&dir, getenv("TMPDIR"), &err) == GS_OK
		       ? 0
		       : -1;
}

static inline int
tear_down(void **state)
{
	(void)state;
	cachedir_remove(&dir);
	bool gone = access(dir.path, F_OK) != 0;

	cachedir_close(&dir);
	return gone ? 0 : -1;
}

static inline struct id
id_of(const char *text)
{
	struct id id;

	sha256_of(view_of(text), &id);
	return id;
}

/* Stores a body and an entry that names it. */
static inline struct entry
store(const char *action, const char *body)
{
	struct entry e = {
		.action = id_of(action),
		.output = id_of(body),
		.size = strlen(body),
		.time_ns = 1234567890123456789,
	};
	struct cachedir_body b;
	struct gs_err err;

	assert_int_equal(cachedir_body_begin(&dir, &b, &e.output, &err), GS_OK);
	assert_int_equal(cachedir_body_add(&b, view_of(body), &err), GS_OK);
	assert_int_equal(cachedir_body_commit(&dir, &b, e.size, &err), GS_OK);
	assert_int_equal(cachedir_put(&dir, &e, &err), GS_OK);
	return e;
}

static inline bool
hits(const struct entry *e)
{
	struct entry found;

	return cachedir_get(&dir, &e->action, &found) &&
	       id_eq(&found.output, &e->output) && found.size == e->size &&
	       found.time_ns == e->time_ns;
}

static inline const char *
body_path(const struct entry *e, char path[PATH_LEN_MAX])
{
	struct buf out = buf_over(path, PATH_LEN_MAX);

	cachedir_body_path(&dir, &e->output, &out);
	return buf_cstr(&out);
}

static inline void
action_path(const struct entry *e, char path[PATH_LEN_MAX])
{
	char name[ENTRY_NAME_MAX];

	entry_action_name(&e->action, name);
	snprintf(path, PATH_LEN_MAX, "%.2000s/%s", dir.path, name);
}

/* Overwrites the byte at `at` of a file, in place, a little later: kernels
 * before 6.13 tell times by the tick. */
static inline void
poke(const char *path, off_t at, char value)
{
	usleep(20000);
	int fd = open(path, O_WRONLY);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, &value, 1, at), 1);
	close(fd);
}

#endif
