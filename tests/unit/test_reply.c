#include "gocache/reply.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 16 * 1024 };

static struct buf
empty_buf(void)
{
	static char storage[TEXT_MAX];

	return BUF_OVER(storage);
}

static void
expect(struct buf *out, const char *text)
{
	assert_non_null(buf_cstr(out));
	assert_true(buf_ok(out));
	assert_string_equal(out->p, text);
	buf_clear(out);
}

/* The SHA-256 of nothing. */
static const struct id empty = {
	{0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8,
		0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b,
		0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55}};

static void
hello(void **state)
{
	struct buf out = empty_buf();

	reply_hello(&out);
	expect(&out,
		"{\"ID\":0,\"KnownCommands\":[\"get\",\"put\",\"close\"]}\n");
}

static void
misses_and_done(void **state)
{
	struct buf out = empty_buf();

	reply_miss(&out, 1);
	expect(&out, "{\"ID\":1,\"Miss\":true}\n");
	reply_done(&out, 27);
	expect(&out, "{\"ID\":27}\n");
}

static void
ids_of_any_size(void **state)
{
	struct buf out = empty_buf();

	reply_done(&out, 0);
	reply_done(&out, INT64_MAX);
	reply_done(&out, -1);
	reply_done(&out, INT64_MIN);
	expect(&out, "{\"ID\":0}\n"
		     "{\"ID\":9223372036854775807}\n"
		     "{\"ID\":-1}\n"
		     "{\"ID\":-9223372036854775808}\n");
}

static void
hits(void **state)
{
	struct buf out = empty_buf();

	reply_hit(
		&out, 3, &empty, 0, 1795418095335684249, VIEW("/c/e3/e3b0-d"));
	expect(&out, "{\"ID\":3,\"OutputID\":"
		     "\"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\","
		     "\"Size\":0,\"Time\":\"2026-11-23T07:14:55.335684249Z\","
		     "\"DiskPath\":\"/c/e3/e3b0-d\"}\n");
	reply_hit(&out, 4, &empty, 5368709120, 0, VIEW("/x"));
	expect(&out, "{\"ID\":4,\"OutputID\":"
		     "\"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\","
		     "\"Size\":5368709120,\"Time\":\"1970-01-01T00:00:00Z\","
		     "\"DiskPath\":\"/x\"}\n");
}

static void
puts_and_errors(void **state)
{
	struct buf out = empty_buf();

	reply_put(&out, 5, VIEW("/home/u/.cache/go-build/00/00ff-d"));
	reply_error(&out, 6, VIEW("unknown command"));
	expect(&out, "{\"ID\":5,\"DiskPath\":\"/home/u/.cache/go-build/00/"
		     "00ff-d\"}\n"
		     "{\"ID\":6,\"Err\":\"unknown command\"}\n");
}

static void
paths_are_escaped(void **state)
{
	struct buf out = empty_buf();

	reply_put(&out, 1, VIEW("/a b/\"q\"/back\\slash/'$&<>'/\n\t\x7f"));
	expect(&out,
		"{\"ID\":1,\"DiskPath\":\"/a b/\\\"q\\\"/back\\\\slash/'$&<>'/"
		"\\u000a\\u0009\x7f\"}\n");
	reply_put(&out, 2, VIEW("/gr\xc3\xbc\xc3\x9f/\xe2\x82\xac"));
	expect(&out, "{\"ID\":2,\"DiskPath\":\"/gr\xc3\xbc\xc3\x9f/"
		     "\xe2\x82\xac\"}\n");
}

static void
only_utf8_can_be_said(void **state)
{
	static const char *const bad[] = {"/\xff", "/\xc3", "/\xc3(",
		"/\xed\xa0\x80", "/\xc0\xaf", "\x80/", "/\xf4\x90\x80\x80"};

	assert_true(reply_can_say(VIEW("")));
	assert_true(reply_can_say(VIEW("/home/u")));
	assert_true(reply_can_say(VIEW("/gr\xc3\xbc\xc3\x9f/\xe2\x82\xac")));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_false(reply_can_say(view_of(bad[i])));
	}
}

static void
each_control_byte_has_its_number(void **state)
{
	struct buf out = empty_buf();

	for (unsigned c = 0; c < 0x20; c++) {
		char byte = (char)c, text[64];

		snprintf(text, sizeof(text), "{\"ID\":1,\"Err\":\"\\u%04x\"}\n",
			c);
		reply_error(&out, 1, (struct view){&byte, 1});
		expect(&out, text);
	}
}

static void
the_stated_room_is_enough(void **state)
{
	static char path[2000], storage[REPLY_MAX + 6 * sizeof(path)];
	struct buf out = BUF_OVER(storage);

	memset(path, 1, sizeof(path));
	reply_hit(&out, INT64_MIN, &empty, UINT64_MAX, INT64_MIN,
		(struct view){path, sizeof(path)});
	assert_true(buf_ok(&out));
	out = buf_over(storage, REPLY_MAX);
	reply_hit(&out, INT64_MIN, &empty, UINT64_MAX, INT64_MIN, VIEW(""));
	assert_true(buf_ok(&out));
}

static void
what_does_not_fit_marks_the_buffer(void **state)
{
	char storage[200];
	size_t whole;
	struct buf out = BUF_OVER(storage);

	reply_hit(&out, 3, &empty, 12, 34, VIEW("/c/e3/e3b0-d"));
	assert_true(buf_ok(&out));
	whole = out.len;
	for (size_t cap = 0; cap < whole; cap++) {
		out = buf_over(storage, cap);
		reply_hit(&out, 3, &empty, 12, 34, VIEW("/c/e3/e3b0-d"));
		assert_false(buf_ok(&out));
	}
	out = buf_over(storage, whole);
	reply_hit(&out, 3, &empty, 12, 34, VIEW("/c/e3/e3b0-d"));
	assert_true(buf_ok(&out));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hello),
		cmocka_unit_test(misses_and_done),
		cmocka_unit_test(ids_of_any_size),
		cmocka_unit_test(hits),
		cmocka_unit_test(puts_and_errors),
		cmocka_unit_test(paths_are_escaped),
		cmocka_unit_test(only_utf8_can_be_said),
		cmocka_unit_test(each_control_byte_has_its_number),
		cmocka_unit_test(the_stated_room_is_enough),
		cmocka_unit_test(what_does_not_fit_marks_the_buffer),
	};

	return cmocka_run_group_tests_name("reply", tests, NULL, NULL);
}
