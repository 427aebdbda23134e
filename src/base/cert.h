/*
 * What a server's certificate says about itself: names, validity, purpose.
 *
 * A reader of X.509 in DER (RFC 5280, X.690) for the few fields that BearSSL
 * does not look at. It checks the shape of what it reads and nothing else:
 * signatures, chains and keys are BearSSL's (os/verify.h). All views borrow
 * from the bytes given to cert_read.
 */
#ifndef BASE_CERT_H
#define BASE_CERT_H

#include "base/view.h"

#include <stdint.h>

struct cert {
	struct view issuer, subject;    /* Name, without tag and length */
	uint64_t not_before, not_after; /* stamps, both included */
	struct view alt_names; /* subjectAltName; p is NULL if absent */
	struct view purposes;  /* extKeyUsage; p is NULL if absent */
};

/* A moment as the number YYYYMMDDHHMMSS, in UTC. Certificates may be valid
 * until the end of the year 9999, which nanoseconds cannot say. */
uint64_t cert_stamp(int64_t unix_s);

/* False, and *cert untouched, if der is not exactly one certificate of
 * version 1 to 3, or has one of these extensions twice. */
bool cert_read(struct view der, struct cert *cert);

/* True if a dNSName of subjectAltName is host, in either case, or "*." and
 * host without its first label (RFC 6125, 6.4). The common name never counts. */
bool cert_is_for_name(const struct cert *cert, struct view host);

/* True if an iPAddress of subjectAltName is these 4 or 16 bytes. */
bool cert_is_for_address(const struct cert *cert, struct view address);

/* True if extKeyUsage is absent or holds serverAuth or anyExtendedKeyUsage
 * (RFC 5280, 4.2.1.12). */
bool cert_is_for_servers(const struct cert *cert);

struct cert_name {
	bool is_address;
	struct view value; /* the text, or 4 or 16 bytes */
};

/* Takes the next dNSName or iPAddress off *rest, which starts as alt_names;
 * false at the end. */
bool cert_next_name(struct view *rest, struct cert_name *name);

/* The common name in an issuer or subject, else its organization, else the
 * empty view: a label for messages, never to be matched. */
struct view cert_label(struct view name);

#endif
