#include "s3/errors.h"

#include "base/array.h"
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "vectors.h"

static const char *
mend_word(enum errors_mend mend)
{
	static const char *const words[] = {
		[ERRORS_MEND_NOTHING] = "nothing",
		[ERRORS_MEND_REGION] = "region",
		[ERRORS_MEND_HOST] = "host",
		[ERRORS_MEND_CLOCK] = "clock",
		[ERRORS_MEND_KEYS] = "keys",
		[ERRORS_MEND_PAYLOAD] = "payload",
	};

	return words[mend];
}

static const char *
verdict_word(enum errors_verdict verdict)
{
	static const char *const words[] = {
		[ERRORS_DONE] = "done",
		[ERRORS_ABSENT] = "absent",
		[ERRORS_RETRY] = "retry",
		[ERRORS_THROTTLED] = "throttled",
		[ERRORS_REFUSED] = "refused",
		[ERRORS_DENIED] = "denied",
		[ERRORS_OFF] = "off",
	};

	return words[verdict];
}

static struct view
take_word(struct view *line)
{
	struct view word;

	view_cut(*line, ' ', &word, line);
	return word;
}

static void
run_line(struct view line)
{
	static char text[256];
	char body_text[256];
	struct buf body = BUF_OVER(body_text), copy = BUF_OVER(text);
	unsigned long long status;
	struct view code, mend, verdict[ERRORS_OPS];

	buf_add(&copy, line);
	vector_at = buf_cstr(&copy);
	assert_true(view_uint(take_word(&line), 999, &status));
	code = take_word(&line);
	mend = take_word(&line);
	if (!view_eq(code, VIEW("-"))) {
		buf_str(&body, "<Error><Code>");
		buf_add(&body, code);
		buf_str(&body, "</Code></Error>");
	}
	for (unsigned op = 0; op < ERRORS_OPS; op++) {
		struct errors_judgement j =
			errors_judge(op, (unsigned)status, buf_view(&body));

		vector_assert(mend_word(j.mend), mend);
		if (errors_kind(op) == op) {
			verdict[op] = take_word(&line);
		}
		vector_assert(
			verdict_word(j.verdict), verdict[errors_kind(op)]);
		vector_assert(
			j.code, view_eq(code, VIEW("-")) ? VIEW("") : code);
	}
}

static void
test_table(void **state)
{
	struct view rest = sections_load("tests/vectors/errors/table.txt");
	size_t count = 0;

	while (rest.n > 0) {
		struct view line;

		view_cut(rest, '\n', &line, &rest);
		if (line.n > 0 && line.p[0] != '#') {
			run_line(line);
			count++;
		}
	}
	assert_int_equal(count, 95);
}

static enum errors_op
op_of(struct view word)
{
	if (view_eq(word, VIEW("get"))) {
		return ERRORS_GET;
	}
	if (view_eq(word, VIEW("session"))) {
		return ERRORS_SESSION;
	}
	return view_eq(word, VIEW("put")) ? ERRORS_PUT : ERRORS_LIST;
}

static struct errors_judgement
judge_file(struct view file)
{
	struct view op = VIEW("get"), status_text = VIEW("0"), body;
	unsigned long long status;

	const struct vector_field fields[] = {
		{VIEW("op"), &op},
		{VIEW("status"), &status_text},
	};

	vector_read(file, fields, ARRAY_LEN(fields));
	assert_true(view_uint(status_text, 999, &status));
	assert_true(sections_find(file, "body", &body));
	return errors_judge(op_of(op), (unsigned)status, body);
}

static void
assert_judgement(const struct errors_judgement *j, struct view want)
{
	const struct vector_result results[] = {
		{VIEW("code"), j->code},
		{VIEW("region"), j->region},
		{VIEW("mend"), mend_word(j->mend)},
		{VIEW("verdict"), verdict_word(j->verdict)},
	};
	struct view key, value;

	while (sections_next(&want, &key, &value)) {
		if (!view_eq(key, VIEW("advice"))) {
			vector_assert_result(
				results, ARRAY_LEN(results), key, value);
		} else if (value.n > 0) {
			vector_assert_says(j->advice, value);
		} else {
			vector_assert(j->advice, value);
		}
	}
}

static void
run_file(const char *path)
{
	struct view file = sections_load(path), want;
	struct errors_judgement j;

	j = judge_file(file);
	assert_true(sections_find(file, "judgement", &want));
	assert_judgement(&j, want);
}

static void
test_bodies(void **state)
{
	assert_int_equal(
		sections_each("tests/vectors/errors/bodies", run_file), 30);
}

/* Whatever turns the remote off must say why. */
static void
test_no_silence_where_it_matters(void **state)
{
	for (unsigned status = 200; status < 700; status++) {
		for (unsigned op = 0; op < ERRORS_OPS; op++) {
			struct errors_judgement j =
				errors_judge(op, status, VIEW(""));

			if (j.verdict == ERRORS_OFF ||
				j.verdict == ERRORS_DENIED) {
				assert_true(j.advice[0] != '\0');
			}
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_no_silence_where_it_matters),
	};

	return cmocka_run_group_tests_name("errors", tests, NULL, NULL);
}
