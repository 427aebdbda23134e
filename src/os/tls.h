/*
 * TLS 1.2 over a connected, non-blocking socket, through BearSSL: ECDHE with
 * AEAD only, no renegotiation, chains and names verified, RSA keys of 2048
 * bits at least, no SHA-1 signatures, names from subjectAltName only (DNS
 * with a one-label wildcard, or iPAddress), extended key usage serverAuth.
 * Used by stream.c alone. One thread at a time.
 */
#ifndef OS_TLS_H
#define OS_TLS_H

#include "base/err.h"
#include "os/trust.h"

#include <stdint.h>

struct tls;

/* Shakes hands on fd, which stays the caller's to close. host is the name or
 * the address (without brackets) that the certificate must be for. NULL with
 * err filled; GS_TRUST says in words what is wrong and what to do. */
struct tls *tls_open(int fd, const char *host, struct trust *trust,
	uint64_t deadline_ms, struct gs_err *err);

/* As stream_read and stream_write. */
GS_CHECKED enum gs_code tls_read(struct tls *t, void *p, size_t cap, size_t *n,
	uint64_t deadline_ms, struct gs_err *err);
GS_CHECKED enum gs_code tls_write(struct tls *t, const void *p, size_t n,
	uint64_t deadline_ms, bool *answered, struct gs_err *err);

/* True if no decrypted byte and no undecrypted record waits. */
bool tls_is_idle(struct tls *t);

/* Sends close_notify if it can without waiting; wipes keys; frees. */
void tls_free(struct tls *t);

#endif
