#include "base/json.h"

#include "base/hex.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdlib.h>

#include "lines.h"

/* A copy in a block of just its size, so that no byte past it can be read. */
static struct view
exact(struct view text)
{
	char *p = malloc(text.n);

	assert_true(p || text.n == 0);
	memcpy(p, text.p, text.n);
	return (struct view){p, text.n};
}

static void
drop(struct view text)
{
	free((void *)(uintptr_t)text.p);
}

static enum gs_code
parse(struct json *j, struct view text)
{
	struct gs_err err = {.code = GS_OK};
	struct view copy = exact(text);
	enum gs_code code = json_parse(j, copy, &err);

	assert_int_equal(err.code, code);
	drop(copy);
	j->text = text.p;
	return code;
}

/* Writes the bytes that a vector's line stands for over the line. */
static struct view
bytes_of(struct lines *lines, struct view line)
{
	struct buf out = BUF_OVER(lines->text);

	for (; line.n > 0; line = view_skip(line, 1)) {
		char c = line.p[0];

		if (c == '~') {
			c = (char)(hex_value(line.p[1]) << 4 |
				   hex_value(line.p[2]));
			line = view_skip(line, 2);
		}
		buf_char(&out, c);
	}
	return buf_view(&out);
}

static void
good_vectors(void **state)
{
	struct lines lines;
	struct view line;
	struct json j;

	lines_open(&lines, "tests/vectors/json/good.txt");
	while (lines_next(&lines, &line)) {
		if (parse(&j, bytes_of(&lines, line)) != GS_OK) {
			fail_msg("line %zu is refused", lines.count);
		}
	}
}

static void
bad_vectors(void **state)
{
	struct lines lines;
	struct view line;
	struct json j;

	lines_open(&lines, "tests/vectors/json/bad.txt");
	while (lines_next(&lines, &line)) {
		if (parse(&j, bytes_of(&lines, line)) != GS_BAD) {
			fail_msg("line %zu is accepted", lines.count);
		}
	}
}

/* No beginning of a document is one. */
static void
cut_short(void **state)
{
	struct lines lines;
	struct view line;
	struct json j;

	lines_open(&lines, "tests/vectors/json/good.txt");
	while (lines_next(&lines, &line)) {
		struct view text = view_trim(bytes_of(&lines, line));

		for (size_t n = 0; n < text.n; n++) {
			assert_int_equal(
				parse(&j, (struct view){text.p, n}), GS_BAD);
		}
	}
}

static void
finds_members(void **state)
{
	struct json j;
	size_t value, inner;

	assert_int_equal(
		parse(&j, VIEW("{\"a\":[1,{\"z\":2}],\"b\":{\"z\":3,\"y\":[]},"
			       "\"\\u0063\":4,\"d\":null,\"e\":true,"
			       "\"f\":false}")),
		GS_OK);
	assert_int_equal(json_kind(&j, JSON_ROOT), JSON_OBJECT);
	assert_true(json_member(&j, JSON_ROOT, VIEW("a"), &value));
	assert_int_equal(json_kind(&j, value), JSON_ARRAY);
	assert_false(json_member(&j, value, VIEW("z"), &inner));
	assert_true(json_member(&j, JSON_ROOT, VIEW("b"), &value));
	assert_int_equal(json_kind(&j, value), JSON_OBJECT);
	assert_true(json_member(&j, value, VIEW("z"), &inner));
	assert_int_equal(json_kind(&j, inner), JSON_NUMBER);
	assert_true(json_member(&j, value, VIEW("y"), &inner));
	assert_false(json_member(&j, value, VIEW("c"), &inner));
	assert_true(json_member(&j, JSON_ROOT, VIEW("c"), &value));
	assert_int_equal(json_kind(&j, value), JSON_NUMBER);
	assert_true(json_member(&j, JSON_ROOT, VIEW("d"), &value));
	assert_int_equal(json_kind(&j, value), JSON_NULL);
	assert_true(json_member(&j, JSON_ROOT, VIEW("e"), &value));
	assert_int_equal(json_kind(&j, value), JSON_TRUE);
	assert_true(json_member(&j, JSON_ROOT, VIEW("f"), &value));
	assert_int_equal(json_kind(&j, value), JSON_FALSE);
	value = 99;
	assert_false(json_member(&j, JSON_ROOT, VIEW("z"), &value));
	assert_false(json_member(&j, JSON_ROOT, VIEW("A"), &value));
	assert_false(json_member(&j, JSON_ROOT, VIEW(""), &value));
	assert_int_equal(value, 99);
}

