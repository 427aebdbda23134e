#include "cachedir_fixture.h"

static void
what_was_put_is_found(void **state)
{
	struct entry e = store("a", "hello");

	assert_true(hits(&e));
	assert_true(cachedir_has_body(&dir, &e.output, 5));
	assert_false(cachedir_has_body(&dir, &e.output, 6));
}

static void
an_empty_body_is_found(void **state)
{
	struct entry e = store("empty", "");

	assert_true(hits(&e));
}

static void
an_unknown_action_is_a_miss(void **state)
{
	struct entry e = {.action = id_of("nobody")};

	assert_false(hits(&e));
}

static void
the_last_put_wins(void **state)
{
	struct entry first = store("twice", "one");
	struct entry second = store("twice", "two");

	assert_false(hits(&first));
	assert_true(hits(&second));
}

static void
an_altered_body_is_a_miss(void **state)
{
	char path[PATH_LEN_MAX];

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

	struct entry e = store("short", "0123456789");

	assert_int_equal(truncate(body_path(&e, path), 9), 0);
	assert_false(hits(&e));
}

static void
a_vanished_body_is_a_miss(void **state)
{
	char path[PATH_LEN_MAX];

	struct entry e = store("vanished", "going");

	assert_int_equal(unlink(body_path(&e, path)), 0);
	assert_false(hits(&e));
}

static void
a_symbolic_link_is_a_miss(void **state)
{
	char path[PATH_LEN_MAX], elsewhere[PATH_LEN_MAX + 8];

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

	assert_int_equal(cachedir_body_begin(&dir, &b, &output, &err), GS_OK);
	snprintf(path, sizeof(path), "%.2000s/%s", dir.path, b.temp);
	assert_int_equal(access(path, F_OK), 0);
	cachedir_body_abort(&dir, &b);
	assert_int_equal(access(path, F_OK), -1);
	cachedir_body_abort(&dir, &b);
}

/* Nobody waits for whoever would write into it. */
static void
a_fifo_is_a_miss(void **state)
{
	char path[PATH_LEN_MAX];

	struct entry e = store("fifo", "pipe");

	assert_int_equal(unlink(body_path(&e, path)), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_false(hits(&e));
	assert_int_equal(cachedir_open_body(&dir, &e.output, 4), -1);
	action_path(&e, path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_false(hits(&e));
}

static void
a_directory_is_a_miss(void **state)
{
	char path[PATH_LEN_MAX];

	struct entry e = store("directory", "folder");

	assert_int_equal(unlink(body_path(&e, path)), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_false(hits(&e));
	assert_int_equal(rmdir(path), 0);
	action_path(&e, path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_false(hits(&e));
	assert_int_equal(rmdir(path), 0);
}

/* A put mends what was damaged. */
static void
a_put_replaces_a_bad_body(void **state)
{
	char path[PATH_LEN_MAX];

	struct entry e = store("mended", "whole");

	poke(body_path(&e, path), 0, '#');
	assert_false(hits(&e));
	store("mended", "whole");
	assert_true(hits(&e));
}

static void
a_body_is_opened_for_reading_only_if_whole(void **state)
{
	struct entry e = store("opened", "12345");
	int fd = cachedir_open_body(&dir, &e.output, 5);
	char text[8];

	assert_true(fd >= 0);
	assert_int_equal(read(fd, text, sizeof(text)), 5);
	close(fd);
	assert_int_equal(cachedir_open_body(&dir, &e.output, 4), -1);
	assert_int_equal(cachedir_open_body(&dir, &e.action, 5), -1);
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
		cmocka_unit_test(a_fifo_is_a_miss),
		cmocka_unit_test(a_directory_is_a_miss),
		cmocka_unit_test(a_put_replaces_a_bad_body),
		cmocka_unit_test(a_body_is_opened_for_reading_only_if_whole),
	};

	return cmocka_run_group_tests_name(
		"cachedir", tests, set_up, tear_down);
}
