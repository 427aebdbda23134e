#include "child.h"
#include "front/local.h"
#include "os/log.h"

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

static char root[] = "/tmp/gocache-s3-test-XXXXXX";
static char at[8][128];
static struct cachedir dir;
static char said[4096];

/* A path below a directory of the test's own. */
static const char *
below(const char *name)
{
	static unsigned turn;
	char *path = at[turn++ % 8];

	snprintf(path, sizeof(at[0]), "%s/%s", root, name);
	return path;
}

/* Opens what the places say, and keeps what was said about it. */
static void
open_in(const struct local_places *places)
{
	int pipes[2];
	int before = dup(STDERR_FILENO);

	assert_int_equal(pipe(pipes), 0);
	dup2(pipes[1], STDERR_FILENO);
	close(pipes[1]);
	log_init(false);
	local_open(&dir, places);
	dup2(before, STDERR_FILENO);
	close(before);
	ssize_t n = read(pipes[0], said, sizeof(said) - 1);

	close(pipes[0]);
	said[n > 0 ? n : 0] = '\0';
}

static void
done(void)
{
	cachedir_remove(&dir);
	cachedir_close(&dir);
}

static void
assert_uses(const struct local_places *places, const char *path)
{
	open_in(places);
	assert_string_equal(dir.path, path);
	assert_false(dir.temporary);
	assert_true(dir.dir >= 0);
	assert_string_equal(said, "");
	done();
}

/* One line that says why. */
static void
assert_falls_back(const struct local_places *places, const char *why)
{
	open_in(places);
	assert_true(dir.temporary);
	assert_int_equal(strncmp(dir.path, root, strlen(root)), 0);
	assert_non_null(strstr(said, why));
	assert_non_null(strstr(said, "temporary one"));
	assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
	done();
}

static void
the_first_that_is_set_is_used(void **state)
{
	struct local_places p = {
		.cache_dir = below("chosen"),
		.gocache = below("gocache"),
		.xdg_cache_home = below("xdg"),
		.home = below("home"),
		.tmpdir = root,
	};

	assert_uses(&p, below("chosen"));
	p.cache_dir = "";
	assert_uses(&p, below("gocache"));
	p.gocache = NULL;
	assert_uses(&p, below("xdg/go-build"));
	p.xdg_cache_home = "";
	assert_uses(&p, below("home/.cache/go-build"));
	p.home = NULL;
	assert_falls_back(&p, "none of GOCACHE");
}

static void
a_relative_choice_is_below_the_working_directory(void **state)
{
	const struct local_places p = {.cache_dir = "here/below"};

	assert_int_equal(chdir(root), 0);
	assert_uses(&p, below("here/below"));
	assert_int_equal(chdir("/"), 0);
}

static void
a_working_directory_that_is_gone_is_no_place(void **state)
{
	const struct local_places p = {.cache_dir = "here", .tmpdir = root};
	const char *gone = below("gone");

	assert_int_equal(mkdir(gone, 0700), 0);
	assert_int_equal(chdir(gone), 0);
	assert_int_equal(rmdir(gone), 0);
	assert_falls_back(&p, "must be absolute");
	assert_int_equal(chdir("/"), 0);
}

static void
temp_is_a_private_one(void **state)
{
	const struct local_places p = {.cache_dir = "temp", .tmpdir = root};
	struct stat st;

	open_in(&p);
	assert_true(dir.temporary);
	assert_int_equal(strncmp(dir.path, root, strlen(root)), 0);
	assert_string_equal(said, "");
	assert_int_equal(stat(dir.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	done();
	assert_int_not_equal(stat(dir.path, &st), 0);
}

static void
what_cannot_be_used_is_replaced(void **state)
{
	char longer[PATH_LEN_MAX + 2];
	struct local_places p = {.tmpdir = root};

	memset(longer, 'a', sizeof(longer) - 1);
	longer[0] = '/';
	longer[sizeof(longer) - 1] = '\0';
	p.gocache = "relative";
	assert_falls_back(&p, "must be absolute");
	p.gocache = "off";
	assert_falls_back(&p, "must be absolute");
	p.gocache = "/dev/null";
	assert_falls_back(&p, "Not a directory");
	p.gocache = "/proc/self/below";
	assert_falls_back(&p, "cannot use cache directory '/proc/self/below'");
	p.gocache = longer;
	assert_falls_back(&p, "too long");
	p.gocache = below("not \xff UTF-8");
	assert_falls_back(&p, "UTF-8");
}

static bool
has_nowhere(void *arg)
{
	const struct local_places p = {.gocache = "/cache"};
	struct entry e;
	const struct id id = {{0}};

	if (chroot("/proc/self/fd") != 0 || chdir("/") != 0) {
		return false;
	}
	local_open(&dir, &p);
	return dir.dir == -1 && !dir.temporary && dir.path[0] == '\0' &&
	       !cachedir_get(&dir, &id, &e);
}

/* Not even a temporary one: the conversation goes on all the same. */
static void
there_may_be_no_directory_at_all(void **state)
{
	if (geteuid() != 0) {
		skip();
	}
	assert_true(in_child(has_nowhere, NULL));
}

static int
set_up(void **state)
{
	return mkdtemp(root) ? 0 : -1;
}

static int
tear_down(void **state)
{
	const char *const made[] = {"chosen", "gocache", "xdg/go-build", "xdg",
		"home/.cache/go-build", "home/.cache", "home", "here/below",
		"here"};

	for (size_t i = 0; i < sizeof(made) / sizeof(*made); i++) {
		char marks[256];

		snprintf(marks, sizeof(marks), "%s/gocache-s3.marks",
			below(made[i]));
		unlink(marks);
		rmdir(below(made[i]));
	}
	return rmdir(root); /* nothing else was left there */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_that_is_set_is_used),
		cmocka_unit_test(
			a_relative_choice_is_below_the_working_directory),
		cmocka_unit_test(a_working_directory_that_is_gone_is_no_place),
		cmocka_unit_test(temp_is_a_private_one),
		cmocka_unit_test(what_cannot_be_used_is_replaced),
		cmocka_unit_test(there_may_be_no_directory_at_all),
	};

	return cmocka_run_group_tests_name("local", tests, set_up, tear_down);
}