static void
finds_members_in_any_case(void **state)
{
	struct json j;
	size_t value, same;

	assert_int_equal(parse(&j, VIEW("{\"kay\":0,\"KEY\":1,\"key\":2,"
					"\"\\u0054oken\":3,\"\xc3\x89\":4}")),
		GS_OK);
	assert_true(json_member_nocase(&j, JSON_ROOT, VIEW("Key"), &value));
	assert_true(json_member(&j, JSON_ROOT, VIEW("KEY"), &same));
	assert_int_equal(value, same);
	assert_true(json_member_nocase(&j, JSON_ROOT, VIEW("token"), &value));
	assert_false(json_member_nocase(&j, JSON_ROOT, VIEW("ke"), &value));
	assert_false(json_member_nocase(&j, JSON_ROOT, VIEW("keyy"), &value));
	assert_false(
		json_member_nocase(&j, JSON_ROOT, VIEW("\xc3\xa9"), &value));
	assert_false(json_member_nocase(&j, value, VIEW("key"), &value));
}

static void
shows_values_as_they_are_written(void **state)
{
	static const char *const values[] = {"\"a\\u0041\"", "\"\"",
		"{ \"b\" : [1] }", "[ 1, 2 ]", "-1.5e3", "null"};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		char text[64];
		struct buf out = BUF_OVER(text);
		struct json j;
		size_t value;

		buf_str(&out, "{\"m\" : ");
		buf_str(&out, values[i]);
		buf_str(&out, " ,\"n\":0}");
		assert_int_equal(parse(&j, buf_view(&out)), GS_OK);
		assert_true(json_member(&j, JSON_ROOT, VIEW("m"), &value));
		assert_true(
			view_eq(json_written(&j, value), view_of(values[i])));
	}
}

static void
reads_integers(void **state)
{
	static const struct {
		const char *text;
		bool good;
		int64_t n;
	} cases[] = {
		{"0", true, 0},
		{"-0", true, 0},
		{"1", true, 1},
		{"-1", true, -1},
		{"9223372036854775807", true, INT64_MAX},
		{"-9223372036854775808", true, INT64_MIN},
		{"9223372036854775808", false, 0},
		{"-9223372036854775809", false, 0},
		{"18446744073709551617", false, 0},
		{"99999999999999999999999", false, 0},
		{"1.0", false, 0},
		{"1e3", false, 0},
		{"true", false, 0},
		{"null", false, 0},
		{"\"1\"", false, 0},
		{"[1]", false, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char storage[64];
		struct buf text = BUF_OVER(storage);
		struct json j;
		int64_t n = 77;

		buf_str(&text, "[");
		buf_str(&text, cases[i].text);
		buf_str(&text, "]");
		assert_int_equal(parse(&j, buf_view(&text)), GS_OK);
		assert_int_equal(json_int64(&j, 1, &n), cases[i].good);
		assert_int_equal(n, cases[i].good ? cases[i].n : 77);
	}
}

static void
unescapes_strings(void **state)
{
	struct view want = VIEW("\"\\/\b\f\n\r\tA\0\xc3\xa4\xe2\x82\xac"
				"\xf0\x9f\x98\x80\xc3\xb6");
	char storage[64];
	struct buf out = BUF_OVER(storage);
	struct json j;

	assert_int_equal(
		parse(&j, VIEW("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u0000"
			       "\\u00e4\\u20AC\\uD83d\\udE00\xc3\xb6\",\"\"]")),
		GS_OK);
	assert_true(json_string(&j, 1, &out));
	assert_true(view_eq(buf_view(&out), want));
	assert_true(json_string(&j, 2, &out));
	assert_int_equal(out.len, want.n);
	assert_false(json_string(&j, JSON_ROOT, &out));
	assert_true(buf_ok(&out));
	assert_int_equal(out.len, want.n);
}

static void
strings_need_room(void **state)
{
	char storage[4] = "";
	struct json j;

	assert_int_equal(parse(&j, VIEW("[\"ab\\u20ac\"]")), GS_OK);
	for (size_t cap = 0; cap < 5; cap++) {
		struct buf out = buf_over(storage, cap);

		assert_false(json_string(&j, 1, &out));
		assert_false(buf_ok(&out));
		assert_int_equal(out.len, 0);
	}
}

/* An array of n numbers has n + 1 tokens. */
static void
array_of(struct buf *out, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_char(out, i == 0 ? '[' : ',');
		buf_char(out, '1');
	}
	buf_char(out, ']');
}

