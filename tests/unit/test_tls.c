/* What goes through a TLS connection, and how one begins and ends; sessions are in
 * test_tls_sessions.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "tls_server.h"

#include <poll.h>
#include <pthread.h>
#include <sys/stat.h>

static struct tls *
open_fd(int fd)
{
	struct gs_err err = {0};
	struct tls *t =
		tls_open(wire_of_socket(fd), "s3.test", trust, soon(), &err);

	if (!t) {
		fail_msg("%s", err.text);
	}
	return t;
}

static void
carries_bytes_both_ways(void **state)
{
	struct server s = start_server("dns", "P-256", "-rev");
	int fd = dial(s.port);
	struct tls *t = open_fd(fd);
	struct gs_err err;
	char reply[6] = "";

	assert_true(tls_is_idle(t));
	assert_int_equal(tls_write(t, "abcd\n", 5, soon(), NULL, &err), GS_OK);
	read_exactly(t, reply, 1);
	assert_false(tls_is_idle(t));
	read_exactly(t, reply + 1, 4);
	assert_string_equal(reply, "dcba\n");
	assert_true(tls_is_idle(t));
	assert_int_equal(
		tls_read(t, reply, 1, &(size_t){0}, clock_mono_ms() + 20, &err),
		GS_TIMEOUT);
	tls_free(t);
	close(fd);
	stop_server(&s);
}

static void
await_heard(const char *log, off_t more_than)
{
	struct stat st = {.st_size = 0};

	for (int tries = 0; tries < 6000 && st.st_size <= more_than; tries++) {
		assert_int_equal(stat(log, &st), 0);
		usleep(10000);
	}
	assert_true(st.st_size > more_than);
}

/* So much that sending must wait; what the server says meanwhile is heard, and
 * the rest goes on where it was. */
static void
carries_many_records(void **state)
{
	enum { SIZE = 1 << 24 };
	struct server s = start_server("dns", "P-256", "");
	int fd = dial(s.port);
	struct tls *t = open_fd(fd);
	struct stream_progress progress = {.answered = true};
	struct gs_err err;
	char *p = malloc(SIZE), c = 0;
	size_t at = 0;

	memset(p, 'x', SIZE);
	assert_int_equal(write(s.input, "e", 1), 1);
	while (progress.answered) {
		assert_int_equal(tls_write(t, p + at, SIZE - at, soon(),
					 &progress, &err),
			GS_OK);
		at += progress.taken;
		if (progress.answered) {
			read_exactly(t, &c, 1);
		}
	}
	assert_int_equal(c, 'e');
	assert_int_equal(at, SIZE);
	await_heard(in_dir("server.log"), SIZE);
	free(p);
	tls_free(t);
	close(fd);
	stop_server(&s);
}

static void
reads_records_of_one_byte(void **state)
{
	struct server s = start_server("dns", "P-256", "-nbio");
	int fd = dial(s.port);
	struct tls *t = open_fd(fd);
	char c;

	for (int i = 0; i < 50; i++) {
		char sent = (char)('a' + i % 10);

		assert_int_equal(write(s.input, &sent, 1), 1);
		read_exactly(t, &c, 1);
		assert_int_equal(c, sent);
	}
	tls_free(t);
	close(fd);
	stop_server(&s);
}

static void
wait_for_bytes(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	assert_int_equal(poll(&p, 1, PATIENCE_MS), 1);
}

/* As after a stop of this process, which the server did not know of. */
static void
takes_what_had_come_in_time(void **state)
{
	struct server s = start_server("dns", "P-256", "");
	int fd = dial(s.port);
	struct tls *t = open_fd(fd);
	uint64_t passed = clock_mono_ms() - 1;
	struct gs_err err;
	size_t n;
	char c;

	assert_int_equal(tls_write(t, "body", 4, passed, NULL, &err), GS_OK);
	assert_int_equal(write(s.input, "e", 1), 1);
	wait_for_bytes(fd);
	assert_int_equal(tls_read(t, &c, 1, &n, passed, &err), GS_OK);
	assert_int_equal(c, 'e');
	assert_int_equal(tls_read(t, &c, 1, &n, passed, &err), GS_TIMEOUT);
	tls_free(t);
	close(fd);
	stop_server(&s);
}

