#include "gocache/trim.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>

#define SECOND INT64_C(1000000000)
#define HOUR (3600 * SECOND)
#define DAY (24 * HOUR)
#define NOW (INT64_C(1795418095) * SECOND)

static void
touch_after_an_hour(void **state)
{
	assert_false(trim_should_touch(NOW, NOW));
	assert_false(trim_should_touch(NOW - HOUR + 1, NOW));
	assert_true(trim_should_touch(NOW - HOUR, NOW));
	assert_true(trim_should_touch(0, NOW));
	assert_true(trim_should_touch(INT64_MIN, NOW));
}

static void
future_files_are_not_touched(void **state)
{
	assert_false(trim_should_touch(NOW + HOUR, NOW));
	assert_false(trim_should_touch(NOW + 400 * DAY, NOW));
	assert_false(trim_should_touch(INT64_MAX, INT64_MIN));
}

static bool
due(int64_t last_s)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%lld", (long long)last_s);

	return trim_is_due((struct view){text, (size_t)n}, NOW);
}

static void
trim_once_a_day(void **state)
{
	const int64_t now = NOW / SECOND;

	assert_false(due(now));
	assert_false(due(now - 24 * 3600 + 1));
	assert_true(due(now - 24 * 3600));
	assert_true(due(0));
}

static void
trim_when_the_last_was_in_the_future(void **state)
{
	const int64_t now = NOW / SECOND;

	assert_false(due(now + 3600 - 1));
	assert_true(due(now + 3600));
	assert_true(due(INT64_MAX / SECOND));
	assert_true(due(INT64_MAX));
}

/* Go compares to the nanosecond, trim.txt holds whole seconds. */
static void
parts_of_a_second_count(void **state)
{
	struct view last = VIEW("1795331695");

	assert_false(trim_is_due(last, NOW - 1));
	assert_true(trim_is_due(last, NOW));
	assert_true(trim_is_due(last, INT64_MAX));
	assert_true(trim_is_due(last, INT64_MIN));
}

static void
unreadable_times_are_due(void **state)
{
	static const char *const cases[] = {"", " ", "x", "1795418095x",
		"17954180 95", "1795418095.0", "0x6b03fb6f", "-1",
		"99999999999999999999999999"};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_true(trim_is_due(view_of(cases[i]), NOW));
	}
	assert_false(trim_is_due(VIEW(" \t1795418095\r\n"), NOW));
}

static void
entries_go_after_five_days_and_an_hour(void **state)
{
	static const char *const names[] = {"00ff-a", "00ff-d", "-a", "x-d"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct view name = view_of(names[i]);

		assert_false(trim_should_remove(name, NOW, NOW));
		assert_false(
			trim_should_remove(name, NOW - 5 * DAY - HOUR, NOW));
		assert_true(trim_should_remove(
			name, NOW - 5 * DAY - HOUR - 1, NOW));
		assert_true(trim_should_remove(name, INT64_MIN, NOW));
		assert_false(trim_should_remove(name, NOW + 9 * DAY, NOW));
	}
}

static void
our_temporary_files_go_after_an_hour(void **state)
{
	static const char *const names[] = {
		"gocache-s3-1234-5.tmp", "gocache-s3-.tmp"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct view name = view_of(names[i]);

		assert_false(trim_should_remove(name, NOW - HOUR, NOW));
		assert_true(trim_should_remove(name, NOW - HOUR - 1, NOW));
		assert_false(trim_should_remove(name, NOW + DAY, NOW));
	}
}

static void
other_names_stay(void **state)
{
	static const char *const names[] = {"", "a", "d", "trim.txt", "README",
		"fuzz", "00ff-A", "00ff-e", "00ff-a.tmp", "00ff-d~",
		"gocache-s3", "gocache-s3-1", "gocache-s3.tmp", "1.tmp",
		"xgocache-s3-1.tmp", "gocache-s3-1.tmp.bak"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		assert_false(trim_should_remove(view_of(names[i]), 0, NOW));
		assert_false(trim_should_remove(
			view_of(names[i]), INT64_MIN, INT64_MAX));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(touch_after_an_hour),
		cmocka_unit_test(future_files_are_not_touched),
		cmocka_unit_test(trim_once_a_day),
		cmocka_unit_test(trim_when_the_last_was_in_the_future),
		cmocka_unit_test(parts_of_a_second_count),
		cmocka_unit_test(unreadable_times_are_due),
		cmocka_unit_test(entries_go_after_five_days_and_an_hour),
		cmocka_unit_test(our_temporary_files_go_after_an_hour),
		cmocka_unit_test(other_names_stay),
	};

	return cmocka_run_group_tests_name("trim", tests, NULL, NULL);
}
