#include "base/clean.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void
what_commands_a_terminal_does_not_pass(void **state)
{
	const struct {
		struct view from;
		const char *to;
	} cases[] = {
		{VIEW(""), ""},
		{VIEW("a b~"), "a b~"},
		{VIEW("\0\t\n\x1b[2J\x1f\x7f"), "????[2J??"},
		{VIEW("\xc2\x80\xc2\x9b"
		      "2J\xc2\x9f\xc2\xa0"),
			"??2J?\xc2\xa0"},
		{VIEW("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"),
			"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"},
		/* not UTF-8: on other terminals, 9b commands too */
		{VIEW("\x9b"
		      "2J\xe4 \xc3"),
			"?2J? ?"},
		{VIEW("\xe2\x82x\xed\xa0\x80\xc0\x80"), "??x?????"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char storage[64];
		struct buf out = BUF_OVER(storage);

		clean_add(&out, cases[i].from);
		assert_string_equal(buf_cstr(&out), cases[i].to);
	}
}

/* A character stays whole or does not come. */
static void
a_byte_stays_free(void **state)
{
	static const size_t lengths[] = {0, 0, 1, 1, 3, 4, 4};

	for (size_t cap = 0; cap <= 6; cap++) {
		char storage[6];
		struct buf out = buf_over(storage, cap);

		clean_add(&out, VIEW("a\xc3\xa4z"));
		assert_int_equal(out.len, lengths[cap]);
		assert_true(buf_ok(&out));
	}
}

static void
what_is_there_stays(void **state)
{
	char storage[8];
	struct buf out = BUF_OVER(storage);

	buf_str(&out, "\x1b:");
	clean_add(&out, VIEW("\x1b"));
	assert_string_equal(buf_cstr(&out), "\x1b:?");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_commands_a_terminal_does_not_pass),
		cmocka_unit_test(a_byte_stays_free),
		cmocka_unit_test(what_is_there_stays),
	};

	return cmocka_run_group_tests_name("clean", tests, NULL, NULL);
}
