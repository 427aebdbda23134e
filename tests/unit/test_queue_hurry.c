/* What comes first once time may run out. */
#include "queue_fixture.h"

static void
the_smallest_comes_first(void **state)
{
	assert_true(add_put(1, 30, false));
	assert_true(add_put(2, 10, false));
	assert_true(add_put(3, UINT64_MAX, false));
	assert_true(add_put(4, 20, false));
	queue_hurry(&queue);
	assert_takes_put(2, 10, false);
	assert_takes_put(4, 20, false);
	assert_takes_put(1, 30, false);
	assert_takes_put(3, UINT64_MAX, false);
	assert_int_equal(queue.puts.count, 0);
}

static void
equal_ones_stay_in_order(void **state)
{
	for (unsigned i = 0; i < 100; i++) {
		assert_true(add_put(100 - i, 7, false));
	}
	queue_hurry(&queue);
	for (unsigned i = 0; i < 100; i++) {
		struct entry e = take_put(false);
		struct id want = action(100 - i);

		assert_true(id_eq(&e.action, &want));
		queue_done_put(&queue, &e, false);
	}
}

static void
of_one_action_only_the_last_put_stays(void **state)
{
	assert_true(add_put(1, 5, false));
	assert_true(add_put(2, 6, false));
	assert_true(add_put(1, 4, false));
	assert_true(add_put(1, 9, false));
	assert_true(add_put(2, 1, false));
	queue_hurry(&queue);
	assert_int_equal(queue_puts_left(&queue, false), 2);
	assert_takes_put(2, 1, false);
	assert_takes_put(1, 9, false);
	assert_int_equal(queue.puts.count, 0);
}

/* As a clock does that is set right in between. */
static void
the_last_put_stays_whatever_the_clock_says(void **state)
{
	size_t ignored;

	for (unsigned i = 0; i < QUEUE_PUTS_MAX; i++) {
		struct entry e = entry(i / 2, i);

		e.time_ns = -(int64_t)i;
		assert_true(queue_add_put(&queue, &e, false, &ignored));
	}
	queue_hurry(&queue);
	assert_int_equal(queue.puts.count, QUEUE_PUTS_MAX / 2);
	for (unsigned i = 1; i < QUEUE_PUTS_MAX; i += 2) {
		struct entry e = take_put(false);

		assert_int_equal(e.size, i);
		queue_done_put(&queue, &e, false);
	}
}

static void
what_comes_later_is_behind(void **state)
{
	struct entry e;

	assert_true(add_put(1, 50, false));
	assert_true(add_put(2, 40, false));
	queue_hurry(&queue);
	assert_true(add_put(1, 1, false));
	assert_takes_put(2, 40, false);
	e = take_put(false);
	assert_int_equal(e.size, 50);
	queue_done_put(&queue, &e, false);
	assert_takes_put(1, 1, false);
}

static void
held_ones_stay_behind_the_others(void **state)
{
	assert_true(add_put(1, 2, true));
	assert_true(add_put(2, 1, true));
	assert_true(add_put(3, 9, false));
	assert_true(add_put(4, 8, false));
	queue_hurry(&queue);
	assert_takes_put(4, 8, false);
	assert_takes_put(3, 9, false);
	assert_takes_put(2, 1, true);
	assert_takes_put(1, 2, true);
}

static void
nothing_and_one_are_sorted(void **state)
{
	queue_hurry(&queue);
	assert_int_equal(queue_puts_left(&queue, true), 0);
	assert_true(add_put(1, 1, false));
	queue_hurry(&queue);
	assert_takes_put(1, 1, false);
}

/* Around the end of its storage, and as much as it takes. */
static void
a_full_queue_is_sorted(void **state)
{
	for (unsigned i = 0; i < QUEUE_PUTS_MAX; i++) {
		assert_true(add_put(i, QUEUE_PUTS_MAX - i, false));
	}
	for (unsigned i = 0; i < QUEUE_PUTS_MAX / 2; i++) {
		struct entry e = take_put(false);

		queue_done_put(&queue, &e, false);
		assert_true(add_put(i, 2 * QUEUE_PUTS_MAX - i, false));
	}
	assert_false(add_put(1, 1, false));
	queue_hurry(&queue);
	assert_int_equal(queue_puts_left(&queue, false), QUEUE_PUTS_MAX);
	for (uint64_t last = 0; queue.puts.count > 0;) {
		struct entry e = take_put(false);

		assert_true(e.size > last);
		last = e.size;
		queue_done_put(&queue, &e, false);
	}
	assert_true(add_put(1, 1, false));
}

/* It waited behind an action that is under way, but another one is first now. */
static void
who_waits_takes_what_is_first_now(void **state)
{
	struct taker taker = {.taken = false};

	assert_true(add_put(1, 1, false));
	assert_takes_put(1, 1, false);
	assert_true(add_put(1, 2, false));
	assert_int_equal(
		pthread_create(&taker.thread, NULL, take_one_put, &taker), 0);
	await_putters(1);
	pthread_mutex_lock(&queue.lock);
	queue.puts.slot[queue.puts.count++].entry =
		entry(2, 1); /* wakes nobody */
	pthread_mutex_unlock(&queue.lock);
	queue_hurry(&queue);
	pthread_join(taker.thread, NULL);
	assert_true(taker.taken);
	assert_int_equal(queue_puts_left(&queue, false), 3);
	assert_int_equal(queue.puts.slot[queue.puts.head].entry.size, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_smallest_comes_first),
		TEST(equal_ones_stay_in_order),
		TEST(of_one_action_only_the_last_put_stays),
		TEST(the_last_put_stays_whatever_the_clock_says),
		TEST(what_comes_later_is_behind),
		TEST(held_ones_stay_behind_the_others),
		TEST(nothing_and_one_are_sorted),
		TEST(a_full_queue_is_sorted),
		TEST(who_waits_takes_what_is_first_now),
	};

	return cmocka_run_group_tests_name("queue_hurry", tests, NULL, NULL);
}
