/*
 * Whom TLS believes: the trust anchors, from the first of
 * 1. the file that the user names (AWS_CA_BUNDLE, ca_bundle): replaces all,
 * 2. SSL_CERT_FILE, 3. the system's bundle (the list of crypto/x509's
 * root_linux.go), 4. the roots embedded in the program.
 * Loaded at the first use, once, under a lock, which is held while the files are
 * read: all who come need what is in them. Then read-only and shared.
 * SSL_CERT_DIR and directories of single certificates are not read.
 *
 * It also keeps, under the same lock, the last TLS session with each of a few
 * hosts, so that the next handshake with one of them can be short.
 */
#ifndef OS_TRUST_H
#define OS_TRUST_H

#include "base/err.h"
#include "os/anchors.h"

struct trust;

/* bundle: a path that must be readable and hold a certificate, or "" for the
 * search. env_file: the value of SSL_CERT_FILE, or "". Copies both.
 * NULL only when memory runs out. Nothing is read yet. */
struct trust *trust_new(const char *bundle, const char *env_file);

/* Reads the anchors now, so that a sandbox may shut the files out later.
 * GS_CONFIG names the bundle that cannot be used; the first answer stays. */
GS_CHECKED enum gs_code trust_load(struct trust *t, struct gs_err *err);

/* The anchors, valid until trust_free. Only after trust_load said GS_OK. */
const struct anchors *trust_anchors(const struct trust *t);

/* Where the anchors came from: a path, or "the built-in list". */
const char *trust_source(const struct trust *t);

/* The session to resume with host; false if there is none. */
bool trust_recall(
	struct trust *t, const char *host, br_ssl_session_parameters *session);

/* Keeps the session in place of host's last one, or of the oldest; NULL
 * forgets host's. Hosts longer than HOST_MAX are not kept. */
void trust_remember(struct trust *t, const char *host,
	const br_ssl_session_parameters *session);

/* Wipes the sessions and frees; NULL is fine. */
void trust_free(struct trust *t);

#endif
