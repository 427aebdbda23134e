#include "base/sha256.h"
#include "os/cachedir.h"
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

static int
set_up(void **state)
{
	struct gs_err err;

	(void)state;
	return cachedir_open_temporary(&dir, getenv("TMPDIR"), &err) == GS_OK
		       ? 0
		       : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	cachedir_remove(&dir);
	bool gone = access(dir.path, F_OK) != 0;

	cachedir_close(&dir);
	return gone ? 0 : -1;
}

static struct id
id_of(const char *text)
{
	struct id id;

	sha256_of(view_of(text), &id);
	return id;
}

/* Stores a body and an entry that names it. */
static struct entry
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

static bool
hits(const struct entry *e)
{
	struct entry found;

	return cachedir_get(&dir, &e->action, &found) &&
	       id_eq(&found.output, &e->output) && found.size == e->size &&
	       found.time_ns == e->time_ns;
}

static const char *
body_path(const struct entry *e, char path[PATH_LEN_MAX])
{
	struct buf out = buf_over(path, PATH_LEN_MAX);

	cachedir_body_path(&dir, &e->output, &out);
	return buf_cstr(&out);
}

static void
action_path(const struct entry *e, char path[PATH_LEN_MAX])
{
	char name[ENTRY_NAME_MAX];

	entry_action_name(&e->action, name);
	snprintf(path, PATH_LEN_MAX, "%.2000s/%s", dir.path, name);
}

/* Overwrites the byte at `at` of a file, in place. */
static void
poke(const char *path, off_t at, char value)
{
	int fd = open(path, O_WRONLY);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, &value, 1, at), 1);
	close(fd);
}

static void
what_was_put_is_found(void **state)
{
	(void)state;
	struct entry e = store("a", "hello");

	assert_true(hits(&e));
	assert_true(cachedir_has_body(&dir, &e.output, 5));
	assert_false(cachedir_has_body(&dir, &e.output, 6));
}

static void
an_empty_body_is_found(void **state)
{
	(void)state;
	struct entry e = store("empty", "");

	assert_true(hits(&e));
}

static void
an_unknown_action_is_a_miss(void **state)
{
	struct entry e = {.action = id_of("nobody")};

	(void)state;
	assert_false(hits(&e));
}

static void
the_last_put_wins(void **state)
{
	(void)state;
	struct entry first = store("twice", "one");
	struct entry second = store("twice", "two");

	assert_false(hits(&first));
	assert_true(hits(&second));
}

static void
an_altered_body_is_a_miss(void **state)
{
	char path[PATH_LEN_MAX];

	(void)state;
	struct entry e = store("altered", "some archive");

	assert_true(hits(&e));
	poke(body_path(&e, path), 3, '#');
	assert_false(hits(&e));
	assert_false(hits(&e));
}

static void
a_body_restored_is_a_hit_again(void **state)
{
	char path[PATH_LEN_MAX];

	(void)state;
	struct entry e = store("restored", "xbc");

	poke(body_path(&e, path), 0, '#');
	assert_false(hits(&e));
	poke(body_path(&e, path), 0, 'x');
	assert_true(hits(&e));
}

static void
a_short_body_is_a_miss(void **state)
{
	char path[PATH_LEN_MAX];

	(void)state;
	struct entry e = store("short", "0123456789");

	assert_int_equal(truncate(body_path(&e, path), 9), 0);
	assert_false(hits(&e));
}

static void
a_vanished_body_is_a_miss(void **state)
{
	char path[PATH_LEN_MAX];

	(void)state;
	struct entry e = store("vanished", "going");

	assert_int_equal(unlink(body_path(&e, path)), 0);
	assert_false(hits(&e));
}

static void
a_symbolic_link_is_a_miss(void **state)
{
	char path[PATH_LEN_MAX], elsewhere[PATH_LEN_MAX + 8];

	(void)state;
	struct entry e = store("linked", "target");

	body_path(&e, path);
	snprintf(elsewhere, sizeof(elsewhere), "%s.x", path);
	assert_int_equal(rename(path, elsewhere), 0);
	assert_int_equal(symlink(elsewhere, path), 0);
	assert_false(hits(&e));
	unlink(path);
	unlink(elsewhere);
}

static void
a_damaged_entry_is_a_miss(void **state)
{
	char path[PATH_LEN_MAX];

	(void)state;
	for (off_t at = 0; at < ENTRY_LEN; at++) {
		struct entry e = store("damaged", "entry");

		action_path(&e, path);
		poke(path, at, '?');
		assert_false(hits(&e));
		unlink(path);
	}
}

static void
a_longer_entry_is_a_miss(void **state)
{
	char path[PATH_LEN_MAX];

	(void)state;
	struct entry e = store("longer", "entry");

	action_path(&e, path);
	poke(path, ENTRY_LEN, '\n');
	assert_false(hits(&e));
}

