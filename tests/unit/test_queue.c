#include "queue_fixture.h"

static void
gets_come_in_order(void **state)
{
	struct id want, got;
	size_t backlog;

	assert_false(queue_is_fetching(&queue));
	for (unsigned i = 0; i < 3; i++) {
		want = action(i);
		assert_true(queue_add_get(&queue, &want, &backlog));
		assert_int_equal(backlog, i + 1);
	}
	for (unsigned i = 0; i < 3; i++) {
		want = action(i);
		assert_true(queue_take_get(&queue, &got));
		assert_true(id_eq(&got, &want));
	}
	for (unsigned i = 0; i < 3; i++) {
		assert_true(queue_is_fetching(&queue));
		queue_done_get(&queue);
	}
	assert_false(queue_is_fetching(&queue));
}

static void
is_bounded(void **state)
{
	struct id one = action(1);
	size_t ignored;

	for (unsigned i = 0; i < QUEUE_GETS_MAX; i++) {
		assert_true(queue_add_get(&queue, &one, &ignored));
	}
	assert_false(queue_add_get(&queue, &one, &ignored));
	for (unsigned i = 0; i < QUEUE_PUTS_MAX; i++) {
		assert_true(add_put(i, i, false));
	}
	assert_false(add_put(1, 1, false));
	for (unsigned i = 0; i < QUEUE_HELD_MAX; i++) {
		assert_true(add_put(i, i, true));
	}
	assert_false(add_put(1, 1, true));
	assert_int_equal(queue_puts_left(&queue, false), QUEUE_PUTS_MAX);
	assert_int_equal(
		queue_puts_left(&queue, true), QUEUE_PUTS_MAX + QUEUE_HELD_MAX);
}

/* Many times around the ring. */
static void
goes_on_after_it_was_full(void **state)
{
	for (unsigned i = 0; i < QUEUE_HELD_MAX; i++) {
		assert_true(add_put(i, i, true));
	}
	for (unsigned i = 0; i < 3 * QUEUE_HELD_MAX; i++) {
		struct entry e = take_put(true);

		assert_int_equal(e.size, i);
		queue_done_put(&queue, &e, true);
		assert_true(add_put(i, QUEUE_HELD_MAX + i, true));
	}
	assert_int_equal(queue_puts_left(&queue, true), QUEUE_HELD_MAX);
}

static void
held_ones_wait_behind_the_others(void **state)
{
	assert_true(add_put(1, 10, true));
	assert_true(add_put(2, 20, true));
	assert_true(add_put(3, 30, false));
	assert_takes_put(3, 30, false);
	assert_takes_put(1, 10, true);
	assert_true(add_put(4, 40, false));
	assert_takes_put(4, 40, false);
	assert_takes_put(2, 20, true);
}

static void
counts_what_is_left(void **state)
{
	struct entry put = entry(1, 1), held = entry(2, 2);

	assert_true(add_put(1, 1, false));
	assert_true(add_put(2, 2, true));
	assert_int_equal(queue_puts_left(&queue, false), 1);
	assert_int_equal(queue_puts_left(&queue, true), 2);
	assert_takes_put(1, 1, false);
	assert_takes_put(2, 2, true);
	assert_int_equal(queue_puts_left(&queue, false), 1);
	assert_int_equal(queue_puts_left(&queue, true), 2);
	queue_done_put(&queue, &put, false);
	assert_int_equal(queue_puts_left(&queue, false), 0);
	assert_true(queue_wait_puts(&queue, false, 0));
	assert_false(queue_wait_puts(&queue, true, clock_mono_ms()));
	queue_done_put(&queue, &held, true);
	assert_true(queue_wait_puts(&queue, true, 0));
}

static void
waits_for_puts_until_the_deadline(void **state)
{
	uint64_t began = clock_mono_ms();

	assert_true(add_put(1, 1, false));
	assert_false(queue_wait_puts(&queue, false, began + BRIEFLY_MS));
	assert_true(clock_mono_ms() - began >= BRIEFLY_MS);
}

/* Takes entries until the queue is stopped; each is out for a moment. */
struct worker {
	pthread_t thread;
	size_t done;
};

static pthread_mutex_t last_lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t last_size[8]; /* of each action; under the lock */
static bool out[8];
static bool overlapped;

static void
begin_one(const struct entry *e)
{
	pthread_mutex_lock(&last_lock);
	overlapped |= out[e->action.byte[1]];
	out[e->action.byte[1]] = true;
	pthread_mutex_unlock(&last_lock);
}

static void
end_one(const struct entry *e)
{
	pthread_mutex_lock(&last_lock);
	out[e->action.byte[1]] = false;
	last_size[e->action.byte[1]] = e->size;
	pthread_mutex_unlock(&last_lock);
}

