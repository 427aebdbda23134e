#include "s3/query.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void
assert_query(const struct query_param *params, size_t count, const char *want)
{
	char text[512];
	struct buf out = BUF_OVER(text);

	query_write(params, count, &out);
	assert_string_equal(buf_cstr(&out), want);
}

#define ASSERT_QUERY(want, ...)                                                \
	assert_query((const struct query_param[]){__VA_ARGS__},                \
		sizeof((const struct query_param[]){__VA_ARGS__}) /            \
			sizeof(struct query_param),                            \
		want)

#define P(name, value)                                                         \
	{                                                                      \
		VIEW(name), VIEW(value)                                        \
	}

static void
test_nothing(void **state)
{
	assert_query(NULL, 0, "");
}

static void
test_values_are_encoded(void **state)
{
	ASSERT_QUERY("a=", P("a", ""));
	ASSERT_QUERY("a%2Fb=%2B%3D%26%20~-._", P("a/b", "+=& ~-._"));
	ASSERT_QUERY("prefix=team%2F%C3%A9%00", P("prefix", "team/\xc3\xa9\0"));
}

static void
test_names_are_sorted(void **state)
{
	ASSERT_QUERY("a=1&b=2&c=3", P("c", "3"), P("a", "1"), P("b", "2"));
	ASSERT_QUERY("a=1&ab=2", P("ab", "2"), P("a", "1"));
	ASSERT_QUERY("a=1&a-b=2&a0=3&aA=4&a_=5&aa=6&a~=7", P("a~", "7"),
		P("aa", "6"), P("a_", "5"), P("aA", "4"), P("a0", "3"),
		P("a-b", "2"), P("a", "1"));
}

/* An encoded byte begins with a percent sign, which comes first of all. */
static void
test_encoded_bytes_come_first(void **state)
{
	ASSERT_QUERY("a%20=1&a%7B=2&a%C3%A9=3&a-=4", P("a-", "4"),
		P("a\xc3\xa9", "3"), P("a{", "2"), P("a ", "1"));
}

static void
test_equal_names_are_sorted_by_value(void **state)
{
	ASSERT_QUERY("a=1&a=12&a=2&b=0", P("b", "0"), P("a", "2"), P("a", "12"),
		P("a", "1"));
}

static void
test_limit(void **state)
{
	struct query_param params[QUERY_PARAMS_MAX + 1];
	char text[512];
	struct buf out = BUF_OVER(text);

	for (size_t i = 0; i < QUERY_PARAMS_MAX + 1; i++) {
		params[i] = (struct query_param)P("a", "b");
	}
	query_write(params, QUERY_PARAMS_MAX, &out);
	assert_true(buf_ok(&out));
	assert_int_equal(out.len, QUERY_PARAMS_MAX * 4 - 1);
	buf_clear(&out);
	query_write(params, QUERY_PARAMS_MAX + 1, &out);
	assert_false(buf_ok(&out));
	assert_int_equal(out.len, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_values_are_encoded),
		cmocka_unit_test(test_names_are_sorted),
		cmocka_unit_test(test_encoded_bytes_come_first),
		cmocka_unit_test(test_equal_names_are_sorted_by_value),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests_name("query", tests, NULL, NULL);
}
