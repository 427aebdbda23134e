/*
 * TLS 1.2 over a wire, through BearSSL: ECDHE with AEAD only, no renegotiation,
 * chains and names verified, RSA keys of 2048 bits at least, no SHA-1
 * signatures, names from subjectAltName only (DNS with a one-label wildcard, or
 * iPAddress), extended key usage serverAuth.
 * docs/security.md has the whole of what is and is not checked.
 * Used by stream.c alone. One thread at a time.
 */
#ifndef OS_TLS_H
#define OS_TLS_H

#include "base/err.h"
#include "os/stream.h"
#include "os/trust.h"
#include "os/wire.h"

enum { TLS_PEER_MAX = 512 };

struct tls; /* one block of about 37 KB; 20 KB more during the handshake */

/* Shakes hands on the wire, which stays the caller's. host is the name or
 * the address (without brackets) that the certificate must be for. NULL with
 * err filled: GS_TRUST says in words what is wrong and what to do, GS_CONFIG
 * is trust_load's, GS_CLOSED and GS_BAD are the server's doing. */
struct tls *tls_open(struct wire wire, const char *host, struct trust *trust,
	uint64_t deadline_ms, struct gs_err *err);

/* As stream_read and stream_write, but that the peer's end does not stop a
 * write early: it is GS_CLOSED. To a read the end is the same with and without
 * close_notify: only the message's own framing says that it is complete. What
 * is damaged on the way is GS_CLOSED too. */
GS_CHECKED enum gs_code tls_read(struct tls *t, void *p, size_t cap, size_t *n,
	uint64_t deadline_ms, struct gs_err *err);
GS_CHECKED enum gs_code tls_write(struct tls *t, const void *p, size_t n,
	uint64_t deadline_ms, struct stream_progress *progress,
	struct gs_err *err);

/* True if of what has been read from the wire no byte waits: neither
 * decrypted nor as part of a record. The wire itself is not asked. */
bool tls_is_idle(struct tls *t);

/* True if the handshake resumed a session that trust remembered. */
bool tls_is_resumed(const struct tls *t);

/* What the server's certificate says, in words; "" if the session was resumed,
 * for want of one. */
const char *tls_peer(const struct tls *t);

/* For another TLS connection inside of this one, which must outlive it. */
struct wire tls_wire(struct tls *t);

/* Sends close_notify if it can without waiting; wipes keys; frees. */
void tls_free(struct tls *t);

#endif