static void *
work(void *arg)
{
	struct worker *w = arg;
	struct entry e;
	bool held;

	while (queue_take_put(&queue, &e, &held)) {
		begin_one(&e);
		if (e.size % 3 == 0) {
			sched_yield();
		}
		end_one(&e);
		queue_done_put(&queue, &e, held);
		w->done++;
	}
	return NULL;
}

static void
the_last_put_of_an_action_wins(void **state)
{
	enum { WORKERS = 8, PUTS = 4000 };
	struct worker worker[WORKERS] = {{.done = 0}};
	size_t done = 0;

	for (int i = 0; i < WORKERS; i++) {
		assert_int_equal(pthread_create(&worker[i].thread, NULL, work,
					 &worker[i]),
			0);
	}
	for (unsigned i = 0; i < PUTS; i++) {
		assert_true(add_put(i / 5 % 8, i, false));
	}
	assert_true(queue_wait_puts(&queue, true, clock_mono_ms() + SOON_MS));
	queue_stop(&queue);
	for (int i = 0; i < WORKERS; i++) {
		pthread_join(worker[i].thread, NULL);
		done += worker[i].done;
	}
	assert_int_equal(done, PUTS);
	assert_false(overlapped);
	for (unsigned i = 0; i < 8; i++) {
		assert_int_equal(last_size[i], PUTS - 40 + i * 5 + 4);
	}
}

/* While nobody knows whether the first is to be uploaded. */
static void
held_ones_are_weighed_one_by_one(void **state)
{
	struct taker taker = {.taken = false};
	struct entry first;
	bool held;

	assert_true(add_put(1, 1, true));
	assert_true(add_put(2, 2, true));
	assert_true(queue_take_put(&queue, &first, &held));
	assert_true(held);
	assert_true(add_put(3, 3, false));
	assert_takes_put(3, 3, false);
	assert_int_equal(
		pthread_create(&taker.thread, NULL, take_one_put, &taker), 0);
	await_putters(1);
	assert_int_equal(queue.held.count, 1);
	queue_weighed(&queue);
	pthread_join(taker.thread, NULL);
	assert_true(taker.taken);
	assert_int_equal(queue.held.count, 0);
}

/* All putters wait behind an action that is under way; when it is done each
 * of them has something to do. */
static void
wakes_all_who_waited_for_one_action(void **state)
{
	enum { PUTTERS = 3 };
	struct taker taker[PUTTERS] = {{.taken = false}};
	struct entry first;

	assert_true(add_put(1, 1, false));
	first = take_put(false);
	for (unsigned i = 0; i < PUTTERS; i++) {
		assert_int_equal(pthread_create(&taker[i].thread, NULL,
					 take_one_put, &taker[i]),
			0);
	}
	await_putters(PUTTERS);
	for (unsigned i = 0; i < PUTTERS; i++) {
		assert_true(add_put(1 + i, 1, false));
	}
	queue_done_put(&queue, &first, false);
	for (unsigned i = 0; i < PUTTERS; i++) {
		pthread_join(taker[i].thread, NULL);
		assert_true(taker[i].taken);
	}
}

static void *
take_one_get(void *arg)
{
	struct taker *t = arg;
	struct id ignored;

	t->taken = queue_take_get(&queue, &ignored);
	return NULL;
}

static void
stop_lets_everybody_go(void **state)
{
	struct taker put, get;

	pthread_create(&put.thread, NULL, take_one_put, &put);
	pthread_create(&get.thread, NULL, take_one_get, &get);
	await_putters(1);
	queue_stop(&queue);
	pthread_join(put.thread, NULL);
	pthread_join(get.thread, NULL);
	assert_false(put.taken);
	assert_false(get.taken);
	assert_true(add_put(1, 1, false));
	take_one_put(&put);
	assert_false(put.taken);
}

static void
knows_how_many_wait_for_a_hand(void **state)
{
	struct entry e = entry(1, 1);
	struct taker taker;
	size_t backlog;

	pthread_create(&taker.thread, NULL, take_one_put, &taker);
	await_putters(1);
	assert_true(queue_add_put(&queue, &e, false, &backlog));
	assert_int_equal(backlog, 0);
	pthread_join(taker.thread, NULL);
	assert_true(queue_add_put(&queue, &e, false, &backlog));
	assert_int_equal(backlog, 1);
	assert_true(queue_add_put(&queue, &e, true, &backlog));
	assert_int_equal(backlog, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(gets_come_in_order),
		TEST(is_bounded),
		TEST(goes_on_after_it_was_full),
		TEST(held_ones_wait_behind_the_others),
		TEST(counts_what_is_left),
		TEST(waits_for_puts_until_the_deadline),
		TEST(the_last_put_of_an_action_wins),
		TEST(held_ones_are_weighed_one_by_one),
		TEST(wakes_all_who_waited_for_one_action),
		TEST(stop_lets_everybody_go),
		TEST(knows_how_many_wait_for_a_hand),
	};

	return cmocka_run_group_tests_name("queue", tests, NULL, NULL);
}
