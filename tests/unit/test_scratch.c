#include "cachedir_fixture.h"

#include "mirror/scratch.h"

#include <signal.h>
#include <sys/resource.h>

static struct scratch s;
static struct gs_err err;

static int
open_one(void **state)
{
	err = (struct gs_err){.code = GS_OK};
	return scratch_open(&s, &dir, &err) == GS_OK ? 0 : -1;
}

static int
close_it(void **state)
{
	scratch_close(&s);
	return 0;
}

static void
add(struct scratch *to, const char *text)
{
	assert_int_equal(scratch_add(to, view_of(text), &err), GS_OK);
}

static void
assert_holds(int fd, const char *text)
{
	char is[5000];
	struct id want = id_of(text), got = scratch_digest(&s);
	size_t len = strlen(text);

	assert_int_equal(s.size, len);
	assert_true(id_eq(&got, &want));
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_true(read(fd, is, sizeof(is)) >= (ssize_t)len);
	assert_memory_equal(is, text, len);
}

static void
it_holds_what_was_added(void **state)
{
	add(&s, "one ");
	add(&s, "two");
	assert_holds(s.again, "one two");
	assert_holds(s.fd, "one two");
}

static void
none_is_opened_once_the_directory_is_sealed(void **state)
{
	struct scratch late;

	cachedir_seal(&dir);
	assert_int_equal(scratch_open(&late, &dir, &err), GS_CLOSED);
}

static void
it_has_no_name(void **state)
{
	struct stat st;

	assert_int_equal(fstat(s.fd, &st), 0);
	assert_int_equal(st.st_nlink, 0);
}

static void
it_goes_back_to_a_mark(void **state)
{
	add(&s, "one ");
	struct scratch mark = s;

	add(&s, "a mistake");
	scratch_go_back(&s, &mark);
	assert_int_equal(s.size, 4);
	add(&s, "two");
	assert_holds(s.again, "one two");
}

static void
a_part_is_copied(void **state)
{
	static char text[5000];
	struct scratch other;

	memset(text, 'x', sizeof(text) - 1);
	text[1] = 'a';
	text[4800] = 'z';
	assert_int_equal(scratch_open(&other, &dir, &err), GS_OK);
	add(&other, text);
	assert_int_equal(scratch_copy(&s, &other, 1, 4800, &err), GS_OK);
	text[4801] = '\0';
	assert_holds(s.again, text + 1);
	assert_int_equal(scratch_copy(&s, &other, 4000, 1000, &err), GS_SYS);
	scratch_close(&other);
}

static void
it_can_be_closed_twice(void **state)
{
	scratch_close(&s);
	assert_int_equal(s.fd, -1);
	scratch_close(&s);
}

static void
a_full_disk_is_said(void **state)
{
	struct rlimit limit, before;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = 6;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	add(&s, "one");
	struct scratch mark = s;
	enum gs_code code = scratch_add(&s, VIEW("more than that"), &err);

	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(code, GS_SYS);
	scratch_go_back(&s, &mark);
	assert_holds(s.again, "one");
}

static void
without_a_directory_there_is_none(void **state)
{
	struct cachedir nowhere = {.dir = -1};
	struct scratch other = {.fd = 77};

	assert_int_equal(scratch_open(&other, &nowhere, &err), GS_SYS);
	assert_int_equal(other.fd, 77);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_one, close_it)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_holds_what_was_added),
		TEST(it_has_no_name),
		TEST(it_goes_back_to_a_mark),
		TEST(a_part_is_copied),
		TEST(it_can_be_closed_twice),
		TEST(a_full_disk_is_said),
		TEST(without_a_directory_there_is_none),
		TEST(none_is_opened_once_the_directory_is_sealed),
	};

	return cmocka_run_group_tests_name("scratch", tests, set_up, tear_down);
}
