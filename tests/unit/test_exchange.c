/* One request and its answer, against a server that misbehaves. */
#include "mirror/exchange.h"

#include "os/clock.h"
#include "scripted_server.h"

#include <sys/mman.h>
#include <sys/socket.h>

enum { SOON_MS = 20000, BRIEFLY_MS = 100, LARGE = 3 * CONN_BUFFER_MAX + 7 };

/* Long, but for what a test makes short. */
static struct conn_patience patience;
static struct script server;
static struct conn_pool pool;
static struct exchange_outcome outcome;
static struct gs_err err;
static char taken[4096]; /* of what was asked for */
static struct buf body;
static char told[4096]; /* of anything else */
static struct buf words;
static size_t headers;
static enum gs_code dislike; /* what the sink says to a body */

static void
on_header(void *ctx, struct view name, struct view value)
{
	headers++;
}

static enum gs_code
on_body(void *ctx, struct view bytes, struct gs_err *e)
{
	buf_add(&body, bytes);
	return dislike ? gs_fail(e, dislike, "disliked", VIEW(""), NULL)
		       : GS_OK;
}

static void
begin(script_answer *answer)
{
	struct stream_target target = {.host = "127.0.0.1"};

	script_start(&server, answer);
	target.port = loopback_port(&server.where);
	patience = (struct conn_patience){
		.open = {SOON_MS, SOON_MS, SOON_MS},
		.answer_ms = SOON_MS,
		.stored_ms = SOON_MS,
		.speed_ms = SOON_MS,
		.speed_min = 1000,
		.refusal_ms = SOON_MS,
	};
	conn_pool_init(&pool, &target, &patience);
	body = BUF_OVER(taken);
	words = BUF_OVER(told);
	headers = 0;
	dislike = GS_OK;
	memset(&err, 0, sizeof(err));
}

static void
end(void)
{
	while (pool.count[CONN_GET] > 0) {
		conn_close(pool.idle[CONN_GET][--pool.count[CONN_GET]]);
	}
	script_stop(&server);
}

static enum gs_code
run(struct exchange_body b)
{
	struct conn *conn = conn_take(&pool, CONN_GET, false, &err);
	struct exchange x = {
		.method = b.fd < 0 ? VIEW("GET") : VIEW("PUT"),
		.body = b,
		.sink = {NULL, on_header, on_body},
		.words = &words,
	};
	char head[128];

	snprintf(head, sizeof(head),
		"%s /b/key HTTP/1.1\r\nHost: h\r\nContent-Length: %llu\r\n\r\n",
		b.fd < 0 ? "GET" : "PUT", (unsigned long long)b.size);
	x.head = view_of(head);
	assert_non_null(conn);
	enum gs_code code = exchange_run(conn, &x, &outcome, &err);

	if (code == GS_OK && outcome.reusable) {
		conn_give(&pool, CONN_GET, conn);
	} else {
		assert_true(code == GS_OK || !outcome.reusable);
		conn_close(conn);
	}
	return code;
}

static enum gs_code
get(void)
{
	return run((struct exchange_body){.fd = -1});
}

/* A body of size bytes, of which the file has the right ones if sound. */
static struct exchange_body
new_body(size_t size, bool sound)
{
	struct exchange_body b = {
		.fd = memfd_create("body", MFD_CLOEXEC),
		.size = size,
		.hash = SHA256_PORTABLE,
	};
	char *bytes = malloc(size);

	memset(bytes, 'x', size);
	sha256_of((struct view){bytes, size}, &b.output);
	bytes[size - 1] = sound ? 'x' : 'y';
	assert_int_equal(write(b.fd, bytes, size), (ssize_t)size);
	assert_int_equal(lseek(b.fd, 0, SEEK_SET), 0);
	free(bytes);
	return b;
}

static enum gs_code
put(size_t size, bool sound)
{
	struct exchange_body b = new_body(size, sound);
	enum gs_code code = run(b);

	close(b.fd);
	return code;
}

static void
assert_text(const struct buf *b, const char *text)
{
	assert_int_equal(b->len, strlen(text));
	assert_memory_equal(b->p, text, b->len);
}

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
	assert_int_equal(put(1, true), GS_OK);
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
ends_when_the_sink_has_enough(void **state)
{
	begin(say_hello);
	dislike = GS_BAD;
	assert_int_equal(get(), GS_BAD);
	assert_string_equal(err.text, "disliked");
	assert_true(outcome.answered);
	end();
}

/* silence */

static bool
say_nothing(struct script *s, int fd, const struct heard *h)
{
	return true;
}

static void
gives_up_a_silent_server(void **state)
{
	begin(say_nothing);
	patience.answer_ms = BRIEFLY_MS;
	assert_int_equal(get(), GS_TIMEOUT);
	assert_false(outcome.answered);
	end();
}

static void
waits_longer_while_a_body_is_being_stored(void **state)
{
	uint64_t began = clock_mono_ms();

	begin(say_nothing);
	patience.answer_ms = patience.speed_ms = BRIEFLY_MS;
	patience.speed_min = 0;
	patience.stored_ms = 3 * BRIEFLY_MS;
	assert_int_equal(put(9, true), GS_TIMEOUT);
	assert_true(clock_mono_ms() - began >= 3 * BRIEFLY_MS);
	end();
}

