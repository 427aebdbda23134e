#include "base/percent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static const char *
encoded(struct view text, void (*encode)(struct view, struct buf *))
{
	static char storage[1024];
	struct buf out = BUF_OVER(storage);

	encode(text, &out);
	return buf_cstr(&out);
}

static void
unreserved_characters_stay(void **state)
{
	assert_string_equal(
		encoded(VIEW("AZaz09-._~"), percent_encode), "AZaz09-._~");
}

static void
other_bytes_are_encoded(void **state)
{
	assert_string_equal(
		encoded(VIEW(" +%=&/\0\xc3\xa9\xff"), percent_encode),
		"%20%2B%25%3D%26%2F%00%C3%A9%FF");
}

static void
a_path_keeps_its_slashes(void **state)
{
	assert_string_equal(encoded(VIEW("/a b//c%2F"), percent_encode_path),
		"/a%20b//c%252F");
}

/* Exactly 66 of the 256 bytes are unreserved. */
static void
every_byte_is_one_or_three_characters(void **state)
{
	int plain = 0;

	for (int i = 0; i < 256; i++) {
		char c = (char)i;
		struct view got =
			view_of(encoded((struct view){&c, 1}, percent_encode));

		assert_int_equal(got.n, percent_is_unreserved(c) ? 1 : 3);
		plain += percent_is_unreserved(c);
	}
	assert_int_equal(plain, 66);
}

static void
what_does_not_fit_marks_the_buffer(void **state)
{
	char storage[5];
	struct buf out = BUF_OVER(storage);

	percent_encode(VIEW("ab "), &out);
	assert_true(buf_ok(&out));
	percent_encode(VIEW("c"), &out);
	assert_false(buf_ok(&out));
}

static void
decodes_what_was_encoded(void **state)
{
	char plain[256], encoded_text[1024], storage[256];
	struct buf out = BUF_OVER(encoded_text), back = BUF_OVER(storage);

	for (int i = 0; i < 256; i++) {
		plain[i] = (char)i;
	}
	percent_encode((struct view){plain, sizeof(plain)}, &out);
	assert_true(percent_decode(buf_view(&out), &back));
	assert_int_equal(back.len, sizeof(plain));
	assert_memory_equal(storage, plain, sizeof(plain));
	buf_clear(&back);
	assert_true(percent_decode(VIEW("a+%7e%7E%25"), &back));
	assert_string_equal(buf_cstr(&back), "a+~~%");
}

static void
refuses_half_an_encoded_byte(void **state)
{
	static const char *const wrong[] = {
		"%", "a%4", "%4g", "%g4", "%%41", "%-1"};
	char storage[16];

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct buf out = BUF_OVER(storage);

		assert_false(percent_decode(view_of(wrong[i]), &out));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unreserved_characters_stay),
		cmocka_unit_test(other_bytes_are_encoded),
		cmocka_unit_test(a_path_keeps_its_slashes),
		cmocka_unit_test(every_byte_is_one_or_three_characters),
		cmocka_unit_test(what_does_not_fit_marks_the_buffer),
		cmocka_unit_test(decodes_what_was_encoded),
		cmocka_unit_test(refuses_half_an_encoded_byte),
	};

	return cmocka_run_group_tests_name("percent", tests, NULL, NULL);
}
