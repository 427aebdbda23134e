/* A mirror on a system that has no thread to give. */
#include "mirror_fixture.h"
#include "os/thread.h"

static struct fixture *f;

/* Takes the place of os/thread.c. */
bool
thread_start(void *(*run)(void *arg), void *arg)
{
	return false;
}

static void
every_get_is_a_miss_at_once(void **state)
{
	f = mirror_open(store_answer);
	for (unsigned i = 0; i < 10; i++) {
		send_get(f, i);
		assert_hears(f, LINK_ABSENT, i);
	}
	mirror_close(f);
}

static void
no_close_waits_for_puts(void **state)
{
	f = mirror_open(store_answer);
	struct entry e = store_entry(f, 1, "package main");

	send_entry(f, LINK_PUT, &e);
	send_entry(f, LINK_HELD, &e);
	send_close(f, 10 * FIXTURE_SOON_MS);
	assert_int_equal(hear_counts(f).dropped, 1);
	mirror_close(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_get_is_a_miss_at_once),
		cmocka_unit_test(no_close_waits_for_puts),
	};

	return cmocka_run_group_tests_name("mirror_alone", tests, NULL, NULL);
}
