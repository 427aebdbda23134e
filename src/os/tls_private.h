/* What the files of os/tls share: the connection and how its records move. */
#ifndef OS_TLS_PRIVATE_H
#define OS_TLS_PRIVATE_H

#include "base/limits.h"
#include "os/tls.h"

enum {
	/* What had arrived when the deadline passed counts, as it does for a
	 * socket: who was stopped meanwhile could not take it. A record comes
	 * in fewer steps, so a peer that sends and says nothing gains little. */
	TLS_LATE_STEPS = 16,
};

struct tls {
	br_ssl_client_context client;
	struct wire wire;
	char host[HOST_MAX + 1]; /* without a final dot */
	bool ended; /* the peer closed its side of the connection */
	bool resumed;
	unsigned late_steps;     /* so many more may move bytes too late */
	char peer[TLS_PEER_MAX]; /* its certificate in words */
	/* With room for the largest record each way, BearSSL does not ask
	 * for smaller ones (max_fragment_length), which not every server
	 * takes well. */
	unsigned char in[BR_SSL_BUFSIZE_INPUT];
	unsigned char out[BR_SSL_BUFSIZE_OUTPUT];
};

/* Moves records both ways, or waits until that is possible. GS_TIMEOUT also if
 * it moved too late, and no late step is left. */
GS_CHECKED enum gs_code tls_step(
	struct tls *t, uint64_t deadline_ms, struct gs_err *err);

/* Moves what can be moved at once, either way. */
GS_CHECKED enum gs_code tls_move(
	struct tls *t, bool *moved, struct gs_err *err);

/* Sends what it can of the waiting record without waiting. */
enum gs_code tls_send_some(struct tls *t, bool *moved, struct gs_err *err);

/* Hands over decrypted bytes that wait; 0 if there are none. */
size_t tls_take(struct tls *t, void *p, size_t cap);

/* Puts bytes into the record being built, which closes when it is full; how
 * many there was room for. */
size_t tls_put(struct tls *t, const void *p, size_t n);

/* False once either side has closed, or BearSSL has failed. */
bool tls_is_open(const struct tls *t);

/* A failure of BearSSL's (BR_ERR_*, not about certificates) in words. */
enum gs_code tls_fail(const struct tls *t, int error, struct gs_err *err);

#endif
