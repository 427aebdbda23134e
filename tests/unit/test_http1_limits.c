/* The limits of the parser of answers, each at its maximum and one past it,
 * and what its callers may rely on besides events. */
#include "s3/http1.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

_Static_assert(sizeof(struct http1_answer) <= 10 * 1024,
	"the parser lives in every connection's block");

static char message_bytes[256 * 1024];
static struct http1_answer answer;

static struct buf
message(const char *start)
{
	struct buf b = BUF_OVER(message_bytes);

	buf_str(&b, start);
	return b;
}

static void
add_run(struct buf *b, char c, size_t n)
{
	while (n-- > 0) {
		buf_char(b, c);
	}
	assert_true(buf_ok(b));
}

/* Feeds everything up to the end or a failure, in pieces of `step` bytes. */
static enum gs_code
feed(struct view in, size_t step)
{
	enum gs_code code = GS_OK;
	struct http1_event event = {.kind = HTTP1_MORE};

	http1_answer_init(&answer, VIEW("GET"));
	while (code == GS_OK && event.kind != HTTP1_END && in.n > 0) {
		struct view piece = {in.p, in.n < step ? in.n : step};
		struct gs_err err = {0};
		size_t used = 0;

		code = http1_answer_feed(&answer, piece, &used, &event, &err);
		assert_int_equal(code, err.code);
		in = view_skip(in, used);
	}
	return code;
}

static void
assert_feed(const struct buf *b, enum gs_code code)
{
	assert_int_equal(feed(buf_view(b), b->len), code);
	assert_int_equal(feed(buf_view(b), 1), code);
	assert_int_equal(feed(buf_view(b), 7), code);
}

/* A head of one field line that has n bytes with its CRLF. */
static struct buf
with_line(size_t n)
{
	struct buf b = message("HTTP/1.1 200 OK\r\nA: ");

	add_run(&b, 'x', n - strlen("A: \r\n"));
	buf_str(&b, "\r\nContent-Length: 0\r\n\r\n");
	return b;
}

static void
header_line(void **state)
{
	struct buf b = with_line(HTTP_HEADER_LINE_MAX);

	(void)state;
	assert_feed(&b, GS_OK);
	b = with_line(HTTP_HEADER_LINE_MAX + 1);
	assert_feed(&b, GS_TOOBIG);
}

static void
status_line(void **state)
{
	(void)state;
	for (size_t over = 0; over < 2; over++) {
		struct buf b = message("HTTP/1.1 200 ");

		add_run(&b, 'x', HTTP_HEADER_LINE_MAX + over - b.len - 2);
		buf_str(&b, "\r\nContent-Length: 0\r\n\r\n");
		assert_feed(&b, over ? GS_TOOBIG : GS_OK);
	}
}

static void
line_without_end(void **state)
{
	struct buf b = message("");

	(void)state;
	add_run(&b, 'H', sizeof(message_bytes));
	assert_feed(&b, GS_TOOBIG);
}

/* Appends `start` and then field lines up to a length of n in all. */
static void
fill_head(struct buf *b, const char *start, size_t n)
{
	size_t end = b->len + n - strlen("\r\n");

	buf_str(b, start);
	while (b->len < end) {
		size_t line = end - b->len;

		/* no line too long, and no rest too short to be a line */
		line = line > HTTP_HEADER_LINE_MAX ? line / 2 : line;
		line = line > HTTP_HEADER_LINE_MAX ? HTTP_HEADER_LINE_MAX
						   : line;
		buf_str(b, "A: ");
		add_run(b, 'x', line - strlen("A: \r\n"));
		buf_str(b, "\r\n");
	}
	buf_str(b, "\r\n");
}

static void
whole_head(void **state)
{
	(void)state;
	for (size_t over = 0; over < 2; over++) {
		struct buf b = message("");

		fill_head(&b, "HTTP/1.1 204 \r\n", HTTP_HEAD_MAX + over);
		assert_int_equal(b.len, HTTP_HEAD_MAX + over);
		assert_feed(&b, over ? GS_TOOBIG : GS_OK);
	}
}

static void
interim_heads_count(void **state)
{
	(void)state;
	for (size_t over = 0; over < 2; over++) {
		struct buf b = message("");
		size_t half = HTTP_HEAD_MAX / 2;

		fill_head(&b, "HTTP/1.1 100 \r\n", half);
		fill_head(&b, "HTTP/1.1 204 \r\n", half + over);
		assert_feed(&b, over ? GS_TOOBIG : GS_OK);
	}
}

static void
trailers_count(void **state)
{
	(void)state;
	for (size_t over = 0; over < 2; over++) {
		struct buf b = message("HTTP/1.1 200 OK\r\n"
				       "Transfer-Encoding: chunked\r\n\r\n");
		size_t head = b.len;

		buf_str(&b, "0\r\n");
		fill_head(&b, "", HTTP_HEAD_MAX - head + over);
		assert_feed(&b, over ? GS_TOOBIG : GS_OK);
	}
}

static void
add_lines(struct buf *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_str(b, "A: b\r\n");
	}
}

static void
header_count(void **state)
{
	(void)state;
	for (size_t over = 0; over < 2; over++) {
		struct buf b = message("HTTP/1.1 204 \r\n");

		add_lines(&b, HTTP_HEADERS_MAX + over);
		buf_str(&b, "\r\n");
		assert_feed(&b, over ? GS_TOOBIG : GS_OK);
	}
}

