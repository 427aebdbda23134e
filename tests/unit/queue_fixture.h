/* A queue (mirror/queue.h) and what tests put into it and take out. */
#ifndef TESTS_QUEUE_FIXTURE_H
#define TESTS_QUEUE_FIXTURE_H

#include "mirror/queue.h"

#include "os/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { SOON_MS = 20000, BRIEFLY_MS = 30 };

static struct queue queue;

static inline int
set_up(void **state)
{
	return queue_init(&queue) ? 0 : -1;
}

static inline int
tear_down(void **state)
{
	free(queue.gets.slot);
	free(queue.puts.slot);
	free(queue.held.slot);
	return 0;
}

static inline struct id
action(unsigned n)
{
	return (struct id){{(uint8_t)(n >> 8), (uint8_t)n}};
}

static inline struct entry
entry(unsigned n, uint64_t size)
{
	return (struct entry){.action = action(n), .size = size};
}

static inline bool
add_put(unsigned n, uint64_t size, bool held)
{
	struct entry e = entry(n, size);
	size_t ignored;

	return queue_add_put(&queue, &e, held, &ignored);
}

static inline struct entry
take_put(bool want_held)
{
	struct entry e = {.size = 0};
	bool held = !want_held;

	assert_true(queue_take_put(&queue, &e, &held));
	assert_int_equal(held, want_held);
	if (held) {
		queue_weighed(&queue);
	}
	return e;
}

static inline void
assert_takes_put(unsigned n, uint64_t size, bool held)
{
	struct entry e = take_put(held), want = entry(n, size);

	assert_true(id_eq(&e.action, &want.action));
	assert_int_equal(e.size, size);
}

/* A thread that takes one entry. */
struct taker {
	pthread_t thread;
	bool taken;
};

static inline void *
take_one_put(void *arg)
{
	struct taker *t = arg;
	struct entry e;
	bool held;

	t->taken = queue_take_put(&queue, &e, &held);
	return NULL;
}

/* Until so many threads wait for an entry. */
static inline void
await_putters(size_t count)
{
	size_t waiting = 0;

	for (int i = 0; i < SOON_MS && waiting != count; i++) {
		struct timespec moment = {.tv_nsec = 1000000};

		nanosleep(&moment, NULL);
		pthread_mutex_lock(&queue.lock);
		waiting = queue.waiting_putters;
		pthread_mutex_unlock(&queue.lock);
	}
	assert_int_equal(waiting, count);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

#endif
