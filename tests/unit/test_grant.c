#include "s3/grant.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct grant
grant_until(int64_t expires_s)
{
	return (struct grant){.creds.access_key = "AK", .expires_s = expires_s};
}

static int64_t
renewed_at(int64_t expires_s, int64_t now_s)
{
	struct grant g = grant_until(expires_s);

	return grant_renew_at(&g, now_s);
}

static void
long_ones_are_renewed_five_minutes_ahead(void **state)
{
	assert_int_equal(renewed_at(3600, 0), 3300);
	assert_int_equal(renewed_at(1200, 0), 900);
	assert_int_equal(renewed_at(INT64_MAX - 1, 0), INT64_MAX - 301);
}

static void
short_ones_are_renewed_when_a_quarter_is_left(void **state)
{
	assert_int_equal(renewed_at(1196, 0), 897);
	assert_int_equal(renewed_at(1012, 1000), 1009);
	assert_int_equal(renewed_at(1001, 1000), 1001);
}

static void
dead_ones_are_renewed_at_once(void **state)
{
	assert_int_equal(renewed_at(1000, 1000), 1000);
	assert_int_equal(renewed_at(-5, 1000), 1000);
	assert_int_equal(renewed_at(INT64_MIN, 1000), 1000);
	assert_int_equal(renewed_at(INT64_MIN, INT64_MAX), INT64_MAX);
}

static void
some_need_no_other(void **state)
{
	assert_int_equal(renewed_at(GRANT_NEVER, 1000), GRANT_NEVER);
	assert_int_equal(renewed_at(GRANT_NEVER, -1000), GRANT_NEVER);
}

static void
valid_until_the_second_of_the_end(void **state)
{
	struct grant g = grant_until(1000);

	assert_true(grant_is_valid(&g, 999));
	assert_false(grant_is_valid(&g, 1000));
	g.expires_s = GRANT_NEVER;
	assert_true(grant_is_valid(&g, INT64_MAX - 1));
}

static void
nothing_is_not_valid(void **state)
{
	struct grant g = {.expires_s = GRANT_NEVER};

	assert_false(grant_is_valid(&g, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(long_ones_are_renewed_five_minutes_ahead),
		cmocka_unit_test(short_ones_are_renewed_when_a_quarter_is_left),
		cmocka_unit_test(dead_ones_are_renewed_at_once),
		cmocka_unit_test(some_need_no_other),
		cmocka_unit_test(valid_until_the_second_of_the_end),
		cmocka_unit_test(nothing_is_not_valid),
	};

	return cmocka_run_group_tests_name("grant", tests, NULL, NULL);
}
