/*
 * Whether a server's certificates prove that it is the host we want.
 *
 * A br_x509_class around BearSSL's "minimal" engine. That engine checks the
 * chain up to a trust anchor: signatures, validity, CA flags, key usage. This
 * one tells it no name (it would fall back to the common name and knows no
 * addresses), keeps the server's own certificate, and checks that itself:
 * names and addresses from subjectAltName only, and extended key usage.
 * RSA keys have at least 2048 bits, signatures are over SHA-2 only.
 *
 * Lives for one handshake; large, so not on a stack.
 */
#ifndef OS_VERIFY_H
#define OS_VERIFY_H

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "os/anchors.h"

/* How a host is named: by name, or by an IPv4 or IPv6 address. */
struct verify_host {
	const char *name;          /* as the user wrote it */
	unsigned char address[16]; /* for an address: */
	size_t address_len;        /* 4 or 16; 0 for a name */
};

struct verify_host verify_host_of(const char *name);

struct verify {
	const br_x509_class *vtable; /* what BearSSL is given; keep it first */
	/* private */
	br_x509_minimal_context chain;
	struct verify_host host;
	uint64_t now;   /* a stamp (base/cert.h) */
	unsigned certs; /* begun so far */
	bool leaf_is_whole;
	size_t leaf_len;
	unsigned char leaf[CERT_MAX];
};

/* Prepares v and makes it engine's judge. engine must have its RSA and ECDSA
 * code already. host.name, anchors and v must outlive the handshake. */
void verify_init(struct verify *v, br_ssl_engine_context *engine,
	struct verify_host host, const struct anchors *anchors, int64_t now_s);

/* Turns BearSSL's answer about the certificates (a BR_ERR_X509 number) into
 * GS_TRUST and a text that says what is wrong and what to do. source names
 * the list of authorities that were believed. */
enum gs_code verify_explain(const struct verify *v, int answer,
	const char *source, struct gs_err *err);

/* After a handshake that went well, unless it resumed an older one: appends
 * for whom the server's certificate is, by whom, until when, and how many
 * certificates came. */
void verify_describe(const struct verify *v, struct buf *out);

#endif
