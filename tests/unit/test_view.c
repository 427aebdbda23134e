#include "base/view.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <limits.h>
#include <stdint.h>

#define ABSENT ((struct view){NULL, 0})

static void
of_strings(void **state)
{
	char array[8] = "abc";

	assert_int_equal(view_of("abc").n, 3);
	assert_int_equal(view_of("").n, 0);
	assert_int_equal(view_of(NULL).n, 0);
	assert_int_equal(view_of(array).n, 3);
	assert_int_equal(VIEW("a\0b").n, 3);
}

static void
equality(void **state)
{
	assert_true(view_eq(VIEW("a\0b"), VIEW("a\0b")));
	assert_false(view_eq(VIEW("a\0b"), VIEW("a\0c")));
	assert_false(view_eq(VIEW("ab"), VIEW("abc")));
	assert_true(view_eq(VIEW(""), ABSENT));
	assert_false(view_eq(VIEW("ab"), VIEW("aB")));
}

static void
equality_in_either_case(void **state)
{
	assert_true(view_eq_nocase(VIEW("aZ[`{\xe4"), VIEW("Az[`{\xe4")));
	assert_false(view_eq_nocase(VIEW("@"), VIEW("`")));
	assert_false(view_eq_nocase(VIEW("["), VIEW("{")));
	assert_false(view_eq_nocase(VIEW("\xe4"), VIEW("\xc4")));
	assert_false(view_eq_nocase(VIEW("a"), VIEW("ab")));
	assert_true(view_eq_nocase(VIEW(""), ABSENT));
}

static void
starts_and_ends(void **state)
{
	assert_true(view_starts(VIEW("abc"), VIEW("ab")));
	assert_true(view_starts(VIEW("abc"), VIEW("abc")));
	assert_false(view_starts(VIEW("abc"), VIEW("abcd")));
	assert_false(view_starts(VIEW("abc"), VIEW("b")));
	assert_true(view_starts(ABSENT, VIEW("")));
	assert_true(view_ends(VIEW("abc"), VIEW("bc")));
	assert_true(view_ends(VIEW("abc"), VIEW("abc")));
	assert_true(view_ends(VIEW("abc"), VIEW("")));
	assert_false(view_ends(VIEW("abc"), VIEW("zabc")));
	assert_false(view_ends(VIEW("abc"), VIEW("b")));
	assert_true(view_ends(ABSENT, ABSENT));
}

static void
skipping(void **state)
{
	assert_true(view_eq(view_skip(VIEW("abc"), 0), VIEW("abc")));
	assert_true(view_eq(view_skip(VIEW("abc"), 2), VIEW("c")));
	assert_int_equal(view_skip(VIEW("abc"), 3).n, 0);
	assert_int_equal(view_skip(VIEW("abc"), SIZE_MAX).n, 0);
	assert_int_equal(view_skip(ABSENT, 5).n, 0);
}

static void
trimming(void **state)
{
	assert_true(view_eq(view_trim(VIEW(" \t\r\na b\n\r\t ")), VIEW("a b")));
	assert_true(view_eq(view_trim(VIEW("\va\f")), VIEW("\va\f")));
	assert_int_equal(view_trim(VIEW(" \t ")).n, 0);
	assert_int_equal(view_trim(ABSENT).n, 0);
}

static void
searching(void **state)
{
	assert_int_equal(view_index(VIEW("abcb"), 'b'), 1);
	assert_int_equal(view_index(VIEW("abc"), 'z'), 3);
	assert_int_equal(view_index(VIEW("a\0c"), '\0'), 1);
	assert_int_equal(view_index(ABSENT, 'a'), 0);
	assert_int_equal(view_find(VIEW("aabaab"), VIEW("ab")), 1);
	assert_int_equal(view_find(VIEW("aaab"), VIEW("aab")), 1);
	assert_int_equal(view_find(VIEW("ab"), VIEW("abc")), 2);
	assert_int_equal(view_find(VIEW("abc"), VIEW("abd")), 3);
	assert_int_equal(view_find(VIEW("abc"), VIEW("")), 0);
	assert_int_equal(view_find(ABSENT, VIEW("")), 0);
	assert_int_equal(view_find(ABSENT, VIEW("a")), 0);
}

static void
cutting(void **state)
{
	struct view s = VIEW("a=b=c"), head, tail;

	assert_true(view_cut(s, '=', &head, &tail));
	assert_true(view_eq(head, VIEW("a")));
	assert_true(view_eq(tail, VIEW("b=c")));
	assert_true(view_cut(s, '=', &head, &s));
	assert_true(view_cut(s, '=', &s, &tail));
	assert_true(view_eq(s, VIEW("b")));
	assert_true(view_eq(tail, VIEW("c")));
	assert_false(view_cut(tail, '=', &head, &tail));
	assert_true(view_eq(head, VIEW("c")));
	assert_int_equal(tail.n, 0);
	assert_true(view_cut(VIEW("="), '=', &head, &tail));
	assert_int_equal(head.n + tail.n, 0);
	assert_false(view_cut(ABSENT, '=', &head, &tail));
	assert_int_equal(head.n + tail.n, 0);
}

static void
numbers(void **state)
{
	static const struct {
		const char *text;
		unsigned long long max;
		bool good;
		unsigned long long value;
	} cases[] = {
		{"0", 0, true, 0},
		{"1", 0, false, 0},
		{"7", 7, true, 7},
		{"8", 7, false, 0},
		{"000042", 42, true, 42},
		{"43", 42, false, 0},
		{"255", 255, true, 255},
		{"256", 255, false, 0},
		{"2550", 255, false, 0},
		{"18446744073709551615", ULLONG_MAX, true, ULLONG_MAX},
		{"18446744073709551616", ULLONG_MAX, false, 0},
		{"184467440737095516150", ULLONG_MAX, false, 0},
		{"", 9, false, 0},
		{"-1", 9, false, 0},
		{"+1", 9, false, 0},
		{" 1", 9, false, 0},
		{"1 ", 9, false, 0},
		{"1a", 9, false, 0},
		{"/", 99, false, 0},
		{":", 99, false, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned long long value = 77;

		assert_int_equal(
			view_uint(view_of(cases[i].text), cases[i].max, &value),
			cases[i].good);
		assert_true(value == (cases[i].good ? cases[i].value : 77));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_strings),
		cmocka_unit_test(equality),
		cmocka_unit_test(equality_in_either_case),
		cmocka_unit_test(starts_and_ends),
		cmocka_unit_test(skipping),
		cmocka_unit_test(trimming),
		cmocka_unit_test(searching),
		cmocka_unit_test(cutting),
		cmocka_unit_test(numbers),
	};

	return cmocka_run_group_tests_name("view", tests, NULL, NULL);
}
