#include "s3/refusal.h"

#include "base/array.h"
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "vectors.h"

static struct gs_err err;

static const char *const words[] = {
	[REFUSAL_FINAL] = "final",
	[REFUSAL_PASSING] = "passing",
	[REFUSAL_STALE] = "stale",
	[REFUSAL_CLOCK] = "clock",
};

static void
run_vector(const char *path)
{
	struct view service = VIEW(""), status_text = VIEW(""), body;
	struct view wanted = VIEW(""), error = VIEW("");

	const struct vector_field fields[] = {
		{VIEW("service"), &service},
		{VIEW("status"), &status_text},
		{VIEW("refusal"), &wanted},
		{VIEW("error"), &error},
	};
	struct view file = sections_load(path);
	unsigned long long status;
	char name_text[64];
	struct buf name = BUF_OVER(name_text);
	enum refusal refusal;

	vector_read(file, fields, ARRAY_LEN(fields));
	assert_true(sections_find(file, "body", &body));
	assert_true(view_uint(status_text, 999, &status));
	buf_add(&name, service);
	refusal = refusal_judge(buf_cstr(&name), (unsigned)status, body, &err);
	vector_assert(words[refusal], wanted);
	vector_assert(err.text, error);
	assert_int_equal(
		err.code, refusal == REFUSAL_PASSING ? GS_BAD : GS_CONFIG);
	assert_null(strstr(err.text, "MARKED"));
}

static void
refusals_are_told_apart_and_said(void **state)
{
	assert_int_equal(
		sections_each("tests/vectors/refusal", run_vector), 33);
}

/* A container's message of n bytes, in words of so many. */
static struct view
message_of(size_t n, size_t word)
{
	static char storage[4096];
	struct buf out = BUF_OVER(storage);

	buf_str(&out, "{\"message\":\"");
	for (size_t i = 1; i <= n; i++) {
		buf_char(&out, i % word == 0 ? ' ' : 'w');
	}
	buf_str(&out, "\"}");
	return buf_view(&out);
}

static const char *
said(struct view body)
{
	(void)refusal_judge("s", 400, body, &err);
	return err.text;
}

static void
long_words_stay_out(void **state)
{
	assert_int_equal(strlen(said(message_of(150, 4096))),
		strlen("s: status 400: ") + 150);
	assert_string_equal(said(message_of(151, 4096)), "s: status 400: ...");
}

static void
long_messages_are_cut_between_words(void **state)
{
	const char *text = said(message_of(1024, 8));

	assert_true(strlen(text) > GS_ERR_TEXT_MAX - 16);
	assert_true(strlen(text) < GS_ERR_TEXT_MAX);
	assert_string_equal(text + strlen(text) - 8, "wwwwwww ");
	assert_string_equal(said(message_of(1025, 8)), "s: status 400");
}

static void
long_codes_are_none(void **state)
{
	assert_string_equal(
		said(VIEW(
			"{\"code\":\"c1234567890123456789012345678901234567890"
			"12345678901234567890123\"}")),
		"s: c1234567890123456789012345678901234567890123456789012345678"
		"90123");
	assert_string_equal(
		said(VIEW(
			"{\"code\":\"c1234567890123456789012345678901234567890"
			"123456789012345678901234\"}")),
		"s: status 400");
}

static void
others_than_known_5xx_pass_too(void **state)
{
	assert_int_equal(
		refusal_judge("s", 599, VIEW(""), &err), REFUSAL_PASSING);
	assert_int_equal(
		refusal_judge("s", 999, VIEW(""), &err), REFUSAL_PASSING);
	assert_int_equal(
		refusal_judge("s", 499, VIEW(""), &err), REFUSAL_FINAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refusals_are_told_apart_and_said),
		cmocka_unit_test(long_words_stay_out),
		cmocka_unit_test(long_messages_are_cut_between_words),
		cmocka_unit_test(long_codes_are_none),
		cmocka_unit_test(others_than_known_5xx_pass_too),
	};

	return cmocka_run_group_tests_name("refusal", tests, NULL, NULL);
}
