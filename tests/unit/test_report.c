#include "doctor/report.h"

#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static char storage[4 * REPORT_FINDING_MAX];
static struct finding f;

/* The whole report about one finding. */
static const char *
report_of(bool json)
{
	struct report r = {.json = json};
	struct buf out = BUF_OVER(storage);

	report_begin(&r, "1.2", &out);
	report_finding(&r, "list", &f, &out);
	report_end(&r, &out);
	return buf_cstr(&out);
}

static void
lines_for_a_person(void **state)
{
	finding_init(&f);
	finding_say(&f, FINDING_FAILED, VIEW("the store says 403"),
		VIEW("ask somebody\nor somebody else"));
	finding_add(&f, "key", VIEW("k"), "-bucket");
	finding_add(&f, "token", VIEW(""), "");
	assert_string_equal(report_of(false),
		"FAIL  list            the store says 403\n"
		"        key           k  (-bucket)\n"
		"        token         none\n"
		"        do: ask somebody\n"
		"            or somebody else\n"
		"\nThe cache cannot work as it is.\n");
}

static void
the_end_says_how_well_it_is(void **state)
{
	static const struct {
		enum finding_verdict verdict;
		const char *end;
		bool well;
	} cases[] = {
		{FINDING_OK, "\nAll is well.\n", true},
		{FINDING_SKIPPED, "\nAll is well.\n", true},
		{FINDING_WARNING,
			"\nThe cache works; the warnings say what could be "
			"better.\n",
			true},
		{FINDING_FAILED, "\nThe cache cannot work as it is.\n", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct report r = {.json = false};
		struct buf out = BUF_OVER(storage);

		finding_init(&f);
		f.verdict = cases[i].verdict;
		report_finding(&r, "x", &f, &out);
		buf_clear(&out);
		report_end(&r, &out);
		assert_string_equal(buf_cstr(&out), cases[i].end);
		assert_int_equal(report_is_well(&r), cases[i].well);
	}
}

static size_t
member(const struct json *j, size_t of, const char *name)
{
	size_t value;

	assert_true(json_member(j, of, view_of(name), &value));
	return value;
}

static void
one_document_for_a_program(void **state)
{
	static struct json j;
	struct gs_err err;
	char text[64];
	struct buf version = BUF_OVER(text);

	finding_init(&f);
	finding_say(&f, FINDING_WARNING, VIEW("a \"word\"\n\x01"), VIEW(""));
	finding_add(&f, "key", VIEW("\\"), "");
	finding_add(&f, "two", VIEW("2"), "-two");
	assert_int_equal(json_parse(&j, view_of(report_of(true)), &err), GS_OK);
	assert_true(
		json_string(&j, member(&j, JSON_ROOT, "version"), &version));
	assert_string_equal(buf_cstr(&version), "1.2");
	assert_int_equal(
		json_kind(&j, member(&j, JSON_ROOT, "well")), JSON_TRUE);
	assert_int_equal(
		json_kind(&j, member(&j, JSON_ROOT, "checks")), JSON_ARRAY);
	assert_non_null(strstr(storage,
		"{\"check\":\"list\",\"verdict\":\"warning\",\"text\":\"a "
		"\\\"word\\\"??\",\"advice\":null,\"facts\":[{"
		"\"name\":\"key\",\"value\":\"\\\\\",\"from\":null},{\"name\":"
		"\"two\",\"value\":\"2\",\"from\":\"-two\"}]}"));
}

/* A certificate may call itself anything. */
static void
what_strangers_say_is_text_for_all(void **state)
{
	static struct json j;
	struct gs_err err;

	finding_init(&f);
	finding_say(&f, FINDING_OK, VIEW("by '\xe4\x1b[2J'"),
		VIEW("allow\nteam/\xff\x1b"));
	finding_add(&f, "certificate", VIEW("\xc2\x9b[2J\0\xff"), "");
	assert_int_equal(json_parse(&j, view_of(report_of(true)), &err), GS_OK);
	assert_non_null(strstr(report_of(false), "by '??[2J'\n"));
	assert_non_null(strstr(storage, "certificate   ?[2J??\n"));
	assert_non_null(strstr(storage, "do: allow\n            team/??\n"));
}

static void
the_largest_finding_fits(void **state)
{
	static char text[FINDING_ADVICE_MAX + 1];

	memset(text, '\x01', sizeof(text) - 1);
	for (int json = 0; json < 2; json++) {
		struct report r = {.json = json};
		struct buf out = buf_over(storage, REPORT_FINDING_MAX);

		finding_init(&f);
		finding_say(&f, FINDING_FAILED, view_of(text), view_of(text));
		for (size_t i = 0; i <= FINDING_FACTS_MAX; i++) {
			finding_add(&f, "a name of a fact", view_of(text),
				"GOCACHE_S3_EXPECTED_BUCKET_OWNER");
		}
		assert_int_equal(f.fact_count, FINDING_FACTS_MAX);
		report_finding(&r, "configuration", &f, &out);
		assert_true(buf_ok(&out));
	}
}

static void
texts_are_cut_to_fit(void **state)
{
	static char text[FINDING_TEXT_MAX + 1];

	memset(text, 'x', sizeof(text) - 1);
	finding_init(&f);
	finding_say(&f, FINDING_OK, view_of(text), VIEW(""));
	assert_int_equal(strlen(f.text), FINDING_TEXT_MAX - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_for_a_person),
		cmocka_unit_test(the_end_says_how_well_it_is),
		cmocka_unit_test(one_document_for_a_program),
		cmocka_unit_test(what_strangers_say_is_text_for_all),
		cmocka_unit_test(the_largest_finding_fits),
		cmocka_unit_test(texts_are_cut_to_fit),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
