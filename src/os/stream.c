#include "os/stream.h"

#include "base/buf.h"
#include "os/clock.h"
#include "os/connect.h"
#include "os/fdio.h"
#include "os/resolve.h"
#include "os/tls.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	/* http://[name]:65535 */
	TARGET_MAX = HOST_MAX + 20,
	/* how much goes out before the next look whether the peer answers */
	SEND_STEP_BYTES = 64 * 1024,
};

struct stream {
	int fd;
	struct tls *tls; /* NULL for TCP */
	char target[TARGET_MAX];
};

static void
name_target(const struct stream_target *t, struct buf *out)
{
	bool brackets = strchr(t->host, ':') != NULL;

	buf_str(out, t->tls ? "https://" : "http://");
	buf_str(out, brackets ? "[" : "");
	buf_str(out, t->host);
	buf_str(out, brackets ? "]:" : ":");
	buf_uint(out, t->port);
	buf_cstr(out);
}

static enum gs_code
open_tcp(struct stream *s, const struct stream_target *target,
	const struct stream_patience *patience, struct gs_err *err)
{
	struct address_list list;
	enum gs_code code;

	code = resolve(target->host, target->port,
		clock_mono_ms() + patience->resolve_ms, &list, err);
	if (code != GS_OK) {
		return code;
	}
	code = connect_any(&list, view_of(s->target),
		clock_mono_ms() + patience->connect_ms, &s->fd, err);
	resolve_report(target->host, &list);
	return code;
}

static enum gs_code
open_all(struct stream *s, const struct stream_target *target,
	const struct stream_patience *patience, struct gs_err *err)
{
	enum gs_code code = open_tcp(s, target, patience, err);

	if (code != GS_OK || !target->tls) {
		return code;
	}
	s->tls = tls_open(s->fd, target->host, target->trust,
		clock_mono_ms() + patience->handshake_ms, err);
	return s->tls ? GS_OK : err->code;
}

struct stream *
stream_open(const struct stream_target *target,
	const struct stream_patience *patience, struct gs_err *err)
{
	struct stream *s = calloc(1, sizeof(*s));
	struct buf name;

	if (!s) {
		fd_fail(err, "cannot connect to", target->host, ENOMEM);
		return NULL;
	}
	s->fd = -1;
	name = BUF_OVER(s->target);
	name_target(target, &name);
	if (open_all(s, target, patience, err) != GS_OK) {
		stream_close(s);
		return NULL;
	}
	return s;
}

/* Waits for one of the events, and says for which server in vain. */
static enum gs_code
wait_for(struct stream *s, short events, uint64_t deadline_ms,
	struct gs_err *err)
{
	enum gs_code code = fd_wait(s->fd, events, deadline_ms, err);

	return code == GS_TIMEOUT ? gs_fail(err, code, "no answer in time from",
					    view_of(s->target), NULL)
				  : code;
}

static enum gs_code
lost(struct stream *s, int why, struct gs_err *err)
{
	return fd_fail(err, "lost the connection to", s->target, why);
}

enum gs_code
stream_read(struct stream *s, void *p, size_t cap, size_t *n,
	uint64_t deadline_ms, struct gs_err *err)
{
	enum gs_code code = GS_OK;

	if (s->tls) {
		return tls_read(s->tls, p, cap, n, deadline_ms, err);
	}
	while (code == GS_OK) {
		ssize_t got = recv(s->fd, p, cap, 0);

		if (got >= 0) {
			*n = (size_t)got;
			return GS_OK;
		}
		if (errno != EAGAIN && errno != EINTR) {
			return lost(s, errno, err);
		}
		code = wait_for(s, POLLIN, deadline_ms, err);
	}
	return code;
}

/* True if there is something to read: bytes, the peer's end, a reset. */
static bool
has_input(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, 0) > 0;
}

static bool
has_bytes(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

/* Sends what the socket takes of p at once; if that is nothing, waits for one
 * of the events. */
static enum gs_code
send_some(struct stream *s, struct view p, short events, uint64_t deadline_ms,
	size_t *sent, struct gs_err *err)
{
	ssize_t done = send(s->fd, p.p, p.n, MSG_NOSIGNAL);

	*sent = done > 0 ? (size_t)done : 0;
	if (done >= 0 || errno == EINTR) {
		return GS_OK;
	}
	if (errno == EAGAIN) {
		return wait_for(s, events, deadline_ms, err);
	}
	/* a server that refuses early may close without reading the rest */
	return (events & POLLIN) && has_bytes(s->fd) ? GS_OK
						     : lost(s, errno, err);
}

enum gs_code
stream_write(struct stream *s, const void *p, size_t n, uint64_t deadline_ms,
	bool *answered, struct gs_err *err)
{
	short events = answered ? POLLIN | POLLOUT : POLLOUT;
	struct view rest = {p, n};
	bool early = false;

	if (s->tls) {
		return tls_write(s->tls, p, n, deadline_ms, answered, err);
	}
	while (rest.n > 0 && !(early = answered && has_input(s->fd))) {
		size_t step =
			rest.n < SEND_STEP_BYTES ? rest.n : SEND_STEP_BYTES;
		size_t sent;
		enum gs_code code = send_some(s, (struct view){rest.p, step},
			events, deadline_ms, &sent, err);

		if (code != GS_OK) {
			return code;
		}
		rest = view_skip(rest, sent);
	}
	if (answered) {
		*answered = early;
	}
	return GS_OK;
}

bool
stream_is_idle(struct stream *s)
{
	return !has_input(s->fd) && (!s->tls || tls_is_idle(s->tls));
}

void
stream_shut(struct stream *s)
{
	shutdown(s->fd, SHUT_RDWR);
}

void
stream_close(struct stream *s)
{
	if (!s) {
		return;
	}
	if (s->tls) {
		tls_free(s->tls);
	}
	if (s->fd >= 0) {
		close(s->fd);
	}
	free(s);
}
