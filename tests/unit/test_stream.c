/* Streams over TCP, against a server thread on this machine: opening, reading,
 * idling. What TLS adds is in test_tls.c. */
#include "os/stream.h"

#include "base/buf.h"
#include "loopback_server.h"

#include <errno.h>

static void
echo(int fd, int stop)
{
	char bytes[256];
	ssize_t n;

	(void)stop;
	while ((n = recv(fd, bytes, sizeof(bytes), 0)) > 0) {
		(void)send(fd, bytes, (size_t)n, MSG_NOSIGNAL);
	}
}

static void
greet(int fd, int stop)
{
	(void)stop;
	send_text(fd, "hello");
	wait_for_end(fd);
}

/* The first byte makes it break the connection. */
static void
reset(int fd, int stop)
{
	const struct linger now = {.l_onoff = 1, .l_linger = 0};

	(void)stop;
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	(void)swallow(fd, 1);
}

static void
assert_writes(struct stream *stream)
{
	struct gs_err err = {0};

	assert_int_equal(
		stream_write(stream, "x", 1, in_ms(SOON_MS), NULL, &err),
		GS_OK);
}

static void
talks(struct server *s, const char *host)
{
	struct gs_err err = {0};
	struct stream *stream = open_to(host, loopback_port(&s->where), &err);

	assert_non_null(stream);
	assert_int_equal(
		stream_write(stream, "ping", 4, in_ms(SOON_MS), NULL, &err),
		GS_OK);
	assert_reads(stream, "ping");
	part(s, stream);
	assert_int_equal(err.code, GS_OK);
}

static void
talks_to_ipv4(void **state)
{
	struct server s;

	(void)state;
	server_start(&s, AF_INET, echo);
	talks(&s, "127.0.0.1");
}

static void
talks_to_ipv6(void **state)
{
	struct server s;

	(void)state;
	server_start(&s, AF_INET6, echo);
	talks(&s, "::1");
}

/* Of the two addresses of localhost the server has only the second. */
static void
talks_to_localhost(void **state)
{
	struct server s;

	(void)state;
	server_start(&s, AF_INET6, echo);
	talks(&s, "bucket.localhost");
}

static void
names_the_server_it_cannot_reach(void **state)
{
	struct address nobody = loopback_refusing();
	struct gs_err err = {0};
	char want[GS_ERR_TEXT_MAX];
	struct buf text = BUF_OVER(want);

	(void)state;
	assert_null(open_to("::1", loopback_port(&nobody), &err));
	buf_str(&text, "cannot connect to 'http://[::1]:");
	buf_uint(&text, loopback_port(&nobody));
	buf_str(&text, "': connection refused: is the server running?");
	assert_string_equal(err.text, buf_cstr(&text));
	assert_int_equal(err.code, GS_SYS);
	assert_int_equal(err.sys_errno, ECONNREFUSED);
}

static void
gives_up_a_server_that_does_not_answer(void **state)
{
	const struct stream_patience hasty = {
		SOON_MS, BRIEFLY_MS, SOON_MS, SOON_MS};
	struct stream_target target = {.host = "127.0.0.1"};
	struct loopback_hole hole;
	struct gs_err err = {0};

	(void)state;
	loopback_hole_open(&hole);
	target.port = loopback_port(&hole.address);
	assert_null(stream_open(&target, &hasty, &err));
	assert_int_equal(err.code, GS_TIMEOUT);
	loopback_hole_close(&hole);
}

static void
reads_what_came_before_the_end(void **state)
{
	struct server s;
	struct stream *stream = meet(&s, say_bye);

	(void)state;
	assert_reads(stream, "bye");
	assert_end(stream);
	assert_end(stream);
	part(&s, stream);
}

static void
says_that_the_connection_was_reset(void **state)
{
	struct server s;
	struct stream *stream = meet(&s, reset);
	struct gs_err err = {0};
	char byte;
	size_t n = 9;

	(void)state;
	assert_writes(stream);
	assert_int_equal(
		stream_read(stream, &byte, 1, &n, in_ms(SOON_MS), &err),
		GS_SYS);
	assert_int_equal(err.sys_errno, ECONNRESET);
	assert_int_equal(n, 9);
	assert_non_null(strstr(err.text, "lost the connection to 'http://127"));
	/* and a write after it does not raise SIGPIPE */
	assert_int_equal(
		stream_write(stream, "x", 1, in_ms(SOON_MS), NULL, &err),
		GS_SYS);
	part(&s, stream);
}

static void
does_not_wait_for_ever_to_read(void **state)
{
	struct server s;
	struct stream *stream = meet(&s, never_read);
	struct gs_err err = {0};
	char byte;
	size_t n = 9;

	(void)state;
	assert_int_equal(
		stream_read(stream, &byte, 1, &n, in_ms(BRIEFLY_MS), &err),
		GS_TIMEOUT);
	assert_non_null(strstr(err.text, "no answer in time from 'http://127"));
	part(&s, stream);
}

static void
is_idle_until_something_comes(void **state)
{
	struct server s;
	struct stream *stream = meet(&s, never_read);

	(void)state;
	assert_true(stream_is_idle(stream));
	part(&s, stream);
	stream = meet(&s, greet);
	await_input(stream);
	assert_reads(stream, "hello");
	assert_true(stream_is_idle(stream));
	part(&s, stream);
	stream = meet(&s, say_bye);
	assert_reads(stream, "bye");
	await_input(stream);
	part(&s, stream);
	stream = meet(&s, reset);
	assert_writes(stream);
	await_input(stream);
	part(&s, stream);
	stream_close(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(talks_to_ipv4),
		cmocka_unit_test(talks_to_ipv6),
		cmocka_unit_test(talks_to_localhost),
		cmocka_unit_test(names_the_server_it_cannot_reach),
		cmocka_unit_test(gives_up_a_server_that_does_not_answer),
		cmocka_unit_test(reads_what_came_before_the_end),
		cmocka_unit_test(says_that_the_connection_was_reset),
		cmocka_unit_test(does_not_wait_for_ever_to_read),
		cmocka_unit_test(is_idle_until_something_comes),
	};

	return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
