/* The writer of request heads. */
#include "s3/http1.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char out_bytes[2048];
static struct gs_err err;

static struct http1_request
get(void)
{
	return (struct http1_request){
		.method = VIEW("GET"),
		.path = VIEW("/bucket/key"),
		.host = VIEW("localhost:9000"),
	};
}

static void
assert_written(const struct http1_request *r, const char *text)
{
	struct buf out = BUF_OVER(out_bytes);

	assert_int_equal(http1_request_write(r, &out, &err), GS_OK);
	assert_string_equal(buf_cstr(&out), text);
}

static void
writes_a_get(void **state)
{
	struct http1_request r = get();

	(void)state;
	assert_written(&r, "GET /bucket/key HTTP/1.1\r\n"
			   "Host: localhost:9000\r\n\r\n");
}

static void
writes_everything(void **state)
{
	struct http1_request r = {
		.method = VIEW("PUT"),
		.path = VIEW("/a%20b"),
		.query = VIEW("x=1&y="),
		.host = VIEW("[::1]:9000"),
		.has_body = true,
		.content_length = UINT64_MAX,
	};

	(void)state;
	assert_int_equal(http1_request_add(&r, VIEW("x-amz-meta-time"),
				 VIEW("a b\tc"), &err),
		GS_OK);
	assert_int_equal(
		http1_request_add(&r, VIEW("x-amz-date"), VIEW(""), &err),
		GS_OK);
	assert_written(&r, "PUT /a%20b?x=1&y= HTTP/1.1\r\n"
			   "Host: [::1]:9000\r\n"
			   "x-amz-meta-time: a b\tc\r\n"
			   "x-amz-date: \r\n"
			   "Content-Length: 18446744073709551615\r\n\r\n");
}

static void
says_that_a_body_is_empty(void **state)
{
	struct http1_request r = get();

	(void)state;
	r.method = VIEW("PUT");
	r.has_body = true;
	assert_written(&r, "PUT /bucket/key HTTP/1.1\r\n"
			   "Host: localhost:9000\r\n"
			   "Content-Length: 0\r\n\r\n");
}

static void
refuses_bytes_that_break_headers(void **state)
{
	const struct http1_header bad[] = {
		{VIEW(""), VIEW("v")},
		{VIEW("a b"), VIEW("v")},
		{VIEW("a:"), VIEW("v")},
		{VIEW("a\r\n"), VIEW("v")},
		{VIEW("a\0"), VIEW("v")},
		{VIEW("\xe9"), VIEW("v")},
		{VIEW("a"), VIEW("v\r\nHost: evil")},
		{VIEW("a"), VIEW("v\n")},
		{VIEW("a"), VIEW("v\r")},
		{VIEW("a"), VIEW("v\0")},
		{VIEW("a"), VIEW("\x7f")},
	};
	struct http1_request r = get();

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(
			http1_request_add(&r, bad[i].name, bad[i].value, &err),
			GS_BAD);
	}
	assert_int_equal(r.header_count, 0);
}

static void
hides_the_value_of_a_refused_header(void **state)
{
	struct http1_request r = get();

	(void)state;
	assert_int_equal(http1_request_add(&r, VIEW("x-amz-security-token"),
				 VIEW("secret\n"), &err),
		GS_BAD);
	assert_string_equal(err.text,
		"cannot send the header 'x-amz-security-token': its name or "
		"value has a byte that is not allowed");
}

static void
refuses_bytes_that_break_the_request(void **state)
{
	/* method, path, query, host */
	const char *const bad[][4] = {
		{"", "/", "", "h"},
		{"G T", "/", "", "h"},
		{"GET", "", "", "h"},
		{"GET", "x", "", "h"},
		{"GET", "/ ", "", "h"},
		{"GET", "/\r", "", "h"},
		{"GET", "/\n", "", "h"},
		{"GET", "/\x7f", "", "h"},
		{"GET", "/\xc3", "", "h"},
		{"GET", "/", "a b", "h"},
		{"GET", "/", "a\n", "h"},
		{"GET", "/", "", ""},
		{"GET", "/", "", "h h"},
		{"GET", "/", "", "h\r\nA: b"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct http1_request r = {
			.method = view_of(bad[i][0]),
			.path = view_of(bad[i][1]),
			.query = view_of(bad[i][2]),
			.host = view_of(bad[i][3]),
		};
		struct buf out = BUF_OVER(out_bytes);

		assert_int_equal(http1_request_write(&r, &out, &err), GS_BAD);
		assert_int_equal(out.len, 0);
	}
}

static void
takes_as_many_headers_as_it_says(void **state)
{
	struct http1_request r = get();

	(void)state;
	for (int i = 0; i < HTTP1_REQUEST_HEADERS_MAX; i++) {
		assert_int_equal(
			http1_request_add(&r, VIEW("a"), VIEW("b"), &err),
			GS_OK);
	}
	assert_int_equal(
		http1_request_add(&r, VIEW("a"), VIEW("b"), &err), GS_TOOBIG);
	assert_int_equal(r.header_count, HTTP1_REQUEST_HEADERS_MAX);
}

static void
says_when_it_does_not_fit(void **state)
{
	struct http1_request r = get();
	struct buf out = BUF_OVER(out_bytes);
	size_t n;

	(void)state;
	assert_int_equal(http1_request_write(&r, &out, &err), GS_OK);
	n = out.len;
	out = buf_over(out_bytes, n);
	assert_int_equal(http1_request_write(&r, &out, &err), GS_OK);
	out = buf_over(out_bytes, n - 1);
	assert_int_equal(http1_request_write(&r, &out, &err), GS_TOOBIG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_a_get),
		cmocka_unit_test(writes_everything),
		cmocka_unit_test(says_that_a_body_is_empty),
		cmocka_unit_test(refuses_bytes_that_break_headers),
		cmocka_unit_test(hides_the_value_of_a_refused_header),
		cmocka_unit_test(refuses_bytes_that_break_the_request),
		cmocka_unit_test(takes_as_many_headers_as_it_says),
		cmocka_unit_test(says_when_it_does_not_fit),
	};

	return cmocka_run_group_tests_name("http1_request", tests, NULL, NULL);
}