static void
as_many_tokens_as_the_limit(void **state)
{
	char storage[3 * JSON_TOKENS_MAX];
	struct buf text = BUF_OVER(storage);
	struct json j;

	array_of(&text, JSON_TOKENS_MAX - 1);
	assert_int_equal(parse(&j, buf_view(&text)), GS_OK);
	buf_clear(&text);
	array_of(&text, JSON_TOKENS_MAX);
	assert_int_equal(parse(&j, buf_view(&text)), GS_TOOBIG);
}

static void
as_deep_as_the_limit(void **state)
{
	for (size_t depth = JSON_TOKENS_MAX; depth <= JSON_TOKENS_MAX + 1;
		depth++) {
		char text[2 * JSON_TOKENS_MAX + 2];
		struct json j;

		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		assert_int_equal(parse(&j, (struct view){text, 2 * depth}),
			depth > JSON_TOKENS_MAX ? GS_TOOBIG : GS_OK);
	}
}

static void
as_long_as_the_limit(void **state)
{
	static char text[JSON_TEXT_MAX + 1];
	struct json j;

	memset(text, ' ', sizeof(text));
	text[0] = '[';
	text[JSON_TEXT_MAX - 1] = ']';
	assert_int_equal(parse(&j, (struct view){text, JSON_TEXT_MAX}), GS_OK);
	assert_int_equal(
		parse(&j, (struct view){text, JSON_TEXT_MAX + 1}), GS_TOOBIG);
}

static void
complains_without_quoting(void **state)
{
	static const struct {
		const char *text, *complaint;
	} cases[] = {
		{"", "no object or array"},
		{"[1]2 ", "something after its end"},
		{"{\"a\":1,\"a\":2}",
			"a wrong, repeated or missing name or value"},
		{"[1,01]", "a wrong, repeated or missing name or value"},
		{"{\"a\"}", "a missing colon"},
		{"{\"a\":01}", "a wrong or missing value"},
		{"[1 2]", "a missing comma or closing bracket"},
		{"{\"secret", "not well-formed"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct gs_err err;
		struct json j;

		assert_int_equal(
			json_parse(&j, view_of(cases[i].text), &err), GS_BAD);
		assert_true(view_starts(
			view_of(err.text), VIEW("cannot read JSON: ")));
		assert_string_equal(err.text + 18, cases[i].complaint);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_vectors),
		cmocka_unit_test(bad_vectors),
		cmocka_unit_test(cut_short),
		cmocka_unit_test(finds_members),
		cmocka_unit_test(finds_members_in_any_case),
		cmocka_unit_test(shows_values_as_they_are_written),
		cmocka_unit_test(reads_integers),
		cmocka_unit_test(unescapes_strings),
		cmocka_unit_test(strings_need_room),
		cmocka_unit_test(as_many_tokens_as_the_limit),
		cmocka_unit_test(as_deep_as_the_limit),
		cmocka_unit_test(as_long_as_the_limit),
		cmocka_unit_test(complains_without_quoting),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
