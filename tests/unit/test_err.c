#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <string.h>

static void
says_what_on_what_and_why(void **state)
{
	static const struct {
		const char *what, *subject, *why, *text;
	} cases[] = {
		{"cannot open", "x", "no such file",
			"cannot open 'x': no such file"},
		{"cannot open", "x", NULL, "cannot open 'x'"},
		{"cannot open", "", "no such file",
			"cannot open: no such file"},
		{"cannot open", NULL, NULL, "cannot open"},
		{"bad", "a\nb\x7f\x1b[2J\t", NULL, "bad 'a?b??[2J?'"},
		{"bad", "\xc3\xa4", NULL, "bad '\xc3\xa4'"},
		{"bad", "\xe4\xc2\x9b[2J", NULL, "bad '??[2J'"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct gs_err err = {.sys_errno = 7, .text = "before"};

		assert_int_equal(
			gs_fail(&err, GS_BAD, cases[i].what,
				view_of(cases[i].subject), cases[i].why),
			GS_BAD);
		assert_int_equal(err.code, GS_BAD);
		assert_int_equal(err.sys_errno, 0);
		assert_string_equal(err.text, cases[i].text);
	}
}

static void
a_nul_in_the_subject_ends_nothing(void **state)
{
	struct gs_err err;

	gs_fail(&err, GS_SYS, "bad", VIEW("a\0b"), "why");
	assert_string_equal(err.text, "bad 'a?b': why");
}

static void
cut_to_fit(void **state)
{
	char subject[2 * GS_ERR_TEXT_MAX];
	struct gs_err err;

	memset(subject, 'x', sizeof(subject));
	for (size_t n = 0; n <= sizeof(subject); n++) {
		gs_fail(&err, GS_TOOBIG, "", (struct view){subject, n}, "why");
		assert_true(strlen(err.text) < sizeof(err.text));
	}
	assert_int_equal(strlen(err.text), GS_ERR_TEXT_MAX - 1);
}

/* The longest subject that stays whole, and one byte more. */
static void
a_long_subject_leaves_room_for_the_reason(void **state)
{
	size_t max = GS_ERR_TEXT_MAX - 1 - strlen("bad '': why");
	char subject[GS_ERR_TEXT_MAX];
	struct gs_err err;

	memset(subject, 'x', sizeof(subject));
	gs_fail(&err, GS_BAD, "bad", (struct view){subject, max}, "why");
	assert_int_equal(strlen(err.text), GS_ERR_TEXT_MAX - 1);
	assert_non_null(strstr(err.text, "xxx': why"));
	gs_fail(&err, GS_BAD, "bad", (struct view){subject, max + 1}, "why");
	assert_int_equal(strlen(err.text), GS_ERR_TEXT_MAX - 1);
	assert_non_null(strstr(err.text, "xxx...': why"));
}

static void
a_long_reason_leaves_room_for_the_subject(void **state)
{
	char why[2 * GS_ERR_TEXT_MAX];
	struct gs_err err;

	memset(why, 'y', sizeof(why));
	why[sizeof(why) - 1] = '\0';
	gs_fail(&err, GS_BAD, "bad", VIEW("12345678901234567890123456789012"),
		why);
	assert_non_null(strstr(err.text, "89012': yyy"));
	gs_fail(&err, GS_BAD, "bad", VIEW("123456789012345678901234567890123"),
		why);
	assert_non_null(strstr(err.text, "789...': yyy"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_on_what_and_why),
		cmocka_unit_test(a_nul_in_the_subject_ends_nothing),
		cmocka_unit_test(cut_to_fit),
		cmocka_unit_test(a_long_subject_leaves_room_for_the_reason),
		cmocka_unit_test(a_long_reason_leaves_room_for_the_subject),
	};

	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
