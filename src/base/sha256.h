/*
 * SHA-256 (FIPS 180-4) and HMAC (RFC 2104), over BearSSL; bulk data goes
 * through the processor's own instructions where it has them.
 */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include "base/id.h"

#include <bearssl_hash.h>

enum sha256_kind {
	SHA256_PORTABLE,
	SHA256_NATIVE, /* the SHA extensions of x86-64, or those of ARMv8 */
};

/* A digest in the making. All private; a copy goes on by itself. */
struct sha256 {
	enum sha256_kind kind;
	br_sha256_context portable;
};

/* kind must work here: SHA256_PORTABLE does, and what cpu_sha256 (os/cpu.h)
 * said. */
void sha256_init(struct sha256 *h, enum sha256_kind kind);

void sha256_update(struct sha256 *h, struct view in);

/* The digest of everything so far; h can go on afterwards. */
void sha256_final(const struct sha256 *h, struct id *out);

/* The digest of a short text, by portable code. */
void sha256_of(struct view text, struct id *out);

void hmac_sha256(struct view key, struct view data, struct id *out);

#endif
