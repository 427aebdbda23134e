#include "s3/breaker.h"
#include "s3/retry.h"
#include "s3/skew.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* The longest delay that any random number gives. */
static uint64_t
longest(unsigned failures, bool throttled, uint64_t retry_after_s)
{
	uint64_t most = 0;

	for (uint64_t random = 0; random < 10000; random++) {
		uint64_t ms = retry_delay_ms(
			failures, throttled, retry_after_s, random);

		most = ms > most ? ms : most;
	}
	return most;
}

static void
test_delays_grow_up_to_the_cap(void **state)
{
	assert_int_equal(longest(1, false, 0), 50);
	assert_int_equal(longest(2, false, 0), 100);
	assert_int_equal(longest(3, false, 0), 200);
	assert_int_equal(longest(7, false, 0), 2000);
	assert_int_equal(longest(4000000000U, false, 0), 2000);
	assert_int_equal(longest(1, true, 0), 500);
	assert_int_equal(longest(2, true, 0), 1000);
	assert_int_equal(longest(4, true, 0), 2000);
}

static void
test_delays_are_jittered(void **state)
{
	assert_int_equal(retry_delay_ms(1, false, 0, 0), 0);
	assert_int_equal(retry_delay_ms(1, false, 0, 17), 17);
	assert_int_equal(retry_delay_ms(1, false, 0, 51), 0);
	assert_true(retry_delay_ms(1, false, 0, UINT64_MAX) <= 50);
}

static void
test_retry_after_is_capped(void **state)
{
	assert_int_equal(retry_delay_ms(1, true, 1, 0), 1000);
	assert_int_equal(retry_delay_ms(1, true, 2, 0), 2000);
	assert_int_equal(retry_delay_ms(1, true, 60, 0), 2000);
	assert_int_equal(retry_delay_ms(1, true, UINT64_MAX, 0), 2000);
	assert_int_equal(retry_delay_ms(4, true, 1, 1500), 1500);
}

static unsigned
retries_left(struct retry_budget b, enum retry_cost cost)
{
	unsigned count = 0;

	while (retry_budget_take(&b, cost)) {
		count++;
	}
	return count;
}

static void
test_budget_runs_out_and_refills(void **state)
{
	struct retry_budget b;

	retry_budget_init(&b);
	assert_int_equal(retries_left(b, RETRY_COST_FAILURE), 100);
	assert_int_equal(retries_left(b, RETRY_COST_TIMEOUT), 50);
	retry_budget_success(&b, 0);
	assert_int_equal(retries_left(b, RETRY_COST_FAILURE), 100);
	while (retry_budget_take(&b, RETRY_COST_TIMEOUT)) {
	}
	for (int i = 0; i < 4; i++) {
		retry_budget_success(&b, 0);
	}
	assert_false(retry_budget_take(&b, RETRY_COST_FAILURE));
	retry_budget_success(&b, 0);
	assert_true(retry_budget_take(&b, RETRY_COST_FAILURE));
	retry_budget_success(&b, RETRY_COST_FAILURE);
	assert_int_equal(retries_left(b, RETRY_COST_FAILURE), 1);
	retry_budget_success(&b, 100000);
	assert_int_equal(retries_left(b, RETRY_COST_FAILURE), 100);
}

static void
test_breaker_opens_after_failures_in_a_row(void **state)
{
	struct breaker b;

	breaker_init(&b);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < BREAKER_FAILURES - 1; i++) {
			assert_true(breaker_allows(&b, 1000));
			breaker_failure(&b, 1000);
		}
		assert_false(breaker_is_open(&b));
		breaker_success(&b);
	}
	for (int i = 0; i < BREAKER_FAILURES; i++) {
		assert_true(breaker_allows(&b, 1000));
		breaker_failure(&b, 1000);
	}
	assert_true(breaker_is_open(&b));
	assert_false(breaker_allows(&b, 1000));
}

static void
open_breaker(struct breaker *b, uint64_t now_ms)
{
	breaker_init(b);
	for (int i = 0; i < BREAKER_FAILURES; i++) {
		breaker_failure(b, now_ms);
	}
}

static void
test_breaker_lets_one_probe_through(void **state)
{
	struct breaker b;

	open_breaker(&b, 1000);
	assert_false(breaker_allows(&b, 1000 + BREAKER_OPEN_MS - 1));
	assert_true(breaker_allows(&b, 1000 + BREAKER_OPEN_MS));
	assert_false(breaker_allows(&b, 1000 + BREAKER_OPEN_MS));
	assert_false(breaker_allows(&b, UINT64_MAX));
	assert_true(breaker_is_open(&b));
	breaker_success(&b);
	assert_false(breaker_is_open(&b));
	assert_true(breaker_allows(&b, 1001 + BREAKER_OPEN_MS));
	assert_true(breaker_allows(&b, 1001 + BREAKER_OPEN_MS));
}

