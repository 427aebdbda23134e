/* One request and its answer, right or refused; test_exchange_trouble.c has the
 * rest. */
#include "exchange_fixture.h"

/* what goes well */

static bool
say_hello(struct script *s, int fd, const struct heard *h)
{
	return answer_with(fd, "200 OK", "X: y\r\n", "hello");
}

static void
takes_an_answer(void **state)
{
	begin(say_hello);
	assert_int_equal(get(), GS_OK);
	assert_int_equal(outcome.status, 200);
	assert_true(outcome.success && outcome.answered && outcome.reusable);
	assert_false(outcome.stalled || outcome.own_fault);
	assert_text(&body, "hello");
	assert_int_equal(words.len, 0);
	assert_int_equal(headers, 2);
	assert_int_equal(outcome.received_bytes,
		strlen("HTTP/1.1 200 OK\r\nX: y\r\nContent-Length: 5\r\n\r\n"
		       "hello"));
	end();
}

static void
uses_a_connection_again(void **state)
{
	begin(say_hello);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(get(), GS_OK);
		assert_int_equal(put(LARGE, true), GS_OK);
	}
	assert_int_equal(script_count_conns(&server), 1);
	assert_int_equal(conn_pool_opened(&pool), 1);
	end();
}

static bool
say_it_in_chunks(struct script *s, int fd, const struct heard *h)
{
	say_text(fd, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"
		     "Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n");
	say_text(fd, "2\r\nlo\r\n0\r\n\r\n");
	return true;
}

static void
takes_chunks_after_an_interim_answer(void **state)
{
	begin(say_it_in_chunks);
	assert_int_equal(get(), GS_OK);
	assert_text(&body, "hello");
	assert_true(outcome.reusable);
	end();
}

static bool
say_it_until_the_end(struct script *s, int fd, const struct heard *h)
{
	say_text(fd, "HTTP/1.1 200 OK\r\n\r\nhello");
	return false;
}

static void
takes_what_ends_with_the_connection(void **state)
{
	begin(say_it_until_the_end);
	assert_int_equal(get(), GS_OK);
	assert_text(&body, "hello");
	assert_false(outcome.reusable);
	end();
}

static void
sends_a_body_whole(void **state)
{
	begin(say_hello);
	assert_int_equal(put(LARGE, true), GS_OK);
	assert_true(outcome.success);
	assert_int_equal(body.len, 0);
	assert_text(&words, "hello");
	uint64_t sent = outcome.sent_bytes;

	assert_int_equal(put(1, true), GS_OK);
	assert_int_equal(sent - outcome.sent_bytes,
		LARGE - 1 + strlen("98311") - strlen("1"));
	end();
}

/* what makes a connection of no further use */

static bool
say_it_twice(struct script *s, int fd, const struct heard *h)
{
	say_text(fd, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
		     "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nother");
	return true;
}

static void
leaves_a_connection_with_a_second_answer(void **state)
{
	begin(say_it_twice);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(get(), GS_OK);
		assert_false(outcome.reusable);
	}
	assert_text(&body, "hellohellohello");
	assert_int_equal(script_count_conns(&server), 3);
	end();
}

static bool
say_more_later(struct script *s, int fd, const struct heard *h)
{
	answer_with(fd, "200 OK", "", "hello");
	usleep(10 * 1000);
	return answer_with(fd, "200 OK", "", "other");
}

static void
await_idle_trouble(void)
{
	struct conn *conn = pool.idle[CONN_GET][0];

	assert_int_equal(pool.count[CONN_GET], 1);
	for (int i = 0; i < SOON_MS && stream_is_idle(conn->stream); i++) {
		usleep(1000);
	}
	assert_false(stream_is_idle(conn->stream));
}

/* Between the look at an idle connection and the request something arrives:
 * it answers an earlier request, or none. */
static void
does_not_take_a_late_answer_for_its_own(void **state)
{
	struct exchange x = {
		.method = VIEW("GET"),
		.head = VIEW("GET / HTTP/1.1\r\n\r\n"),
		.body.fd = -1,
		.sink = {NULL, on_header, on_body},
		.words = &words,
	};

	begin(say_more_later);
	assert_int_equal(get(), GS_OK);
	assert_true(outcome.reusable);
	await_idle_trouble();
	struct conn *conn = pool.idle[CONN_GET][--pool.count[CONN_GET]];

	assert_int_equal(exchange_run(conn, &x, &outcome, &err), GS_CLOSED);
	assert_false(outcome.answered || outcome.reusable || outcome.success);
	assert_text(&body, "hello");
	conn_close(conn);
	end();
}

static bool
say_close(struct script *s, int fd, const struct heard *h)
{
	return answer_with(fd, "200 OK", "Connection: close\r\n", "hello");
}

static void
leaves_a_connection_that_will_close(void **state)
{
	begin(say_close);
	assert_int_equal(get(), GS_OK);
	assert_false(outcome.reusable);
	end();
}

static bool
say_hello_and_leave(struct script *s, int fd, const struct heard *h)
{
	answer_with(fd, "200 OK", "", "hello");
	return false;
}

/* The pool does not hand out a connection that has ended while it lay idle. */
static void
replaces_an_idle_connection_that_ended(void **state)
{
	begin(say_hello_and_leave);
	assert_int_equal(get(), GS_OK);
	assert_true(outcome.reusable);
	await_idle_trouble();
	assert_int_equal(get(), GS_OK);
	assert_int_equal(conn_pool_opened(&pool), 2);
	end();
}

/* refusals */

