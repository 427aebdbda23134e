#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <string.h>

static void
expect(const struct buf *b, const char *text)
{
	assert_true(buf_ok(b));
	assert_true(view_eq(buf_view(b), view_of(text)));
}

static void
appends(void **state)
{
	char storage[64];
	struct buf b = BUF_OVER(storage);

	expect(&b, "");
	buf_add(&b, VIEW("ab"));
	buf_add(&b, (struct view){NULL, 0});
	buf_str(&b, "cd");
	buf_str(&b, NULL);
	buf_char(&b, 'e');
	buf_uint(&b, 0);
	buf_uint(&b, UINT64_MAX);
	buf_hex(&b, "\x00\x9f\xff", 3);
	expect(&b, "abcde018446744073709551615009fff");
	buf_clear(&b);
	expect(&b, "");
}

static void
up_to_its_capacity(void **state)
{
	char storage[4] = "____";
	struct buf b = buf_over(storage, 3);

	buf_str(&b, "ab");
	buf_str(&b, "c");
	expect(&b, "abc");
	buf_char(&b, 'd');
	assert_false(buf_ok(&b));
	assert_int_equal(b.len, 3);
	assert_int_equal(storage[3], '_');
}

/* What does not fit is dropped whole, and so is all that follows. */
static void
full_for_good(void **state)
{
	char storage[4];
	struct buf b = BUF_OVER(storage);

	buf_str(&b, "ab");
	buf_str(&b, "cde");
	buf_char(&b, 'f');
	buf_str(&b, "");
	buf_hex(&b, "x", 1);
	assert_false(buf_ok(&b));
	assert_true(view_eq(buf_view(&b), VIEW("ab")));
	buf_clear(&b);
	buf_hex(&b, "xy", 2);
	expect(&b, "7879");
	buf_clear(&b);
	buf_char(&b, 'x');
	buf_hex(&b, "xy", 2);
	assert_false(buf_ok(&b));
	assert_int_equal(b.len, 1);
}

static void
terminates(void **state)
{
	char storage[4];
	struct buf b = BUF_OVER(storage);

	buf_str(&b, "abc");
	assert_string_equal(buf_cstr(&b), "abc");
	assert_int_equal(b.len, 3);
	buf_char(&b, 'd');
	expect(&b, "abcd");
	assert_string_equal(buf_cstr(&b), "");
	assert_false(buf_ok(&b));
	buf_clear(&b);
	assert_string_equal(buf_cstr(&b), "");
	assert_true(buf_ok(&b));
}

static void
without_storage(void **state)
{
	struct buf b = buf_over(NULL, 0);

	buf_str(&b, "");
	expect(&b, "");
	buf_char(&b, 'x');
	assert_false(buf_ok(&b));
	assert_string_equal(buf_cstr(&b), "");
	buf_wipe(&b);
	expect(&b, "");
}

static void
wipes_all_of_its_storage(void **state)
{
	static const char zeros[8];
	char storage[9] = "________";
	struct buf b = buf_over(storage, 8);

	storage[8] = '_';
	buf_str(&b, "abcdefghi");
	buf_wipe(&b);
	expect(&b, "");
	assert_memory_equal(storage, zeros, 8);
	assert_int_equal(storage[8], '_');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appends),
		cmocka_unit_test(up_to_its_capacity),
		cmocka_unit_test(full_for_good),
		cmocka_unit_test(terminates),
		cmocka_unit_test(without_storage),
		cmocka_unit_test(wipes_all_of_its_storage),
	};

	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