static ssize_t
receive_a_byte(const struct wire *w, void *p, size_t cap)
{
	const struct wire socket = wire_of_socket(w->fd);

	return socket.receive(&socket, p, cap > 0);
}

/* There always is another byte, and all of them come to nothing yet. */
static void
gives_up_a_busy_server(void **state)
{
	enum { SIZE = 1000 };
	struct server s = start_server("dns", "P-256", "");
	int fd = dial(s.port);
	struct wire slow = wire_of_socket(fd);
	char sent[SIZE], reply[SIZE];
	struct gs_err err;
	size_t n;

	slow.receive = receive_a_byte;
	struct tls *t = tls_open(slow, "s3.test", trust, soon(), &err);

	assert_non_null(t);
	memset(sent, 'x', SIZE);
	assert_int_equal(write(s.input, sent, SIZE), SIZE);
	wait_for_bytes(fd);
	assert_int_equal(
		tls_read(t, reply, SIZE, &n, clock_mono_ms() - 1, &err),
		GS_TIMEOUT);
	read_exactly(t, reply, SIZE);
	assert_memory_equal(reply, sent, SIZE);
	tls_free(t);
	close(fd);
	stop_server(&s);
}

static void
takes_an_early_answer_for_one(void **state)
{
	enum { SIZE = 64 << 20 };
	struct server s = start_server("dns", "P-256", "");
	int fd = dial(s.port);
	struct tls *t = open_fd(fd);
	struct gs_err err;
	struct stream_progress progress = {0};
	char c = 0;
	char *p = calloc(1, SIZE);

	/* a server that stops reading, having answered */
	assert_int_equal(write(s.input, "e", 1), 1);
	wait_for_bytes(fd);
	assert_int_equal(kill(s.pid, SIGSTOP), 0);
	assert_int_equal(tls_write(t, p, SIZE, soon(), &progress, &err), GS_OK);
	assert_true(progress.answered);
	read_exactly(t, &c, 1);
	assert_int_equal(c, 'e');
	/* and one that just stops */
	assert_int_equal(
		tls_write(t, p, SIZE, clock_mono_ms() + 50, &progress, &err),
		GS_TIMEOUT);
	free(p);
	tls_free(t);
	close(fd);
	stop_server(&s);
}

static void
prefers_an_answer_to_a_failure_to_send(void **state)
{
	struct server s = start_server("dns", "P-256", "");
	int fd = dial(s.port);
	struct tls *t = open_fd(fd);
	struct gs_err err;
	struct stream_progress progress = {0};
	char c;

	assert_int_equal(write(s.input, "e", 1), 1);
	wait_for_bytes(fd);
	assert_int_equal(kill(s.pid, SIGSTOP), 0);
	shutdown(fd, SHUT_WR); /* sending fails from now on */
	assert_int_equal(
		tls_write(t, "body", 4, soon(), &progress, &err), GS_OK);
	assert_true(progress.answered);
	read_exactly(t, &c, 1);
	assert_int_equal(
		tls_write(t, "body", 4, soon(), &progress, &err), GS_SYS);
	tls_free(t);
	close(fd);
	stop_server(&s);
}

static void
reads_the_end_with_and_without_close_notify(void **state)
{
	for (int clean = 0; clean < 2; clean++) {
		struct server s = start_server("dns", "P-256", "");
		int fd = dial(s.port);
		struct tls *t = open_fd(fd);
		struct gs_err err;
		char c[2];
		size_t n = 1;

		assert_int_equal(write(s.input, "e", 1), 1);
		read_exactly(t, c, 1);
		if (clean) {
			assert_int_equal(write(s.input, "Q\n", 2), 2);
		} else {
			kill(s.pid, SIGKILL);
		}
		assert_int_equal(tls_read(t, c, 1, &n, soon(), &err), GS_OK);
		assert_int_equal(n, 0);
		assert_false(tls_is_idle(t));
		assert_int_not_equal(
			tls_write(t, "x", 1, soon(), NULL, &err), GS_OK);
		tls_free(t);
		close(fd);
		stop_server(&s);
	}
}