static bool
refuse(struct script *s, int fd, const struct heard *h)
{
	return answer_error(fd, "404 Not Found", "", "NoSuchKey");
}

static void
takes_a_refusal(void **state)
{
	begin(refuse);
	assert_int_equal(get(), GS_OK);
	assert_int_equal(outcome.status, 404);
	assert_false(outcome.success);
	assert_true(outcome.reusable);
	assert_int_equal(body.len, 0);
	assert_true(view_find(buf_view(&words), VIEW("NoSuchKey")) < words.len);
	end();
}

static bool
refuse_slowly(struct script *s, int fd, const struct heard *h)
{
	say_text(fd, "HTTP/1.1 404 Not Found\r\nContent-Length: 99\r\n\r\n<E");
	return true;
}

static void
does_not_wait_for_the_words_of_a_refusal(void **state)
{
	uint64_t began = clock_mono_ms();

	begin(refuse_slowly);
	patience.refusal_ms = BRIEFLY_MS;
	assert_int_equal(get(), GS_OK);
	assert_int_equal(outcome.status, 404);
	assert_true(outcome.stalled);
	assert_false(outcome.reusable);
	assert_true(clock_mono_ms() - began >= BRIEFLY_MS);
	end();
}

static bool
refuse_in_half_a_head(struct script *s, int fd, const struct heard *h)
{
	say_text(fd, "HTTP/1.1 403 Forbidden\r\nX: y\r\n");
	return true;
}

static void
takes_a_status_for_a_refusal(void **state)
{
	begin(refuse_in_half_a_head);
	patience.refusal_ms = BRIEFLY_MS;
	assert_int_equal(get(), GS_OK);
	assert_int_equal(outcome.status, 403);
	assert_true(outcome.stalled);
	end();
}

static bool
talk_without_end(struct script *s, int fd, const struct heard *h)
{
	static const char page[1024] = "<html>";

	say_text(fd, heard_starts(h, "PUT") ? "HTTP/1.1 200 OK\r\n\r\n"
					    : "HTTP/1.1 500 Sick\r\n\r\n");
	for (size_t i = 0; i < 1024 * 1024; i += sizeof(page)) {
		say_bytes(fd, page, sizeof(page));
	}
	return false;
}

static void
listens_to_words_up_to_a_limit(void **state)
{
	begin(talk_without_end);
	assert_int_equal(get(), GS_OK);
	assert_int_equal(outcome.status, 500);
	assert_false(outcome.reusable);
	assert_int_equal(words.len, sizeof(told));
	assert_true(buf_ok(&words));
	assert_int_equal(put(9, true), GS_OK);
	assert_true(outcome.success);
	assert_false(outcome.reusable);
	end();
}

static bool
say_a_part(struct script *s, int fd, const struct heard *h)
{
	return answer_with(fd, "206 Partial Content", "", "hel");
}

static void
does_not_take_a_part_for_the_whole(void **state)
{
	begin(say_a_part);
	assert_int_equal(get(), GS_OK);
	assert_int_equal(outcome.status, 206);
	assert_false(outcome.success);
	assert_int_equal(body.len, 0);
	assert_int_equal(put(9, true), GS_OK);
	assert_true(outcome.success);
	end();
}

static void
takes_a_part_or_the_whole_where_a_range_was_asked_for(void **state)
{
	begin(say_a_part);
	ranged = true;
	assert_int_equal(get(), GS_OK);
	assert_int_equal(outcome.status, 206);
	assert_true(outcome.success && outcome.reusable);
	assert_text(&body, "hel");
	script_change(&server, say_hello);
	assert_int_equal(get(), GS_OK);
	assert_int_equal(outcome.status, 200);
	assert_true(outcome.success);
	assert_text(&body, "helhello");
	end();
}

static bool
say_nothing_new(struct script *s, int fd, const struct heard *h)
{
	return answer_with(fd, "203 Other Information", "", "hel");
}

static void
takes_no_other_success(void **state)
{
	begin(say_nothing_new);
	ranged = true;
	assert_int_equal(get(), GS_OK);
	assert_false(outcome.success);
	assert_int_equal(body.len, 0);
	end();
}

static void
ends_when_the_sink_has_enough(void **state)
{
	begin(say_hello);
	dislike = GS_BAD;
	assert_int_equal(get(), GS_BAD);
	assert_string_equal(err.text, "disliked");
	assert_true(outcome.answered);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_an_answer),
		cmocka_unit_test(uses_a_connection_again),
		cmocka_unit_test(takes_chunks_after_an_interim_answer),
		cmocka_unit_test(takes_what_ends_with_the_connection),
		cmocka_unit_test(sends_a_body_whole),
		cmocka_unit_test(leaves_a_connection_with_a_second_answer),
		cmocka_unit_test(does_not_take_a_late_answer_for_its_own),
		cmocka_unit_test(leaves_a_connection_that_will_close),
		cmocka_unit_test(replaces_an_idle_connection_that_ended),
		cmocka_unit_test(takes_a_refusal),
		cmocka_unit_test(does_not_wait_for_the_words_of_a_refusal),
		cmocka_unit_test(takes_a_status_for_a_refusal),
		cmocka_unit_test(listens_to_words_up_to_a_limit),
		cmocka_unit_test(does_not_take_a_part_for_the_whole),
		cmocka_unit_test(
			takes_a_part_or_the_whole_where_a_range_was_asked_for),
		cmocka_unit_test(takes_no_other_success),
		cmocka_unit_test(ends_when_the_sink_has_enough),
	};

	return cmocka_run_group_tests_name("exchange", tests, NULL, NULL);
}
