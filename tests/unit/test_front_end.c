/* How a front ends. */
#include "front_run.h"

static void
nobody_reads_the_replies(void **state)
{
	start(honest, 1000);
	assert_true(hear("{\"ID\":0,", LONG_MS));
	close(run.out);
	run.out = open("/dev/null", O_RDONLY | O_CLOEXEC);
	ask(1, "a");
	assert_int_equal(ended(LONG_MS), 0);
}

static void
nonsense_is_the_end(void **state)
{
	dir.temporary = false;
	start(honest, 1000);
	tell("what?\n");
	assert_true(hear(NULL, LONG_MS));
	assert_int_equal(ended(SHORT_MS), 1);
	assert_true(complained_of("cannot read requests"));
}

static pid_t
mirror_pid(void)
{
	struct view text = buf_view(&run.complained);
	size_t at = view_find(text, VIEW("mirror "));
	unsigned long long pid = 0;
	struct view number, rest;

	view_cut(view_skip(text, at + 7), '.', &number, &rest);
	assert_true(view_uint(number, 1 << 30, &pid));
	return (pid_t)pid;
}

static void
interrupt_twice(void)
{
	kill(run.pid, SIGINT);
	poll(NULL, 0, 100);
	kill(run.pid, SIGINT);
}

static void
two_interrupts_end_it(void **state)
{
	dir.temporary = false;
	start(hollow, 60000);
	put(1, "a");
	ask(2, "unknown");
	assert_true(hear("{\"ID\":1,", LONG_MS));
	interrupt_twice();
	assert_true(hear(NULL, SHORT_MS));
	assert_int_equal(ended(SHORT_MS), 128 + SIGINT);
	assert_true(view_find(buf_view(&run.said),
			    VIEW("{\"ID\":2,\"Miss\":true}")) < run.said.len);
}

/* go waits for the close: it gets its answer, and ends by itself. */
static void
two_interrupts_end_a_close(void **state)
{
	dir.temporary = false;
	start(hollow, 60000);
	put(1, "a");
	say_close();
	assert_true(hear("{\"ID\":1,", LONG_MS));
	interrupt_twice();
	assert_true(hear("{\"ID\":9}", SHORT_MS));
	assert_int_equal(ended(SHORT_MS), 0);
}

static void
one_interrupt_shortens_a_close(void **state)
{
	dir.temporary = false;
	start(hollow, 60000);
	put(1, "a");
	say_close();
	assert_true(hear("{\"ID\":1,", LONG_MS));
	kill(run.pid, SIGINT);
	assert_true(hear("{\"ID\":9}", 2 * SHORT_MS));
	assert_int_equal(ended(SHORT_MS), 0);
}

/* For the mirror, which hears them itself, both may have been one. */
static void
two_interrupts_are_told_to_the_mirror(void **state)
{
	dir.temporary = false;
	start(hurried, 60000);
	put(1, "a");
	assert_true(hear("{\"ID\":1,", LONG_MS));
	kill(run.pid, SIGINT);
	assert_true(is_left("hurry", LINK_INTERRUPTED_MS));
	kill(run.pid, SIGINT);
	assert_true(hear(NULL, SHORT_MS));
	assert_int_equal(ended(SHORT_MS), 128 + SIGINT);
	assert_true(is_left("hurry", 0));
}

static void
a_termination_is_told_to_the_mirror(void **state)
{
	dir.temporary = false;
	start(hurried, 60000);
	put(1, "a");
	assert_true(hear("{\"ID\":1,", LONG_MS));
	kill(run.pid, SIGTERM);
	assert_true(is_left("hurry", 0));
	close(run.in);
	run.in = -1;
	assert_true(hear(NULL, SHORT_MS));
	assert_int_equal(ended(SHORT_MS), 0);
}

static void
a_cut_put_leaves_no_file(void **state)
{
	dir.temporary = false;
	start(honest, 1000);
	tell("{\"ID\":1,\"Command\":\"put\",\"ActionID\":\""
	     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",\"OutputID\":\""
	     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\","
	     "\"BodySize\":1000}\n\n\"AAAA");
	close(run.in);
	run.in = -1;
	assert_true(hear(NULL, LONG_MS));
	assert_int_equal(ended(LONG_MS), 0);
	char sub[PATH_LEN_MAX + 8];

	snprintf(sub, sizeof(sub), "%s/00", dir.path);
	assert_int_equal(rmdir(sub), 0); /* it was made and is empty */
}

static void
a_private_directory_is_removed(void **state)
{
	start(honest, 1000);
	put(1, "a");
	assert_true(hear("{\"ID\":1,", LONG_MS));
	close(run.in);
	run.in = -1;
	assert_true(hear(NULL, 1000));
	assert_int_equal(ended(LONG_MS), 0);
	assert_int_not_equal(access(dir.path, F_OK), 0);
}

/* Even if the mirror is killed when the front has said goodbye. */
static void
a_private_directory_is_removed_without_the_mirror(void **state)
{
	start(honest, 60000);
	put(1, "a");
	ask(2, "b");
	assert_true(hear("{\"ID\":2,", LONG_MS));
	pid_t mirror = mirror_pid();

	kill(mirror, SIGSTOP);
	close(run.in);
	run.in = -1;
	assert_true(hear(NULL, 1000));
	poll(NULL, 0, 100);
	assert_int_equal(access(dir.path, F_OK), 0);
	kill(mirror, SIGKILL);
	assert_int_equal(ended(SHORT_MS), 0);
	assert_int_not_equal(access(dir.path, F_OK), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nobody_reads_the_replies),
		TEST(nonsense_is_the_end),
		TEST(two_interrupts_end_it),
		TEST(two_interrupts_end_a_close),
		TEST(one_interrupt_shortens_a_close),
		TEST(two_interrupts_are_told_to_the_mirror),
		TEST(a_termination_is_told_to_the_mirror),
		TEST(a_cut_put_leaves_no_file),
		TEST(a_private_directory_is_removed),
		TEST(a_private_directory_is_removed_without_the_mirror),
	};

	signal(SIGINT, SIG_DFL); /* a background job's is ignored */
	return cmocka_run_group_tests_name("front_end", tests, NULL, NULL);
}