static void
refuses_to_renegotiate(void **state)
{
	struct server s = start_server("dns", "P-256", "-tls1_2");
	int fd = dial(s.port);
	struct tls *t = open_fd(fd);
	struct gs_err err;
	size_t n = 1;
	char c;

	assert_int_equal(write(s.input, "r\n", 2), 2);
	/* openssl gives up on a client that says no; if it had said yes, there
	 * would be nothing to read */
	assert_int_not_equal(tls_read(t, &c, 1, &n, soon(), &err), GS_TIMEOUT);
	tls_free(t);
	close(fd);
	stop_server(&s);
}

/* --- a line that delivers single bytes ------------------------------------ */

struct drip {
	int from, to;
};

static void *
drip(void *arg)
{
	const struct drip *d = arg;
	char c;

	while (read(d->from, &c, 1) == 1 && write(d->to, &c, 1) == 1) {
	}
	shutdown(d->to, SHUT_WR);
	return NULL;
}

struct relay {
	struct server server;
	int far, near[2]; /* the client has near[0] */
	struct drip up, down;
	pthread_t up_thread, down_thread;
};

static void
start_relay(struct relay *r)
{
	r->server = start_server(
		"byinter", "P-256", "-rev -cert_chain inter.chain");
	r->far = dial(r->server.port);
	assert_int_equal(fcntl(r->far, F_SETFL, 0), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, r->near), 0);
	r->up = (struct drip){r->near[1], r->far};
	r->down = (struct drip){r->far, r->near[1]};
	pthread_create(&r->up_thread, NULL, drip, &r->up);
	pthread_create(&r->down_thread, NULL, drip, &r->down);
}

static void
stop_relay(struct relay *r)
{
	close(r->near[0]);
	pthread_join(r->up_thread, NULL);
	stop_server(&r->server);
	pthread_join(r->down_thread, NULL);
	close(r->near[1]);
	close(r->far);
}

static void
works_byte_by_byte(void **state)
{
	struct relay r;
	struct tls *t;
	struct gs_err err;
	char reply[6] = "";

	start_relay(&r);
	t = open_fd(r.near[0]);
	assert_int_equal(tls_write(t, "abcd\n", 5, soon(), NULL, &err), GS_OK);
	read_exactly(t, reply, 5);
	assert_string_equal(reply, "dcba\n");
	tls_free(t);
	stop_relay(&r);
}

static void
is_not_idle_within_a_record(void **state)
{
	struct relay r;
	struct tls *t;
	struct gs_err err;
	char c;

	start_relay(&r);
	t = open_fd(r.near[0]);
	assert_true(tls_is_idle(t));
	assert_int_equal(write(r.near[1], "\x17\x03\x03", 3), 3);
	assert_int_equal(
		tls_read(t, &c, 1, &(size_t){0}, clock_mono_ms() + 20, &err),
		GS_TIMEOUT);
	assert_false(tls_is_idle(t));
	tls_free(t);
	stop_relay(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(carries_bytes_both_ways),
		cmocka_unit_test(carries_many_records),
		cmocka_unit_test(reads_records_of_one_byte),
		cmocka_unit_test(takes_what_had_come_in_time),
		cmocka_unit_test(gives_up_a_busy_server),
		cmocka_unit_test(takes_an_early_answer_for_one),
		cmocka_unit_test(prefers_an_answer_to_a_failure_to_send),
		cmocka_unit_test(reads_the_end_with_and_without_close_notify),
		cmocka_unit_test(refuses_to_renegotiate),
		cmocka_unit_test(works_byte_by_byte),
		cmocka_unit_test(is_not_idle_within_a_record),
	};

	return cmocka_run_group_tests_name(
		"tls", tests, make_certificates, remove_certificates);
}
