/* What counts as used, what is remembered, and what a trim takes. */
#include "cachedir_fixture.h"

static void
what_is_used_gets_a_new_mtime(void **state)
{
	char path[PATH_LEN_MAX];
	struct timespec old[2] = {{.tv_sec = 1000000}, {.tv_sec = 1000000}};
	struct stat st;

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

	assert_false(cachedir_is_shared(&dir, VIEW("here"), &action, &output));
	cachedir_set_shared(&dir, VIEW("here"), &action, &output);
	assert_true(cachedir_is_shared(&dir, VIEW("here"), &action, &output));
	assert_false(cachedir_is_shared(&dir, VIEW("there"), &action, &output));
	assert_false(cachedir_is_shared(&dir, VIEW("here"), &output, &action));
}

/* The mark that a body was checked, as its file is now. */
static bool
is_marked(const struct entry *e)
{
	char path[PATH_LEN_MAX];
	struct stat st;

	return stat(body_path(e, path), &st) == 0 &&
	       marks_has(&dir.marks,
		       cachedir_checked_mark(&dir, &e->output, &st));
}

static void
age(const char *path, int64_t seconds)
{
	struct timespec then = {
		.tv_sec = (time_t)(clock_wall_ns() / 1000000000 - seconds)};
	const struct timespec times[] = {then, then};

	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static time_t
mtime_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mtim.tv_sec;
}

enum { HOUR_S = 3600, DAY_S = 24 * HOUR_S };

static void
what_was_written_or_read_through_is_marked(void **state)
{
	char path[PATH_LEN_MAX];

	struct entry e = store("marked", "once");

	assert_true(is_marked(&e));
	age(body_path(&e, path), 60); /* a change that nobody told of */
	assert_false(is_marked(&e));
	assert_true(hits(&e));
	assert_true(is_marked(&e));
}

/* To renew an mtime must not cost another reading. */
static void
what_was_touched_stays_marked(void **state)
{
	char path[PATH_LEN_MAX];

	struct entry e = store("touched", "again");

	age(body_path(&e, path), 2 * HOUR_S);
	time_t before = mtime_of(path);

	assert_true(hits(&e));
	assert_true(mtime_of(path) > before);
	assert_true(is_marked(&e));
}

static void
what_was_used_lately_is_not_touched(void **state)
{
	char path[PATH_LEN_MAX];

	struct entry e = store("lately", "used");

	age(body_path(&e, path), HOUR_S - 60);
	time_t before = mtime_of(path);

	assert_true(hits(&e));
	assert_int_equal(mtime_of(path), before);
}

/* A put of a body that is there counts as use: a trim must not take it. */
static void
a_body_that_is_put_again_counts_as_used(void **state)
{
	char path[PATH_LEN_MAX];

	struct entry e = store("present", "body");

	age(body_path(&e, path), 6 * DAY_S);
	assert_true(cachedir_has_body(&dir, &e.output, 4));
	assert_true(mtime_of(path) > clock_wall_ns() / 1000000000 - 60);
}

/* The system's count of this process's reads; 0 if it keeps none. */
static unsigned long
count_reads(void)
{
	FILE *f = fopen("/proc/self/io", "r");
	unsigned long count = 0;
	char line[128];

	while (f && fgets(line, sizeof(line), f)) {
		(void)sscanf(line, "syscr: %lu", &count);
	}
	if (f) {
		fclose(f);
	}
	return count;
}

/* The whole of a cache that was restored is read through at its first use. */
static void
a_body_is_read_in_large_pieces(void **state)
{
	enum { SIZE = 1 << 20, READS_MAX = 60 };

	char *body = malloc(SIZE + 1), path[PATH_LEN_MAX];

	memset(body, 'x', SIZE);
	body[SIZE] = '\0';
	struct entry e = store("large", body);
	unsigned long before = count_reads();

	age(body_path(&e, path), 60);
	assert_true(hits(&e));
	assert_true(count_reads() - before <= READS_MAX);
	free(body);
}

static const char *
top_path(const char *name, char path[PATH_LEN_MAX])
{
	snprintf(path, PATH_LEN_MAX, "%.2000s/%s", dir.path, name);
	return path;
}

static void
set_trimmed(int64_t seconds_ago)
{
	char path[PATH_LEN_MAX];
	FILE *f = fopen(top_path("trim.txt", path), "w");

	assert_non_null(f);
	fprintf(f, "%lld",
		(long long)(clock_wall_ns() / 1000000000 - seconds_ago));
	fclose(f);
}

