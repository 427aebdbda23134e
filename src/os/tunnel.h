/*
 * Asks a proxy for a tunnel to a server (RFC 9110, 9.3.6). Used by stream.c
 * alone.
 */
#ifndef OS_TUNNEL_H
#define OS_TUNNEL_H

#include "os/stream.h"
#include "s3/proxy.h"

/*
 * Over a stream to the proxy, which from GS_OK on carries bytes to host:port.
 * What the proxy says instead: GS_CONFIG where only a person can help (it wants
 * a password, it forbids it), GS_SYS where it cannot reach the server or asks
 * for another attempt later, GS_BAD for no answer of a proxy or one with more
 * behind it, GS_CLOSED, GS_TIMEOUT.
 */
GS_CHECKED enum gs_code tunnel_open(struct stream *s, const struct proxy *p,
	struct view host, uint16_t port, uint64_t deadline_ms,
	struct gs_err *err);

#endif