static void
a_body_that_does_not_hash_is_not_stored(void **state)
{
	struct cachedir_body b;
	struct gs_err err;
	struct id wrong = id_of("right");

	(void)state;
	assert_int_equal(cachedir_body_begin(&dir, &b, &wrong, &err), GS_OK);
	assert_int_equal(cachedir_body_add(&b, VIEW("wrong"), &err), GS_OK);
	assert_int_equal(cachedir_body_commit(&dir, &b, 5, &err), GS_BAD);
	assert_false(cachedir_has_body(&dir, &wrong, 5));
}

static void
a_body_of_another_size_is_not_stored(void **state)
{
	struct cachedir_body b;
	struct gs_err err;
	struct id output = id_of("four");

	(void)state;
	assert_int_equal(cachedir_body_begin(&dir, &b, &output, &err), GS_OK);
	assert_int_equal(cachedir_body_add(&b, VIEW("four"), &err), GS_OK);
	assert_int_equal(cachedir_body_commit(&dir, &b, 5, &err), GS_BAD);
	assert_false(cachedir_has_body(&dir, &output, 4));
}

/* The only temporary files are those of bodies under way. */
static void
an_abandoned_body_leaves_nothing(void **state)
{
	struct cachedir_body b;
	struct gs_err err;
	struct id output = id_of("abandoned");
	char path[PATH_LEN_MAX];

	(void)state;
	assert_int_equal(cachedir_body_begin(&dir, &b, &output, &err), GS_OK);
	snprintf(path, sizeof(path), "%.2000s/%s", dir.path, b.temp);
	assert_int_equal(access(path, F_OK), 0);
	cachedir_body_abort(&dir, &b);
	assert_int_equal(access(path, F_OK), -1);
	cachedir_body_abort(&dir, &b);
}

static void
what_is_used_gets_a_new_mtime(void **state)
{
	char path[PATH_LEN_MAX];
	struct timespec old[2] = {{.tv_sec = 1000000}, {.tv_sec = 1000000}};
	struct stat st;

	(void)state;
	struct entry e = store("used", "often");

	action_path(&e, path);
	utimensat(AT_FDCWD, path, old, 0);
	utimensat(AT_FDCWD, body_path(&e, path), old, 0);
	assert_true(hits(&e));
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_mtim.tv_sec > 1000000);
	action_path(&e, path);
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_mtim.tv_sec > 1000000);
}

static void
what_is_shared_is_remembered(void **state)
{
	struct id action = id_of("shared"), output = id_of("body");

	(void)state;
	assert_false(cachedir_is_shared(&dir, VIEW("here"), &action, &output));
	cachedir_set_shared(&dir, VIEW("here"), &action, &output);
	assert_true(cachedir_is_shared(&dir, VIEW("here"), &action, &output));
	assert_false(cachedir_is_shared(&dir, VIEW("there"), &action, &output));
	assert_false(cachedir_is_shared(&dir, VIEW("here"), &output, &action));
}

static void
a_relative_path_is_refused(void **state)
{
	struct cachedir c;
	struct gs_err err;

	(void)state;
	assert_int_equal(cachedir_open(&c, "here", &err), GS_CONFIG);
	assert_int_equal(cachedir_open(&c, "", &err), GS_CONFIG);
}

static void
a_directory_that_cannot_be_made_is_refused(void **state)
{
	struct cachedir c;
	struct gs_err err;

	(void)state;
	assert_int_equal(
		cachedir_open(&c, "/proc/gocache-s3/nowhere", &err), GS_SYS);
	assert_int_equal(c.dir, -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_put_is_found),
		cmocka_unit_test(an_empty_body_is_found),
		cmocka_unit_test(an_unknown_action_is_a_miss),
		cmocka_unit_test(the_last_put_wins),
		cmocka_unit_test(an_altered_body_is_a_miss),
		cmocka_unit_test(a_body_restored_is_a_hit_again),
		cmocka_unit_test(a_short_body_is_a_miss),
		cmocka_unit_test(a_vanished_body_is_a_miss),
		cmocka_unit_test(a_symbolic_link_is_a_miss),
		cmocka_unit_test(a_damaged_entry_is_a_miss),
		cmocka_unit_test(a_longer_entry_is_a_miss),
		cmocka_unit_test(a_body_that_does_not_hash_is_not_stored),
		cmocka_unit_test(a_body_of_another_size_is_not_stored),
		cmocka_unit_test(an_abandoned_body_leaves_nothing),
		cmocka_unit_test(what_is_used_gets_a_new_mtime),
		cmocka_unit_test(what_is_shared_is_remembered),
		cmocka_unit_test(a_relative_path_is_refused),
		cmocka_unit_test(a_directory_that_cannot_be_made_is_refused),
	};

	return cmocka_run_group_tests_name(
		"cachedir", tests, set_up, tear_down);
}
