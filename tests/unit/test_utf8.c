#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* Every character there is, and back; none of them when cut short. */
static void
every_character(void **state)
{
	for (uint32_t c = 0; c <= 0x10ffff; c++) {
		char storage[4];
		struct buf out = BUF_OVER(storage);
		struct view rest;
		uint32_t back;

		if (!utf8_can_say(c)) {
			assert_in_range(c, 0xd800, 0xdfff);
			continue;
		}
		utf8_add(&out, c);
		rest = buf_view(&out);
		assert_true(utf8_take(&rest, &back));
		assert_int_equal(back, c);
		assert_int_equal(rest.n, 0);
		for (size_t n = 0; n < out.len; n++) {
			rest = (struct view){storage, n};
			assert_false(utf8_take(&rest, &back));
			assert_int_equal(rest.n, n);
		}
	}
	assert_false(utf8_can_say(0x110000));
	assert_false(utf8_can_say(0xd800));
	assert_false(utf8_can_say(0xdfff));
}

/* Of all pairs of bytes exactly those are two-byte characters. */
static void
every_pair(void **state)
{
	for (unsigned i = 0; i < 0x10000; i++) {
		unsigned first = i >> 8, second = i & 0xff;
		char bytes[2] = {(char)first, (char)second};
		struct view rest = {bytes, 2};
		bool good = first < 0x80 ||
			    (first >= 0xc2 && first <= 0xdf && second >= 0x80 &&
				    second <= 0xbf);
		uint32_t c;

		assert_int_equal(utf8_take(&rest, &c), good);
		assert_int_equal(rest.n, !good ? 2 : first < 0x80 ? 1 : 0);
	}
}

static void
known_sequences(void **state)
{
	static const struct {
		const char *bytes;
		bool good;
		uint32_t c;
	} cases[] = {
		{"\xc3\xa4", true, 0xe4},
		{"\xe2\x82\xac", true, 0x20ac},
		{"\xf0\x9f\x98\x80", true, 0x1f600},
		{"\xf4\x8f\xbf\xbf", true, 0x10ffff},
		{"\xf4\x90\x80\x80", false, 0},
		{"\xf7\xbf\xbf\xbf", false, 0},
		{"\xf8\x88\x80\x80\x80", false, 0},
		{"\xed\xa0\x80", false, 0},
		{"\xe0\x9f\xbf", false, 0},
		{"\xf0\x8f\xbf\xbf", false, 0},
		{"\xe2\x82\x41", false, 0},
		{"\xf0\x9f\x98\xc0", false, 0},
		{"\xff", false, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct view rest = view_of(cases[i].bytes);
		uint32_t c = 0;

		assert_int_equal(utf8_take(&rest, &c), cases[i].good);
		assert_int_equal(c, cases[i].c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_character),
		cmocka_unit_test(every_pair),
		cmocka_unit_test(known_sequences),
	};

	return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
