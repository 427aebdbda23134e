#include "base/time.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdlib.h>

#include "lines.h"

enum { UNTOUCHED = 77 };

static struct view
format_rfc3339(int64_t ns, char storage[30])
{
	struct buf out = buf_over(storage, 30);

	time_format_rfc3339(&out, ns);
	assert_true(buf_ok(&out));
	return buf_view(&out);
}

static void
rfc3339_vectors(void **state)
{
	struct lines lines;
	struct view line, text, want;
	char storage[30];

	lines_open(&lines, "tests/vectors/time/rfc3339.txt");
	while (lines_next(&lines, &line)) {
		int64_t ns = UNTOUCHED;
		bool good;

		view_cut(line, '\t', &text, &want);
		good = !view_eq(want, VIEW("-"));
		if (time_parse_rfc3339(text, &ns) != good) {
			fail_msg("%s", line.p);
		}
		if (!good) {
			assert_int_equal(ns, UNTOUCHED);
			continue;
		}
		assert_int_equal(ns, strtoll(want.p, NULL, 10));
		view_cut(want, ' ', &line, &want);
		assert_true(view_eq(format_rfc3339(ns, storage), want));
	}
}

static void
rfc3339_ends_early(void **state)
{
	struct view text = VIEW("2025-01-15T10:30:00.5+05:30");
	int64_t ns;

	for (size_t n = 0; n < text.n; n++) {
		assert_false(time_parse_rfc3339((struct view){text.p, n}, &ns));
	}
	assert_true(time_parse_rfc3339(text, &ns));
}

static void
rfc3339_formats_the_ends(void **state)
{
	char storage[30];

	assert_true(view_eq(format_rfc3339(INT64_MIN, storage),
		VIEW("1677-09-21T00:12:43.145224192Z")));
	assert_true(view_eq(format_rfc3339(INT64_MAX, storage),
		VIEW("2262-04-11T23:47:16.854775807Z")));
}

/* Every day that nanoseconds can say, there and back. */
static void
rfc3339_round_trips(void **state)
{
	const int64_t day = INT64_C(86400) * 1000000000;

	for (int64_t i = -106751; i <= 106751; i++) {
		int64_t ns, at = i * day + i * 1000003;
		char storage[30];

		assert_true(
			time_parse_rfc3339(format_rfc3339(at, storage), &ns));
		assert_int_equal(ns, at);
	}
}

static void
iso8601_vectors(void **state)
{
	struct lines lines;
	struct view line, text, want;

	lines_open(&lines, "tests/vectors/time/iso8601.txt");
	while (lines_next(&lines, &line)) {
		int64_t seconds = UNTOUCHED;
		bool good;

		view_cut(line, '\t', &text, &want);
		good = !view_eq(want, VIEW("-"));
		if (time_parse_iso8601(text, &seconds) != good) {
			fail_msg("%s", line.p);
		}
		assert_int_equal(
			seconds, good ? strtoll(want.p, NULL, 10) : UNTOUCHED);
	}
	assert_false(time_parse_iso8601(VIEW(""), &(int64_t){0}));
}

static void
http_vectors(void **state)
{
	struct lines lines;
	struct view line, text, want;

	lines_open(&lines, "tests/vectors/time/http.txt");
	while (lines_next(&lines, &line)) {
		int64_t seconds = UNTOUCHED;
		bool good;

		view_cut(line, '\t', &text, &want);
		good = !view_eq(want, VIEW("-"));
		if (time_parse_http(text, &seconds) != good) {
			fail_msg("%s", line.p);
		}
		assert_int_equal(
			seconds, good ? strtoll(want.p, NULL, 10) : UNTOUCHED);
	}
}

static void
expect_amz(int64_t seconds, struct view want)
{
	char storage[16];
	struct buf out = BUF_OVER(storage);

	time_format_amz(&out, seconds);
	assert_true(buf_ok(&out));
	assert_true(view_eq(buf_view(&out), want));
}

static void
amz_vectors(void **state)
{
	struct lines lines;
	struct view seconds, want;

	lines_open(&lines, "tests/vectors/time/amz.txt");
	while (lines_next(&lines, &seconds)) {
		view_cut(seconds, '\t', &seconds, &want);
		expect_amz(strtoll(seconds.p, NULL, 10), want);
	}
}

static void
amz_stays_within_four_digits(void **state)
{
	expect_amz(INT64_C(253402300800), VIEW("99991231T235959Z"));
	expect_amz(INT64_MAX, VIEW("99991231T235959Z"));
	expect_amz(INT64_C(-62167219201), VIEW("00000101T000000Z"));
	expect_amz(INT64_MIN, VIEW("00000101T000000Z"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rfc3339_vectors),
		cmocka_unit_test(rfc3339_ends_early),
		cmocka_unit_test(rfc3339_formats_the_ends),
		cmocka_unit_test(rfc3339_round_trips),
		cmocka_unit_test(iso8601_vectors),
		cmocka_unit_test(http_vectors),
		cmocka_unit_test(amz_vectors),
		cmocka_unit_test(amz_stays_within_four_digits),
	};

	return cmocka_run_group_tests_name("time", tests, NULL, NULL);
}
