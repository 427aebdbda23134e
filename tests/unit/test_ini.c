#include "base/ini.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "sections.h"

enum { VALUE_MAX = 256, VECTORS = 14 };

/* What a vector's line asks: TYPE|NAME|KEY|SUB_KEY|VALUE. */
struct question {
	struct ini_section section;
	struct view key, sub_key, value;
};

static struct question
question_of(enum ini_file file, struct view line)
{
	struct question q = {.section = {.file = file}};

	view_cut(line, '|', &q.section.type, &line);
	view_cut(line, '|', &q.section.name, &line);
	view_cut(line, '|', &q.key, &line);
	view_cut(line, '|', &q.sub_key, &q.value);
	return q;
}

static void
add_unescaped(struct buf *out, struct view text)
{
	struct view line;

	while (text.n > 0) {
		size_t at = view_find(text, VIEW("\\n"));

		line = (struct view){text.p, at};
		buf_add(out, line);
		if (at < text.n) {
			buf_char(out, '\n');
		}
		text = view_skip(text, at + 2);
	}
}

static bool
answers(struct view text, struct view verb, const struct question *q)
{
	char storage[VALUE_MAX], expected[VALUE_MAX];
	struct buf value = BUF_OVER(storage), want = BUF_OVER(expected);
	bool found;

	if (view_eq(verb, VIEW("has"))) {
		return ini_has(text, &q->section);
	}
	if (view_eq(verb, VIEW("hasnt"))) {
		return !ini_has(text, &q->section);
	}
	buf_str(&value, "rest of another value");
	found = ini_get(text, &q->section, q->key, q->sub_key, &value);
	if (view_eq(verb, VIEW("no"))) {
		return !found && value.len == 0;
	}
	assert_true(view_eq(verb, VIEW("get")));
	add_unescaped(&want, q->value);
	return found && view_eq(buf_view(&value), buf_view(&want));
}

static void
run(const char *path)
{
	struct view file = sections_load(path), head, text, verb, rest;
	enum ini_file kind;

	assert_true(sections_find(file, "", &head));
	assert_true(sections_find(file, "text", &text));
	assert_true(sections_next(&head, &verb, &rest));
	kind = view_eq(verb, VIEW("config")) ? INI_CONFIG : INI_CREDENTIALS;
	while (sections_next(&head, &verb, &rest)) {
		struct question q = question_of(kind, rest);

		if (!answers(text, verb, &q)) {
			fail_msg("%s: %.*s %.*s", path, (int)verb.n, verb.p,
				(int)rest.n, rest.p);
		}
	}
}

static void
vectors(void **state)
{
	assert_int_equal(sections_each("tests/vectors/ini", run), VECTORS);
}

/* Every beginning of a file can be read in a block of just its size. */
static void
cut_anywhere(void **state)
{
	struct view file, text;
	struct ini_section base = {INI_CONFIG, VIEW("profile"), VIEW("base")};
	struct ini_section local = {
		INI_CONFIG, VIEW("services"), VIEW("local")};

	file = sections_load("tests/vectors/ini/worked.txt");
	assert_true(sections_find(file, "text", &text));
	for (size_t n = 1; n <= text.n; n++) {
		char storage[VALUE_MAX], *copy = malloc(n);
		struct buf value = BUF_OVER(storage);
		struct view part = {copy, n};
		bool found;

		assert_non_null(copy);
		memcpy(copy, text.p, n);
		found = ini_get(part, &base, VIEW("credential_process"),
			VIEW(""), &value);
		assert_true(!found || ini_has(part, &base));
		found = ini_get(
			part, &local, VIEW("s3"), VIEW("endpoint_url"), &value);
		assert_int_equal(
			found, view_find(part, VIEW("endpoint_url =")) < n);
		free(copy);
	}
}

static void
values_need_room(void **state)
{
	struct ini_section a = {INI_CONFIG, VIEW("profile"), VIEW("a")};
	struct view text = VIEW("[profile a]\nlong = 12345\n"
				"k = 123456\nk = 12\n  45\n");
	char storage[5];
	struct buf value = BUF_OVER(storage);

	assert_true(ini_get(text, &a, VIEW("long"), VIEW(""), &value));
	assert_true(view_eq(buf_view(&value), VIEW("12345")));
	assert_true(ini_get(text, &a, VIEW("k"), VIEW(""), &value));
	assert_true(buf_ok(&value));
	assert_true(view_eq(buf_view(&value), VIEW("12\n45")));
	value = buf_over(storage, 4);
	assert_true(ini_get(text, &a, VIEW("long"), VIEW(""), &value));
	assert_false(buf_ok(&value));
	assert_true(ini_get(text, &a, VIEW("k"), VIEW(""), &value));
	assert_false(buf_ok(&value));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(values_need_room),
	};

	return cmocka_run_group_tests_name("ini", tests, NULL, NULL);
}
