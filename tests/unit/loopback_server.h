/*
 * A server thread of one connection, for tests of streams. A test writes the
 * server as a function of the connected socket; stop becomes readable when
 * the test is over.
 */
#ifndef TESTS_LOOPBACK_SERVER_H
#define TESTS_LOOPBACK_SERVER_H

#include "loopback.h"
#include "os/clock.h"
#include "os/stream.h"

#include <poll.h>
#include <pthread.h>

/* Longer than anything takes; longer than what is refused takes. */
enum { SOON_MS = 20000, BRIEFLY_MS = 200 };

static const struct stream_patience patient = {
	SOON_MS, SOON_MS, SOON_MS, SOON_MS};

/* A server of one connection, which it hands to serve and then closes. */
struct server {
	int listener;
	struct address where;
	void (*serve)(int fd, int stop);
	pthread_t thread;
	int stop[2]; /* a pipe, closed when the server should end */
};

static inline void *
run_server(void *arg)
{
	struct server *s = arg;
	int fd = accept(s->listener, NULL, NULL);

	if (fd >= 0) {
		s->serve(fd, s->stop[0]);
		close(fd);
	}
	return NULL;
}

static inline struct stream *
open_to(const char *host, uint16_t port, struct gs_err *err)
{
	const struct stream_target target = {.host = host, .port = port};

	return stream_open(&target, &patient, err);
}

static inline void
server_start(struct server *s, int family, void (*serve)(int fd, int stop))
{
	s->serve = serve;
	assert_int_equal(pipe(s->stop), 0);
	s->listener = loopback_listen(family, 8, &s->where);
	assert_int_equal(pthread_create(&s->thread, NULL, run_server, s), 0);
}

/* A stream to a new server. */
static inline struct stream *
meet(struct server *s, void (*serve)(int fd, int stop))
{
	struct gs_err err = {0};
	struct stream *stream;

	server_start(s, AF_INET, serve);
	stream = open_to("127.0.0.1", loopback_port(&s->where), &err);
	assert_non_null(stream);
	return stream;
}

static inline void
part(struct server *s, struct stream *stream)
{
	stream_close(stream);
	close(s->stop[1]);
	pthread_join(s->thread, NULL);
	close(s->stop[0]);
	close(s->listener);
}

static inline uint64_t
in_ms(unsigned ms)
{
	return clock_mono_ms() + ms;
}

static inline void
send_text(int fd, const char *text)
{
	(void)send(fd, text, strlen(text), MSG_NOSIGNAL);
}

/* Reads n bytes, or up to the end; the count. */
static inline size_t
swallow(int fd, size_t n)
{
	static char bytes[64 * 1024];
	size_t sum = 0;

	while (sum < n) {
		size_t most = n - sum < sizeof(bytes) ? n - sum : sizeof(bytes);
		ssize_t got = recv(fd, bytes, most, 0);

		if (got <= 0) {
			break;
		}
		sum += (size_t)got;
	}
	return sum;
}

static inline void
wait_for_end(int fd)
{
	(void)swallow(fd, SIZE_MAX);
}

static inline void
say_bye(int fd, int stop)
{
	(void)stop;
	send_text(fd, "bye");
	shutdown(fd, SHUT_WR);
	wait_for_end(fd);
}

/* Keeps the connection open without reading. */
static inline void
never_read(int fd, int stop)
{
	struct pollfd p = {.fd = stop, .events = POLLIN};

	(void)fd;
	(void)poll(&p, 1, SOON_MS);
}

static inline void
assert_reads(struct stream *s, const char *text)
{
	struct gs_err err = {0};
	size_t want = strlen(text), sum = 0, n = 1;
	char bytes[64];

	while (sum < want && n > 0) {
		assert_int_equal(stream_read(s, bytes + sum, want - sum, &n,
					 in_ms(SOON_MS), &err),
			GS_OK);
		sum += n;
	}
	assert_int_equal(sum, want);
	assert_memory_equal(bytes, text, want);
}

static inline void
assert_end(struct stream *s)
{
	struct gs_err err = {0};
	char byte;
	size_t n = 9;

	assert_int_equal(
		stream_read(s, &byte, 1, &n, in_ms(SOON_MS), &err), GS_OK);
	assert_int_equal(n, 0);
}

/* Until the server's bytes or its end have arrived. */
static inline void
await_input(struct stream *stream)
{
	for (int i = 0; i < SOON_MS && stream_is_idle(stream); i++) {
		(void)poll(NULL, 0, 1);
	}
	assert_false(stream_is_idle(stream));
}

#endif
