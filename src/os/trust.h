/*
 * Whom TLS believes: the trust anchors, from the first of
 * 1. the file that the user names (AWS_CA_BUNDLE, ca_bundle): replaces all,
 * 2. SSL_CERT_FILE, 3. the system's bundle (the list of crypto/x509's
 * root_linux.go), 4. the roots embedded in the program.
 * Loaded at the first use, once, under a lock; then read-only and shared.
 */
#ifndef OS_TRUST_H
#define OS_TRUST_H

#include "base/err.h"

struct trust;

/* bundle: a path that must be readable and hold a certificate, or "" for the
 * search. env_file: the value of SSL_CERT_FILE, or "". Copies both.
 * NULL only when memory runs out. Nothing is read yet. */
struct trust *trust_new(const char *bundle, const char *env_file);

/* Reads the anchors now, so that a sandbox may shut the files out later.
 * GS_CONFIG names the bundle that cannot be used. */
GS_CHECKED enum gs_code trust_load(struct trust *t, struct gs_err *err);

void trust_free(struct trust *t);

#endif
