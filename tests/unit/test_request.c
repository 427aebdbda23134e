#include "gocache/request.h"

#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

enum { LINE_MAX_BYTES = 8192 };

/* The 32 bytes 00 01 02 … and ff fe fd … of the vectors. */
#define ACTION "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define OUTPUT "//79/Pv6+fj39vX08/Lx8O/u7ezr6uno5+bl5OPi4eA="
#define PUT "{\"ID\":1,\"Command\":\"put\",\"ActionID\":\"" ACTION "\""

static enum gs_code
parse(const char *line, struct request *r)
{
	struct gs_err err;

	return request_parse(view_of(line), r, &err);
}

/* "-" for no identifier, else the first two bytes of one that must count on
 * from there. */
static void
tell_id(struct buf *out, const struct id *id)
{
	static const struct id none;
	uint8_t step = (uint8_t)(id->byte[1] - id->byte[0]);

	buf_char(out, ' ');
	if (id_eq(id, &none)) {
		buf_char(out, '-');
		return;
	}
	for (size_t i = 1; i < ID_LEN; i++) {
		assert_int_equal(
			id->byte[i], (uint8_t)(id->byte[i - 1] + step));
	}
	buf_hex(out, id->byte, 2);
}

/* A request as the vectors describe it. */
static struct view
tell(const struct request *r, char text[128])
{
	static const char *const commands[] = {
		"get", "put", "close", "unknown"};
	struct buf out = buf_over(text, 128);
	char id[32];

	snprintf(id, sizeof(id), "%lld ", (long long)r->id);
	buf_str(&out, id);
	buf_str(&out, commands[r->command]);
	tell_id(&out, &r->action);
	tell_id(&out, &r->output);
	buf_char(&out, ' ');
	buf_uint(&out, r->body_size);
	return buf_view(&out);
}

static FILE *
open_vectors(const char *path)
{
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	return f;
}

static bool
next_line(FILE *f, struct view *line)
{
	static char storage[LINE_MAX_BYTES];

	if (!fgets(storage, sizeof(storage), f)) {
		return false;
	}
	*line = (struct view){storage, strcspn(storage, "\n")};
	return true;
}

static void
good_vectors(void **state)
{
	FILE *f = open_vectors("tests/vectors/gocache/request-good.txt");
	int count = 0;

	for (struct view line, expected; next_line(f, &line); count++) {
		struct request r;
		struct gs_err err;
		char text[128];

		view_cut(line, '\t', &expected, &line);
		if (request_parse(line, &r, &err) != GS_OK) {
			fail_msg("%s: %.*s", err.text, (int)line.n, line.p);
		}
		if (!view_eq(tell(&r, text), expected)) {
			fail_msg("not as expected: %.*s", (int)line.n, line.p);
		}
	}
	fclose(f);
	assert_true(count >= 25);
}

static void
expect_refused(struct view line, enum gs_code code)
{
	struct request r, before;
	struct gs_err err = {.code = GS_OK};

	memset(&before, 0x5a, sizeof(before));
	memcpy(&r, &before, sizeof(r));
	if (request_parse(line, &r, &err) != code) {
		fail_msg("taken, or another code: %.*s", (int)line.n, line.p);
	}
	assert_int_equal(err.code, code);
	assert_true(err.text[0] != '\0');
	assert_memory_equal(&r, &before, sizeof(r));
}

static void
bad_vectors(void **state)
{
	FILE *f = open_vectors("tests/vectors/gocache/request-bad.txt");
	int count = 0;

	for (struct view line; next_line(f, &line); count++) {
		expect_refused(line, GS_BAD);
	}
	fclose(f);
	assert_true(count >= 75);
}

static void
a_cut_request_is_refused(void **state)
{
	struct view line =
		VIEW(PUT ",\"OutputID\":\"" OUTPUT "\",\"BodySize\":12}");
	struct request r;
	struct gs_err err;

	for (size_t n = 0; n < line.n; n++) {
		expect_refused((struct view){line.p, n}, GS_BAD);
	}
	assert_int_equal(request_parse(line, &r, &err), GS_OK);
}

static void
body_sizes(void **state)
{
	struct request r;

	assert_int_equal(parse(PUT ",\"OutputID\":\"" OUTPUT "\"}", &r), GS_OK);
	assert_int_equal(r.body_size, 0);
	assert_int_equal(parse(PUT ",\"OutputID\":\"" OUTPUT
				   "\",\"BodySize\":9223372036854775807}",
				 &r),
		GS_OK);
	assert_int_equal(r.body_size, INT64_MAX);
	expect_refused(VIEW(PUT ",\"OutputID\":\"" OUTPUT
				"\",\"BodySize\":9223372036854775808}"),
		GS_BAD);
}

static void
old_spelling(void **state)
{
	struct request r;

	assert_int_equal(parse(PUT ",\"ObjectID\":\"" OUTPUT "\"}", &r), GS_OK);
	assert_int_equal(r.output.byte[0], 0xff);
	assert_int_equal(parse(PUT ",\"ObjectID\":\"" ACTION
				   "\",\"OutputID\":\"" OUTPUT "\"}",
				 &r),
		GS_OK);
	assert_int_equal(r.output.byte[0], 0xff);
	expect_refused(VIEW("{\"ID\":1,\"Command\":\"put\",\"ObjectID\":"
			    "\"" OUTPUT "\"}"),
		GS_BAD);
}

/* {"ID":1,"Command":"close","x":[0,0,…]} of n tokens */
static struct view
many_tokens(char *storage, size_t cap, size_t n)
{
	struct buf out = buf_over(storage, cap);

	buf_str(&out, "{\"ID\":1,\"Command\":\"close\",\"x\":[0");
	for (size_t i = 8; i < n; i++) {
		buf_str(&out, ",0");
	}
	buf_str(&out, "]}");
	assert_true(buf_ok(&out));
	return buf_view(&out);
}

static void
tokens_are_limited(void **state)
{
	char text[1024];
	struct request r;
	struct gs_err err;

	assert_int_equal(
		request_parse(many_tokens(text, sizeof(text), JSON_TOKENS_MAX),
			&r, &err),
		GS_OK);
	expect_refused(many_tokens(text, sizeof(text), JSON_TOKENS_MAX + 1),
		GS_TOOBIG);
}

static void
messages_say_what_is_missing(void **state)
{
	static const struct {
		const char *line, *text;
	} cases[] = {
		{"{\"Command\":\"get\"}",
			"cannot understand a request: it has no integer ID"},
		{"{\"ID\":1,\"Command\":7}", "cannot understand a request: "
					     "its Command is not a string"},
		{"{\"ID\":1,\"Command\":\"get\"}",
			"cannot understand a request: "
			"it has no 32-byte ActionID"},
		{PUT "}", "cannot understand a request: "
			  "it has no 32-byte OutputID"},
		{PUT ",\"OutputID\":\"" OUTPUT "\",\"BodySize\":-1}",
			"cannot understand a request: "
			"its BodySize is not a size"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct request r;
		struct gs_err err;

		assert_int_equal(
			request_parse(view_of(cases[i].line), &r, &err),
			GS_BAD);
		assert_string_equal(err.text, cases[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_vectors),
		cmocka_unit_test(bad_vectors),
		cmocka_unit_test(a_cut_request_is_refused),
		cmocka_unit_test(body_sizes),
		cmocka_unit_test(old_spelling),
		cmocka_unit_test(tokens_are_limited),
		cmocka_unit_test(messages_say_what_is_missing),
	};

	return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
