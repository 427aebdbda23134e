/*
 * A byte stream to a server: TCP, or TLS 1.2 over TCP, there or by way of a
 * proxy. One thread at a time.
 *
 * Every wait has a deadline on the monotonic clock (os/clock.h); past it the
 * answer is GS_TIMEOUT, but what had come by then counts, however late it is
 * taken. After any failure the stream can only be closed.
 * Signals do not cut a call short; SIGPIPE is never raised.
 */
#ifndef OS_STREAM_H
#define OS_STREAM_H

#include "base/err.h"

#include <stdint.h>

struct stream; /* owns a socket and, for TLS, the session's buffers */
struct trust;  /* os/trust.h: whom TLS believes */
struct proxy;  /* s3/proxy.h */

struct stream_target {
	const char *host; /* a name or an address without brackets */
	uint16_t port;
	bool tls;
	/* for TLS to host or proxy; shared by threads, NULL for TCP alone */
	struct trust *trust;
	/* NULL for none. TLS goes through a tunnel in it; what is sent without
	 * TLS it reads itself, so it must be addressed to a proxy. */
	const struct proxy *proxy;
};

/* How long each step of opening may take, in milliseconds. */
struct stream_patience {
	unsigned resolve_ms, connect_ms, handshake_ms;
	unsigned tunnel_ms; /* for a proxy to answer, which connects itself */
};

/*
 * Resolves, connects to the addresses in turn (families alternating, a new
 * attempt every 250 ms while the earlier ones are still trying, RFC 8305), and
 * shakes hands; with a proxy the same with that first.
 *
 * NULL with err filled: GS_SYS (name or connection; sys_errno where there is
 * one), GS_TIMEOUT, GS_CLOSED (the peer ended the handshake),
 * GS_TRUST (certificate or protocol version; the text says what to do),
 * GS_CONFIG (no usable trust anchors; a proxy that wants a password or does
 * not allow it), GS_BAD, GS_TOOBIG (the host's name). What is the proxy's fault
 * names the variable that it comes from.
 */
struct stream *stream_open(const struct stream_target *target,
	const struct stream_patience *patience, struct gs_err *err);

/* Reads 1 to cap bytes into p. GS_OK with *n = 0 is the peer's end. */
GS_CHECKED enum gs_code stream_read(struct stream *s, void *p, size_t cap,
	size_t *n, uint64_t deadline_ms, struct gs_err *err);

/* How far a write came. */
struct stream_progress {
	bool answered; /* it stopped early: there is something to read */
	size_t taken;  /* bytes that need not be written again */
};

/* Writes all of p[n] and, for TLS, flushes it. Stops early with GS_OK when there
 * is something to read, bytes or the peer's end, before all is on its way (a
 * server that refuses early, or a kept connection that has died meanwhile: then
 * nothing is). Once that has been read, another call may go on with what was
 * not taken, be it nothing. With NULL for progress it does not stop. */
GS_CHECKED enum gs_code stream_write(struct stream *s, const void *p, size_t n,
	uint64_t deadline_ms, struct stream_progress *progress,
	struct gs_err *err);

/* What the server's certificate says, in words; "" without TLS or where an
 * earlier session was resumed. */
const char *stream_peer(const struct stream *s);

/* True if an idle stream can carry another request: open, and nothing has
 * arrived that nobody asked for. Does not wait. */
bool stream_is_idle(struct stream *s);

/* Ends the connection: whoever waits for it, or will, finds it closed. Any
 * thread, while no other closes the stream. */
void stream_shut(struct stream *s);

/* Closes without waiting and frees; NULL is fine. */
void stream_close(struct stream *s);

#endif
