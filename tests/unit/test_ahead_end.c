/* What is fetched ahead of go, when it has to end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ahead_fixture.h"

#include <signal.h>
#include <sys/resource.h>

/* go has ended: nothing more is asked for, and nobody is told anything. */
static void
a_stop_ends_what_is_on_its_way(void **state)
{
	static const struct flight_block b[] = {
		{0, 3000, 1, 2000000, 0}, {1, 3010, 1, 300, 0}};

	leave(2, b, 2);
	the_pack(0)->held = (size_t)sample->pack[0].size - 1;
	take_off(UINT64_MAX);
	bucket_await(1);
	assert_true(take(3000));
	assert_int_equal(count_temporary(&dir), 1);
	ahead_stop(ahead);
	assert_false(take(3010));
	bucket_release(the_pack(0));
	await_landing();
	assert_int_equal(answers.count, 0);
	assert_block(&b[0], false);
	ahead->awaited = 0; /* by the get that nobody answers */
	end_flight();
}

static void
a_stop_does_not_wait_for_the_past(void **state)
{
	static const struct flight_block b[] = {{0, 3050, 1, 200, 0}};

	leave(1, b, 1);
	the_snapshot()->held = 10;
	take_off(UINT64_MAX);
	bucket_await(1);
	assert_true(take(3050));
	ahead_stop(ahead);
	for (int i = 0; i < BUCKET_SOON_MS && ahead_is_at_work(ahead); i++) {
		usleep(1000);
	}
	assert_false(ahead_is_at_work(ahead));
	bucket_release(the_snapshot());
	await_landing();
	assert_int_equal(answers.count, 0);
	assert_int_equal(bucket_count("packs"), 0);
	end_flight();
}

/* A disk that is full: said once, and no more is fetched. */
static void
a_directory_that_refuses_ends_it(void **state)
{
	static const struct flight_block b[] = {
		{0, 3100, 1, 300000, 0}, {1, 3110, 1, 300, 0}};
	struct rlimit before, little = {.rlim_cur = 100000};

	leave(2, b, 2);
	the_snapshot()->held = 10;
	the_pack(1)->held = PACK_HEAD_LEN;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	little.rlim_max = before.rlim_max;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
	take_off(UINT64_MAX);
	bucket_await(1);
	assert_true(take(3100));
	assert_true(take(3110));
	bucket_release(the_snapshot());
	assert_answered(3100, false);
	bucket_release(the_pack(1));
	assert_answered(3110, false);
	await_landing();
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(bucket.said, 1);
	assert_int_equal(bucket.level, LOG_WARNING);
	assert_false(take(3110));
	assert_false(ahead_is_spoilt(ahead, 0));
	end_flight();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stop_ends_what_is_on_its_way),
		cmocka_unit_test(a_stop_does_not_wait_for_the_past),
		cmocka_unit_test(a_directory_that_refuses_ends_it),
	};

	return cmocka_run_group_tests_name(
		"ahead_end", tests, set_up, tear_down);
}