static void
test_breaker_lets_another_probe_through_for_one_unsent(void **state)
{
	struct breaker b;

	open_breaker(&b, 1000);
	assert_true(breaker_allows(&b, 1000 + BREAKER_OPEN_MS));
	breaker_abandon(&b);
	assert_true(breaker_is_open(&b));
	assert_true(breaker_allows(&b, 1000 + BREAKER_OPEN_MS));
	assert_false(breaker_allows(&b, 1000 + BREAKER_OPEN_MS));
}

static void
test_breaker_stays_open_longer_each_time(void **state)
{
	struct breaker b;
	uint64_t now = 5;
	uint64_t want = BREAKER_OPEN_MS;

	open_breaker(&b, now);
	for (int i = 0; i < 10; i++) {
		assert_false(breaker_allows(&b, now + want - 1));
		assert_true(breaker_allows(&b, now + want));
		now += want;
		breaker_failure(&b, now);
		want = want * 2 > BREAKER_OPEN_MAX_MS ? BREAKER_OPEN_MAX_MS
						      : want * 2;
	}
}

static void
test_late_failures_do_not_push_the_probe_back(void **state)
{
	struct breaker b;

	open_breaker(&b, 1000);
	for (int i = 0; i < 10; i++) {
		breaker_failure(&b, 9000);
		breaker_success(&b);
		breaker_stalled(&b, 9000, 5000);
	}
	assert_true(breaker_allows(&b, 1000 + BREAKER_OPEN_MS));
}

static void
test_breaker_counts_stalls_over_the_run(void **state)
{
	struct breaker b;

	breaker_init(&b);
	for (int i = 0; i < 3; i++) {
		breaker_stalled(&b, 0, BREAKER_STALL_MS / 3);
		breaker_success(&b);
	}
	assert_true(breaker_allows(&b, 0));
	breaker_stalled(&b, 0, BREAKER_STALL_MS % 3 + 1);
	assert_false(breaker_allows(&b, 0));
	assert_true(breaker_allows(&b, BREAKER_OPEN_MS));
	breaker_success(&b);
	breaker_stalled(&b, 0, BREAKER_STALL_MS);
	assert_true(breaker_allows(&b, 0));
}

static void
test_skew_is_measured_at_the_middle(void **state)
{
	int64_t skew = 7;

	assert_true(skew_measure(1000, 1000, 1000, &skew));
	assert_int_equal(skew, 0);
	assert_true(skew_measure(1000, 400, 500, &skew));
	assert_int_equal(skew, 550);
	assert_true(skew_measure(1000, 2000, 2002, &skew));
	assert_int_equal(skew, -1001);
}

static void
test_absurd_skews_are_ignored(void **state)
{
	int64_t skew = 7;

	assert_true(skew_measure(SKEW_MAX_S, 0, 0, &skew));
	assert_true(skew_measure(-SKEW_MAX_S, 0, 0, &skew));
	skew = 7;
	assert_false(skew_measure(SKEW_MAX_S + 1, 0, 0, &skew));
	assert_false(skew_measure(-SKEW_MAX_S - 1, 0, 0, &skew));
	assert_false(skew_measure(10, 10, 9, &skew));
	assert_false(skew_measure(10, 0, SKEW_ROUND_TRIP_MAX_S + 1, &skew));
	assert_int_equal(skew, 7);
	assert_true(skew_measure(10, 0, SKEW_ROUND_TRIP_MAX_S, &skew));
}

static void
test_small_skews_do_not_matter(void **state)
{
	assert_false(skew_matters(0, 0));
	assert_false(skew_matters(0, SKEW_MATTERS_S));
	assert_false(skew_matters(SKEW_MATTERS_S, 0));
	assert_true(skew_matters(0, SKEW_MATTERS_S + 1));
	assert_true(skew_matters(0, -SKEW_MATTERS_S - 1));
	assert_false(skew_matters(5000, 5000));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_delays_grow_up_to_the_cap),
		cmocka_unit_test(test_delays_are_jittered),
		cmocka_unit_test(test_retry_after_is_capped),
		cmocka_unit_test(test_budget_runs_out_and_refills),
		cmocka_unit_test(test_breaker_opens_after_failures_in_a_row),
		cmocka_unit_test(test_breaker_lets_one_probe_through),
		cmocka_unit_test(
			test_breaker_lets_another_probe_through_for_one_unsent),
		cmocka_unit_test(test_breaker_stays_open_longer_each_time),
		cmocka_unit_test(test_late_failures_do_not_push_the_probe_back),
		cmocka_unit_test(test_breaker_counts_stalls_over_the_run),
		cmocka_unit_test(test_skew_is_measured_at_the_middle),
		cmocka_unit_test(test_absurd_skews_are_ignored),
		cmocka_unit_test(test_small_skews_do_not_matter),
	};

	return cmocka_run_group_tests_name("retry", tests, NULL, NULL);
}
