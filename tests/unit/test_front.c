/* A front and its mirror; how it ends is in test_front_end.c. */
#include "front_run.h"

static void
a_conversation(void **state)
{
	dir.temporary = false;
	start(honest, 1000);
	assert_true(hear("{\"ID\":0,\"KnownCommands\":", LONG_MS));
	ask(1, "a");
	assert_true(hear("{\"ID\":1,\"Miss\":true}", LONG_MS));
	put(2, "a");
	assert_true(hear("{\"ID\":2,\"DiskPath\":\"/", LONG_MS));
	ask(3, "a");
	assert_true(hear("{\"ID\":3,\"OutputID\"", LONG_MS));
	say_close();
	assert_true(hear("{\"ID\":9}", LONG_MS));
	/* its mirror stays, and holds nothing */
	assert_true(hear(NULL, 1000));
	assert_int_equal(ended(1000), 0);
	assert_true(complained_of("2 gets: 1 local, 0 from S3 (0.0 MB), 1 "
				  "missed; 1 put; "));
}

static void
the_end_of_input_is_the_end(void **state)
{
	dir.temporary = false;
	start(honest, 60000);
	put(1, "a");
	assert_true(hear("{\"ID\":1,", LONG_MS));
	close(run.in);
	run.in = -1;
	assert_true(hear(NULL, 1000));
	assert_int_equal(ended(1000), 0);
	assert_true(complained_of("uploads go on in the background"));
}

static void
descriptors_may_be_nonblocking(void **state)
{
	char said[32];

	nonblocking = true;
	start(honest, 1000);
	put(1, "a");
	poll(NULL, 0, 50); /* it reads, finds nothing, and waits */
	for (unsigned i = 10; i < 200; i++) {
		ask(i, "a");
	}
	poll(NULL, 0, 50); /* it writes, finds no room, and waits */
	for (unsigned i = 10; i < 200; i++) {
		snprintf(said, sizeof(said), "{\"ID\":%u,\"OutputID\"", i);
		assert_true(hear(said, LONG_MS));
	}
	say_close();
	assert_true(hear("{\"ID\":9}", LONG_MS));
	assert_true(ended(LONG_MS) == 0);
}

static void
a_flooding_mirror_keeps_nobody(void **state)
{
	start(flood, 300);
	put(1, "a");
	assert_true(hear("{\"ID\":1,", LONG_MS));
	uint64_t begin = clock_mono_ms();

	for (unsigned i = 10; i < 110; i++) {
		char said[32];

		ask(i, "a");
		snprintf(said, sizeof(said), "{\"ID\":%u,", i);
		assert_true(hear(said, LONG_MS));
	}
	say_close();
	assert_true(hear("{\"ID\":9}", LONG_MS));
	assert_true(clock_mono_ms() - begin < LONG_MS);
	assert_true(hear(NULL, SHORT_MS));
	assert_int_equal(ended(SHORT_MS + 8000), 0);
	assert_true(run.complained.len < 8192);
}

static void
a_mirror_of_garbage_is_replaced_and_given_up(void **state)
{
	start(garbage, 1000);
	for (unsigned i = 10; i < 20; i++) {
		char said[32];

		ask(i, "a");
		snprintf(said, sizeof(said), "{\"ID\":%u,\"Miss\"", i);
		assert_true(hear(said, LONG_MS));
	}
	say_close();
	assert_true(hear("{\"ID\":9}", SHORT_MS));
	assert_int_equal(ended(SHORT_MS), 0);
	assert_true(complained_of("once too often"));
}

/* It never reads: a put is answered all the same, the close too. */
static void
a_deaf_mirror_keeps_nobody(void **state)
{
	start(deaf, 100);
	for (unsigned i = 1000; i < 1600; i++) {
		char body[16];

		snprintf(body, sizeof(body), "%u", i);
		put(i, body);
	}
	assert_true(hear("{\"ID\":1599,", LONG_MS));
	say_close();
	assert_true(hear("{\"ID\":9}", LINK_SILENCE_MS + SHORT_MS));
	assert_true(hear(NULL, SHORT_MS));
	assert_true(complained_of("it is not known whether all entries"));
	assert_true(ended(LONG_MS) == 0);
}

static void
a_hollow_mirror_does_not_hold_a_close(void **state)
{
	start(hollow, 100);
	put(1, "a");
	say_close();
	assert_true(hear("{\"ID\":9}", LONG_MS));
	assert_true(hear(NULL, SHORT_MS));
	assert_int_equal(ended(LONG_MS), 0);
}

/* What was put just before the end of input reaches the mirror. */
static void
orders_outlive_the_end_of_input(void **state)
{
	dir.temporary = false;
	start(late, 1000);
	for (unsigned i = 1000; i < 2000; i++) {
		char body[16];

		snprintf(body, sizeof(body), "%u", i);
		put(i, body);
	}
	close(run.in);
	run.in = -1;
	assert_true(hear(NULL, LONG_MS));
	assert_int_equal(ended(LONG_MS), 0);
	assert_true(is_left("late", 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_conversation),
		TEST(the_end_of_input_is_the_end),
		TEST(descriptors_may_be_nonblocking),
		TEST(a_flooding_mirror_keeps_nobody),
		TEST(a_mirror_of_garbage_is_replaced_and_given_up),
		TEST(a_deaf_mirror_keeps_nobody),
		TEST(a_hollow_mirror_does_not_hold_a_close),
		TEST(orders_outlive_the_end_of_input),
	};

	return cmocka_run_group_tests_name("front", tests, NULL, NULL);
}