static bool
stall_in_the_body(struct script *s, int fd, const struct heard *h)
{
	say_text(fd, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");
	return true;
}

static void
gives_up_a_body_that_stalls(void **state)
{
	begin(stall_in_the_body);
	patience.speed_ms = BRIEFLY_MS;
	assert_int_equal(get(), GS_TIMEOUT);
	assert_true(outcome.answered);
	end();
}

static bool
drip(struct script *s, int fd, const struct heard *h)
{
	say_text(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
	for (int i = 0; i < 1000; i++) {
		say_text(fd, ".");
		usleep(20 * 1000);
		if (recv(fd, (char[1]){0}, 1, MSG_DONTWAIT) == 0) {
			return false;
		}
	}
	return true;
}

static void
gives_up_a_body_that_drips(void **state)
{
	uint64_t began = clock_mono_ms();

	begin(drip);
	patience.speed_ms = BRIEFLY_MS;
	assert_int_equal(get(), GS_TIMEOUT);
	assert_true(view_starts(view_of(err.text),
		VIEW("the answer comes too slowly from '127.0.0.1'")));
	assert_true(clock_mono_ms() - began < 1000 * 20);
	end();
}

static bool
never_read(struct script *s, int fd, const struct heard *h)
{
	while (!s->stopping && recv(fd, (char[1]){0}, 1, MSG_PEEK) > 0) {
		usleep(10 * 1000);
	}
	return false;
}

static void
gives_up_a_server_that_does_not_read(void **state)
{
	begin(never_read);
	patience.speed_ms = BRIEFLY_MS;
	server.early = true;
	assert_int_equal(put(32 * 1024 * 1024, true), GS_TIMEOUT);
	end();
}

/* nonsense */

static bool
hang_up(struct script *s, int fd, const struct heard *h)
{
	return false;
}

static void
names_who_closed_without_an_answer(void **state)
{
	begin(hang_up);
	assert_int_equal(get(), GS_CLOSED);
	assert_string_equal(err.text,
		"trouble with '127.0.0.1': it gives no answer; does it want "
		"https:// in the endpoint URL?");
	assert_false(outcome.answered);
	end();
}

static bool
cut_short(struct script *s, int fd, const struct heard *h)
{
	say_text(fd, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello");
	return false;
}

static void
notices_a_body_that_is_cut_short(void **state)
{
	begin(cut_short);
	assert_int_equal(get(), GS_CLOSED);
	assert_true(outcome.answered);
	end();
}

static bool
speak_of_mail(struct script *s, int fd, const struct heard *h)
{
	say_text(fd, "220 mail ready\r\n");
	return true;
}

static void
names_who_speaks_no_http(void **state)
{
	begin(speak_of_mail);
	assert_int_equal(get(), GS_BAD);
	assert_true(view_starts(
		view_of(err.text), VIEW("trouble with '127.0.0.1': ")));
	end();
}

/* bodies to send */

static void
withholds_an_altered_body(void **state)
{
	begin(say_hello);
	assert_int_equal(put(LARGE, false), GS_BAD);
	assert_true(outcome.own_fault);
	assert_false(outcome.reusable);
	assert_true(
		view_starts(view_of(err.text), VIEW("did not upload body '")));
	script_await(&server, 1);
	assert_int_equal(put(1, false), GS_BAD);
	script_await(&server, 2);
	end();
	assert_int_equal(server.heard[0].body_len, HEARD_BODY_MAX);
	assert_int_equal(server.heard[1].body_len, 0);
}

static void
withholds_a_body_that_was_cut(void **state)
{
	struct exchange_body b = new_body(LARGE, true);

	begin(say_hello);
	assert_int_equal(ftruncate(b.fd, LARGE / 2), 0);
	assert_int_equal(run(b), GS_BAD);
	assert_true(outcome.own_fault);
	close(b.fd);
	end();
}

static bool
refuse_before_the_body(struct script *s, int fd, const struct heard *h)
{
	answer_error(fd, "403 Forbidden", "", "AccessDenied");
	return false;
}

static void
hears_a_refusal_before_the_body_is_sent(void **state)
{
	begin(refuse_before_the_body);
	server.early = true;
	assert_int_equal(put(32 * 1024 * 1024, true), GS_OK);
	assert_int_equal(outcome.status, 403);
	assert_false(outcome.reusable);
	assert_false(outcome.own_fault);
	end();
}

static bool
agree_before_the_body(struct script *s, int fd, const struct heard *h)
{
	answer_with(fd, "200 OK", "", "");
	return true;
}

static void
does_not_believe_consent_before_the_body(void **state)
{
	begin(agree_before_the_body);
	server.early = true;
	assert_int_equal(put(32 * 1024 * 1024, true), GS_CLOSED);
	assert_false(outcome.success || outcome.reusable);
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
		cmocka_unit_test(ends_when_the_sink_has_enough),
		cmocka_unit_test(gives_up_a_silent_server),
		cmocka_unit_test(waits_longer_while_a_body_is_being_stored),
		cmocka_unit_test(gives_up_a_body_that_stalls),
		cmocka_unit_test(gives_up_a_body_that_drips),
		cmocka_unit_test(gives_up_a_server_that_does_not_read),
		cmocka_unit_test(names_who_closed_without_an_answer),
		cmocka_unit_test(notices_a_body_that_is_cut_short),
		cmocka_unit_test(names_who_speaks_no_http),
		cmocka_unit_test(withholds_an_altered_body),
		cmocka_unit_test(withholds_a_body_that_was_cut),
		cmocka_unit_test(hears_a_refusal_before_the_body_is_sent),
		cmocka_unit_test(does_not_believe_consent_before_the_body),
	};

	return cmocka_run_group_tests_name("exchange", tests, NULL, NULL);
}