static void
trim(void)
{
	dir.temporary = false;
	cachedir_trim(&dir);
	dir.temporary = true;
}

static void
a_trim_removes_what_was_not_used_for_long(void **state)
{
	char path[PATH_LEN_MAX], other[PATH_LEN_MAX];
	struct entry old = store("old", "old body");
	struct entry used = store("used lately", "used body");

	age(body_path(&old, path), 6 * DAY_S);
	action_path(&old, other);
	age(other, 6 * DAY_S);
	age(body_path(&used, other), 5 * DAY_S);
	set_trimmed(2 * DAY_S);
	trim();
	assert_int_not_equal(access(path, F_OK), 0);
	assert_false(hits(&old));
	assert_true(hits(&used));
}

static void
a_trim_is_due_once_a_day(void **state)
{
	char path[PATH_LEN_MAX];
	struct entry old = store("old again", "old body again");

	age(body_path(&old, path), 6 * DAY_S);
	set_trimmed(DAY_S - 60);
	trim();
	assert_int_equal(access(path, F_OK), 0);
	set_trimmed(DAY_S + 60);
	trim();
	assert_int_not_equal(access(path, F_OK), 0);
	store("old again", "old body again");
	age(path, 6 * DAY_S);
	trim(); /* the last one was just now */
	assert_int_equal(access(path, F_OK), 0);
}

static void
a_trim_leaves_what_it_does_not_know(void **state)
{
	const char *const names[] = {"README", "00/foreign", "00/gocache-s3-x",
		"fuzz", "gocache-s3.marks"};
	char path[PATH_LEN_MAX];

	mkdir(top_path("00", path), 0700);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		close(open(top_path(names[i], path), O_CREAT | O_WRONLY, 0600));
		age(path, 400 * DAY_S);
	}
	set_trimmed(2 * DAY_S);
	trim();
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		assert_int_equal(access(top_path(names[i], path), F_OK), 0);
	}
	assert_int_equal(unlink(top_path("00/foreign", path)), 0);
}

static void
a_trim_removes_what_a_crash_left(void **state)
{
	char path[PATH_LEN_MAX], fresh[PATH_LEN_MAX];

	mkdir(top_path("01", path), 0700);
	top_path("01/gocache-s3-crash.tmp", path);
	top_path("01/gocache-s3-alive.tmp", fresh);
	close(open(path, O_CREAT | O_WRONLY, 0600));
	close(open(fresh, O_CREAT | O_WRONLY, 0600));
	age(path, HOUR_S + 60);
	set_trimmed(2 * DAY_S);
	trim();
	assert_int_not_equal(access(path, F_OK), 0);
	assert_int_equal(access(fresh, F_OK), 0);
}

/* cmd/go keeps a linked program in a directory of its own. */
static void
a_trim_removes_old_programs(void **state)
{
	char path[PATH_LEN_MAX], program[PATH_LEN_MAX + 8];

	mkdir(top_path("02", path), 0700);
	mkdir(top_path("02/abc-d", path), 0700);
	snprintf(program, sizeof(program), "%s/prog", path);
	close(open(program, O_CREAT | O_WRONLY, 0700));
	age(path, 6 * DAY_S);
	set_trimmed(2 * DAY_S);
	trim();
	assert_int_not_equal(access(path, F_OK), 0);
}

static void
a_strange_trim_txt_stops_nobody(void **state)
{
	char path[PATH_LEN_MAX];

	unlink(top_path("trim.txt", path));
	assert_int_equal(mkfifo(path, 0600), 0);
	trim();
	unlink(path);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	trim();
	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	trim();
	rmdir(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_used_gets_a_new_mtime),
		cmocka_unit_test(what_is_shared_is_remembered),
		cmocka_unit_test(what_was_written_or_read_through_is_marked),
		cmocka_unit_test(what_was_touched_stays_marked),
		cmocka_unit_test(what_was_used_lately_is_not_touched),
		cmocka_unit_test(a_body_that_is_put_again_counts_as_used),
		cmocka_unit_test(a_body_is_read_in_large_pieces),
		cmocka_unit_test(a_trim_removes_what_was_not_used_for_long),
		cmocka_unit_test(a_trim_is_due_once_a_day),
		cmocka_unit_test(a_trim_leaves_what_it_does_not_know),
		cmocka_unit_test(a_trim_removes_what_a_crash_left),
		cmocka_unit_test(a_trim_removes_old_programs),
		cmocka_unit_test(a_strange_trim_txt_stops_nobody),
	};

	return cmocka_run_group_tests_name(
		"cachedir_use", tests, set_up, tear_down);
}