static void
interim_headers_do_not_count(void **state)
{
	struct buf b = message("HTTP/1.1 100 \r\n");

	(void)state;
	add_lines(&b, HTTP_HEADERS_MAX);
	buf_str(&b, "\r\nHTTP/1.1 204 \r\n");
	add_lines(&b, HTTP_HEADERS_MAX);
	buf_str(&b, "\r\n");
	assert_feed(&b, GS_OK);
}

static void
trailer_lines_count(void **state)
{
	(void)state;
	for (size_t over = 0; over < 2; over++) {
		struct buf b = message("HTTP/1.1 200 OK\r\n"
				       "Transfer-Encoding: chunked\r\n\r\n"
				       "0\r\n");

		add_lines(&b, HTTP_HEADERS_MAX - 1 + over);
		buf_str(&b, "\r\n");
		assert_feed(&b, over ? GS_TOOBIG : GS_OK);
	}
}

static void
chunk_line(void **state)
{
	(void)state;
	for (size_t over = 0; over < 2; over++) {
		struct buf b = message("HTTP/1.1 200 OK\r\n"
				       "Transfer-Encoding: chunked\r\n\r\n");

		for (int i = 0; i < 3; i++) {
			buf_str(&b, "1;");
			add_run(&b, 'e', HTTP_CHUNK_LINE_MAX - 4);
			buf_str(&b, "\r\nx\r\n");
		}
		buf_str(&b, "0;");
		add_run(&b, 'e', HTTP_CHUNK_LINE_MAX - 4 + over);
		buf_str(&b, "\r\n\r\n");
		assert_feed(&b, over ? GS_TOOBIG : GS_OK);
	}
}

static void
failure_sticks(void **state)
{
	struct gs_err err = {0};
	struct http1_event event = {HTTP1_END, VIEW("n"), VIEW("v")};
	size_t used = 99;

	(void)state;
	assert_int_equal(feed(VIEW("nonsense\r\n"), 100), GS_BAD);
	assert_int_equal(http1_answer_feed(&answer, VIEW("HTTP/1.1 200 OK\r\n"),
				 &used, &event, &err),
		GS_BAD);
	assert_int_equal(used, 99);
	assert_int_equal(event.kind, HTTP1_END);
	assert_true(view_eq(event.name, VIEW("n")));
	assert_true(view_eq(event.value, VIEW("v")));
	assert_int_equal(http1_answer_eof(&answer, &err), GS_BAD);
}

static void
end_is_said_again(void **state)
{
	struct gs_err err = {0};
	struct http1_event event;
	size_t used = 99;

	(void)state;
	assert_int_equal(feed(VIEW("HTTP/1.1 204 \r\n\r\n"), 100), GS_OK);
	assert_int_equal(
		http1_answer_feed(&answer, VIEW("more"), &used, &event, &err),
		GS_OK);
	assert_int_equal(event.kind, HTTP1_END);
	assert_int_equal(used, 0);
	assert_int_equal(http1_answer_eof(&answer, &err), GS_OK);
}

static void
body_is_a_view_of_the_input(void **state)
{
	const char *text = "HTTP/1.1 200 OK\r\n\r\nbody";
	struct http1_event event = {.kind = HTTP1_MORE};
	struct gs_err err = {0};
	struct view in = view_of(text);

	(void)state;
	http1_answer_init(&answer, VIEW("GET"));
	while (event.kind != HTTP1_BODY) {
		size_t used = 0;

		assert_int_equal(
			http1_answer_feed(&answer, in, &used, &event, &err),
			GS_OK);
		in = view_skip(in, used);
	}
	assert_ptr_equal(event.value.p, text + strlen(text) - 4);
	assert_int_equal(event.value.n, 4);
}

static void
started_with_the_first_byte(void **state)
{
	struct gs_err err = {0};

	(void)state;
	http1_answer_init(&answer, VIEW("GET"));
	assert_false(http1_answer_started(&answer));
	assert_int_equal(http1_answer_eof(&answer, &err), GS_CLOSED);
	assert_string_equal(err.text,
		"the server closed the connection: it gave no answer");
	assert_int_equal(feed(VIEW("H"), 1), GS_OK);
	assert_true(http1_answer_started(&answer));
	assert_int_equal(http1_answer_eof(&answer, &err), GS_CLOSED);
	assert_string_equal(err.text,
		"the server closed the connection: its answer is cut short");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_line),
		cmocka_unit_test(status_line),
		cmocka_unit_test(line_without_end),
		cmocka_unit_test(whole_head),
		cmocka_unit_test(interim_heads_count),
		cmocka_unit_test(trailers_count),
		cmocka_unit_test(header_count),
		cmocka_unit_test(interim_headers_do_not_count),
		cmocka_unit_test(trailer_lines_count),
		cmocka_unit_test(chunk_line),
		cmocka_unit_test(failure_sticks),
		cmocka_unit_test(end_is_said_again),
		cmocka_unit_test(body_is_a_view_of_the_input),
		cmocka_unit_test(started_with_the_first_byte),
	};

	return cmocka_run_group_tests_name("http1_limits", tests, NULL, NULL);
}
