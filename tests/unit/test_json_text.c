#include "base/json_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const char *
written(struct view text, struct buf *out)
{
	buf_clear(out);
	json_add_text(out, text);
	return buf_cstr(out);
}

static void
text_stands_between_quotes(void **state)
{
	char storage[32];
	struct buf out = BUF_OVER(storage);

	assert_string_equal(written(VIEW(""), &out), "\"\"");
	assert_string_equal(
		written(VIEW("a/b \xc3\xa9"), &out), "\"a/b \xc3\xa9\"");
}

static void
what_must_be_is_escaped(void **state)
{
	char storage[64];
	struct buf out = BUF_OVER(storage);

	assert_string_equal(written(VIEW("\"\\"), &out), "\"\\\"\\\\\"");
	assert_string_equal(
		written(VIEW("\n\x1f\x7f"), &out), "\"\\u000a\\u001f\x7f\"");
	assert_string_equal(
		written((struct view){"\0", 1}, &out), "\"\\u0000\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_stands_between_quotes),
		cmocka_unit_test(what_must_be_is_escaped),
	};

	return cmocka_run_group_tests_name("json_text", tests, NULL, NULL);
}
