#include "os/stream.h"

#include "base/array.h"
#include "base/buf.h"
#include "os/clock.h"
#include "os/connect.h"
#include "os/fdio.h"
#include "os/resolve.h"
#include "os/tls.h"
#include "os/tunnel.h"
#include "s3/url.h"

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
	/* NULL for none; the second, through a proxy, is inside the first */
	struct tls *tls[2];
	char target[TARGET_MAX]; /* who is at the other end, for messages */
};

static struct tls *
innermost(const struct stream *s)
{
	return s->tls[1] ? s->tls[1] : s->tls[0];
}

static void
name_target(struct stream *s, const struct stream_target *t)
{
	struct buf out = BUF_OVER(s->target);

	buf_str(&out, t->tls ? "https://" : "http://");
	url_add_place(view_of(t->host), t->port, &out);
	(void)buf_cstr(&out);
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

/* TLS to the target over what there is already. */
static enum gs_code
add_tls(struct stream *s, const struct stream_target *target,
	const struct stream_patience *patience, struct gs_err *err)
{
	struct tls *outer = s->tls[0];
	struct tls *tls = tls_open(
		outer ? tls_wire(outer) : wire_of_socket(s->fd), target->host,
		target->trust, clock_mono_ms() + patience->handshake_ms, err);

	s->tls[outer != NULL] = tls;
	return tls ? GS_OK : err->code;
}

static enum gs_code
reach(struct stream *s, const struct stream_target *target,
	const struct stream_patience *patience, struct gs_err *err)
{
	name_target(s, target);
	enum gs_code code = open_tcp(s, target, patience, err);

	return code == GS_OK && target->tls ? add_tls(s, target, patience, err)
					    : code;
}

static enum gs_code
reach_proxy(struct stream *s, const struct stream_target *target,
	const struct stream_patience *patience, struct gs_err *err)
{
	const struct proxy *p = target->proxy;
	const struct stream_target there = {.host = p->host,
		.port = p->port,
		.tls = p->tls,
		.trust = target->trust};
	enum gs_code code = reach(s, &there, patience, err);

	return code == GS_OK && target->tls
		       ? tunnel_open(s, p, view_of(target->host), target->port,
				 clock_mono_ms() + patience->tunnel_ms, err)
		       : code;
}

static enum gs_code
open_all(struct stream *s, const struct stream_target *target,
	const struct stream_patience *patience, struct gs_err *err)
{
	struct gs_err why = {.code = GS_OK};

	if (!target->proxy) {
		return reach(s, target, patience, err);
	}
	if (reach_proxy(s, target, patience, &why) != GS_OK) {
		gs_fail(err, why.code, "the proxy in",
			view_of(target->proxy->variable), why.text);
		err->sys_errno = why.sys_errno;
		return why.code;
	}
	if (!target->tls) {
		return GS_OK;
	}
	name_target(s, target);
	return add_tls(s, target, patience, err);
}

struct stream *
stream_open(const struct stream_target *target,
	const struct stream_patience *patience, struct gs_err *err)
{
	struct stream *s = calloc(1, sizeof(*s));

	if (!s) {
		fd_fail(err, "cannot connect to", target->host, ENOMEM);
		return NULL;
	}
	s->fd = -1;
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
	struct tls *tls = innermost(s);
	enum gs_code code = GS_OK;

	if (tls) {
		return tls_read(tls, p, cap, n, deadline_ms, err);
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
	struct stream_progress *progress, struct gs_err *err)
{
	short events = progress ? POLLIN | POLLOUT : POLLOUT;
	struct view rest = {p, n};
	struct tls *tls = innermost(s);

	if (tls) {
		return tls_write(tls, p, n, deadline_ms, progress, err);
	}
	while (rest.n > 0 && !(progress && has_input(s->fd))) {
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
	if (progress) {
		*progress = (struct stream_progress){rest.n > 0, n - rest.n};
	}
	return GS_OK;
}

const char *
stream_peer(const struct stream *s)
{
	const struct tls *tls = innermost(s);

	return tls ? tls_peer(tls) : "";
}

bool
stream_is_idle(struct stream *s)
{
	for (size_t i = 0; i < ARRAY_LEN(s->tls); i++) {
		if (s->tls[i] && !tls_is_idle(s->tls[i])) {
			return false;
		}
	}
	return !has_input(s->fd);
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
	tls_free(s->tls[1]);
	tls_free(s->tls[0]);
	if (s->fd >= 0) {
		close(s->fd);
	}
	free(s);
}
