/* Which directory, and its end. */
#include "cachedir_fixture.h"

#include <dirent.h>

static void
a_relative_path_is_refused(void **state)
{
	struct cachedir c;
	struct gs_err err;

	assert_int_equal(cachedir_open(&c, "here", &err), GS_CONFIG);
	assert_int_equal(cachedir_open(&c, "", &err), GS_CONFIG);
}

static void
a_directory_that_cannot_be_made_is_refused(void **state)
{
	struct cachedir c;
	struct gs_err err;

	assert_int_equal(
		cachedir_open(&c, "/proc/gocache-s3/nowhere", &err), GS_SYS);
	assert_int_equal(c.dir, -1);
}

static void
a_path_that_go_cannot_be_told_is_refused(void **state)
{
	struct cachedir c;
	struct gs_err err;

	assert_int_equal(
		cachedir_open(&c, "/tmp/gocache-s3-\xff", &err), GS_CONFIG);
	assert_int_equal(c.dir, -1);
	assert_int_not_equal(access("/tmp/gocache-s3-\xff", F_OK), 0);
}

static void
a_path_has_a_longest_length(void **state)
{
	struct cachedir c;
	struct gs_err err;
	char path[PATH_LEN_MAX + 1];

	memset(path, '/', sizeof(path));
	memcpy(path, dir.path, strlen(dir.path));
	path[PATH_LEN_MAX] = '\0';
	assert_int_equal(cachedir_open(&c, path, &err), GS_TOOBIG);
	path[PATH_LEN_MAX - 1] = '\0';
	assert_int_equal(cachedir_open(&c, path, &err), GS_OK);
	cachedir_close(&c);
}

static void
missing_directories_are_made(void **state)
{
	char path[PATH_LEN_MAX];
	struct cachedir c;
	struct gs_err err;

	snprintf(path, sizeof(path), "%.2000s/ff/below/it/", dir.path);
	assert_int_equal(cachedir_open(&c, path, &err), GS_OK);
	cachedir_close(&c);
	unlinkat(dir.dir, "ff/below/it/gocache-s3.marks", 0);
	assert_int_equal(unlinkat(dir.dir, "ff/below/it", AT_REMOVEDIR), 0);
	assert_int_equal(unlinkat(dir.dir, "ff/below", AT_REMOVEDIR), 0);
}

/* How many of our directories are in /dev/shm. */
static size_t
count_in(const char *place)
{
	size_t count = 0;
	DIR *d = opendir(place);
	struct dirent *e;

	while (d && (e = readdir(d)) != NULL) {
		count += strncmp(e->d_name, "gocache-s3-", 11) == 0;
	}
	if (d) {
		closedir(d);
	}
	return count;
}

/* A TMPDIR that will not do is passed over, and nothing is left in it. */
static void
a_bad_tmpdir_is_passed_over(void **state)
{
	const char *const bad[] = {NULL, "", "relative", "/nowhere/at/all",
		"/proc", "/tmp/gocache-s3-\xfe"};
	struct cachedir c;
	struct gs_err err;

	assert_int_equal(mkdir("/tmp/gocache-s3-\xfe", 0700), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(
			cachedir_open_temporary(&c, bad[i], &err), GS_OK);
		assert_true(c.temporary);
		assert_int_equal(strncmp(c.path, "/tmp/gocache-s3-", 16), 0);
		cachedir_remove(&c);
		cachedir_close(&c);
	}
	assert_int_equal(count_in("/tmp/gocache-s3-\xfe"), 0);
	assert_int_equal(rmdir("/tmp/gocache-s3-\xfe"), 0);
}

static void
only_a_private_directory_is_removed(void **state)
{
	struct cachedir c;
	struct gs_err err;

	assert_int_equal(cachedir_open_temporary(&c, NULL, &err), GS_OK);
	c.temporary = false;
	cachedir_remove(&c);
	assert_int_equal(access(c.path, F_OK), 0);
	c.temporary = true;
	cachedir_remove(&c);
	assert_int_not_equal(access(c.path, F_OK), 0);
	cachedir_remove(&c);
	cachedir_close(&c);
}

static void
a_directory_without_marks_will_do(void **state)
{
	char path[PATH_LEN_MAX];
	struct cachedir c;
	struct gs_err err;

	snprintf(path, sizeof(path), "%.2000s/00", dir.path);
	assert_int_equal(mkdir(path, 0700), 0);
	strcat(path, "/gocache-s3.marks");
	assert_int_equal(mkdir(path, 0700), 0);
	*strrchr(path, '/') = '\0';
	assert_int_equal(cachedir_open(&c, path, &err), GS_OK);
	assert_int_equal(c.marks.fd, -1);
	cachedir_close(&c);
	assert_int_equal(
		unlinkat(dir.dir, "00/gocache-s3.marks", AT_REMOVEDIR), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_relative_path_is_refused),
		cmocka_unit_test(a_directory_that_cannot_be_made_is_refused),
		cmocka_unit_test(a_path_that_go_cannot_be_told_is_refused),
		cmocka_unit_test(a_path_has_a_longest_length),
		cmocka_unit_test(missing_directories_are_made),
		cmocka_unit_test(a_bad_tmpdir_is_passed_over),
		cmocka_unit_test(only_a_private_directory_is_removed),
		cmocka_unit_test(a_directory_without_marks_will_do),
	};

	return cmocka_run_group_tests_name(
		"cachedir_open", tests, set_up, tear_down);
}
