/*
 * A TLS connection that carries another one. What is sent through it waits in
 * the outgoing record if the socket does not take it at once; whoever then
 * waits for the answer moves it on, since a wait for input waits for that too.
 * An end that is none of TLS's is one all the same: the connection inside knows
 * what it lacks.
 */
#include "os/tls_private.h"

#include <errno.h>
#include <poll.h>

static bool
is_sending(const struct tls *t)
{
	return br_ssl_engine_current_state(&t->client.eng) & BR_SSL_SENDREC;
}

/* Sends what the socket takes of the waiting record. */
static bool
push(struct tls *t)
{
	struct gs_err err;
	bool moved = true;

	while (moved && is_sending(t)) {
		moved = false;
		if (tls_send_some(t, &moved, &err) != GS_OK) {
			errno = err.sys_errno;
			return false;
		}
	}
	return true;
}

static ssize_t
send_inside(const struct wire *w, const void *p, size_t n)
{
	struct tls *t = w->tls;
	size_t put;

	if (!push(t)) {
		return -1;
	}
	put = tls_put(t, p, n);
	br_ssl_engine_flush(&t->client.eng, 0);
	if (put == 0) {
		errno = tls_is_open(t) ? EAGAIN : EPIPE;
		return -1;
	}
	(void)push(t); /* a failure shows at the next attempt */
	return (ssize_t)put;
}

static ssize_t
receive_inside(const struct wire *w, void *p, size_t cap)
{
	struct tls *t = w->tls;
	struct gs_err err;
	size_t taken;

	while ((taken = tls_take(t, p, cap)) == 0 && tls_is_open(t)) {
		bool moved = false;

		if (tls_move(t, &moved, &err) != GS_OK) {
			errno = err.sys_errno;
			return -1;
		}
		if (!moved) {
			errno = EAGAIN;
			return -1;
		}
	}
	return (ssize_t)taken;
}

static enum gs_code
wait_inside(const struct wire *w, short events, uint64_t deadline_ms,
	struct gs_err *err)
{
	const struct tls *t = w->tls;
	short below = (short)(events & POLLIN);

	if (is_sending(t)) {
		below |= POLLOUT;
	}
	return t->wire.wait(&t->wire, below, deadline_ms, err);
}

struct wire
tls_wire(struct tls *t)
{
	return (struct wire){
		.send = send_inside,
		.receive = receive_inside,
		.wait = wait_inside,
		.tls = t,
	};
}
