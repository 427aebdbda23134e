#include "front/gets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static struct gets gets;

static struct id
action(unsigned n)
{
	struct id id = {.byte = {(uint8_t)n, (uint8_t)(n >> 8)}};

	return id;
}

static bool
add(int64_t id, unsigned n, uint64_t now_ms, bool *first)
{
	const struct id a = action(n);

	return gets_add(&gets, id, &a, now_ms, first);
}

static bool
take(unsigned n, int64_t *id)
{
	const struct id a = action(n);

	return gets_take(&gets, &a, id);
}

static int
set_up(void **state)
{
	gets.count = 0;
	return 0;
}

static void
all_that_wait_for_an_action_are_taken(void **state)
{
	const struct id one = action(1), two = action(2);
	bool first;
	int64_t id, sum = 0;

	assert_true(add(10, 1, 0, &first) && first);
	assert_true(add(20, 2, 0, &first) && first);
	assert_true(add(11, 1, 0, &first) && !first);
	assert_true(gets_has(&gets, &one));
	while (take(1, &id)) {
		sum += id;
	}
	assert_int_equal(sum, 21);
	assert_false(gets_has(&gets, &one));
	assert_true(gets_has(&gets, &two));
	assert_true(add(12, 1, 0, &first) && first);
}

static void
anybody_can_be_taken(void **state)
{
	bool first;
	int64_t id, sum = 0;

	assert_false(gets_take(&gets, NULL, &id));
	for (unsigned n = 1; n <= 4; n++) {
		assert_true(add(n, n, 0, &first));
	}
	while (gets_take(&gets, NULL, &id)) {
		sum += id;
	}
	assert_int_equal(sum, 10);
	assert_int_equal(gets.count, 0);
}

static void
those_that_wait_long_are_taken(void **state)
{
	bool first;
	int64_t id;

	assert_true(add(1, 1, 100, &first));
	assert_true(add(2, 2, 200, &first));
	assert_true(add(3, 3, 150, &first));
	assert_false(gets_take_since(&gets, 99, &id));
	assert_true(gets_take_since(&gets, 100, &id));
	assert_int_equal(id, 1);
	assert_false(gets_take_since(&gets, 149, &id));
	assert_true(gets_take_since(&gets, 199, &id));
	assert_int_equal(id, 3);
	assert_true(gets_take_since(&gets, 1000, &id));
	assert_int_equal(id, 2);
	assert_false(gets_take_since(&gets, 1000, &id));
}

static void
so_many_may_wait_and_no_more(void **state)
{
	bool first = true;
	int64_t id = -1;

	for (unsigned n = 0; n < PENDING_GETS_MAX; n++) {
		assert_true(add(n, n, 0, &first));
	}
	assert_false(add(9999, 1, 0, &first));
	assert_true(take(PENDING_GETS_MAX - 1, &id));
	assert_int_equal(id, PENDING_GETS_MAX - 1);
	assert_true(add(9999, 1, 0, &first) && !first);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(
			all_that_wait_for_an_action_are_taken, set_up),
		cmocka_unit_test_setup(anybody_can_be_taken, set_up),
		cmocka_unit_test_setup(those_that_wait_long_are_taken, set_up),
		cmocka_unit_test_setup(so_many_may_wait_and_no_more, set_up),
	};

	return cmocka_run_group_tests_name("gets", tests, NULL, NULL);
}
