/*
 * Trust anchors as BearSSL takes them: a name and a key each, from PEM text
 * or from the roots embedded in the program. Not locked; os/trust.h shares
 * them between threads once they are complete.
 */
#ifndef OS_ANCHORS_H
#define OS_ANCHORS_H

#include "base/view.h"

#include <bearssl.h>
#include <stdint.h>

struct anchors {
	br_x509_trust_anchor *list;
	size_t count;
	size_t skipped;       /* certificates that cannot be anchors */
	unsigned char *bytes; /* names and keys of list; NULL if embedded */
};

/*
 * Reads every CERTIFICATE block of a PEM text (RFC 7468). Skipped are blocks
 * that do not parse, certificates that expired before now_s (Unix seconds),
 * RSA keys under 2048 or over 4096 bits, and keys that are neither RSA nor on
 * P-256, P-384 or P-521. One that is no CA vouches for itself alone.
 * False, and *anchors untouched, if memory runs out.
 */
bool anchors_read(struct view pem, int64_t now_s, struct anchors *anchors);

/* The embedded roots. False, and *anchors untouched, if memory runs out. */
bool anchors_embedded(struct anchors *anchors);

void anchors_release(struct anchors *anchors);

#endif
