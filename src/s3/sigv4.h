/*
 * AWS Signature Version 4 for S3 (single URI encoding, no path
 * normalisation), and for other services whose path is `/`.
 * Source: docs.aws.amazon.com AmazonS3/latest/API/sig-v4-header-based-auth.html
 *
 * Pure: time and secrets are arguments; amz_date is what time_format_amz makes.
 * The stages are public so that tests name the one that fails.
 */
#ifndef S3_SIGV4_H
#define S3_SIGV4_H

#include "base/buf.h"
#include "base/err.h"
#include "s3/http1.h"

enum {
	SIGV4_CANONICAL_MAX = 20 * 1024,
	SIGV4_STRING_TO_SIGN_MAX = 512,
	SIGV4_AUTHORIZATION_MAX = 1024,
	SIGV4_SIGNATURE_LEN = 64,
};

/* Who signs, for where. Views borrow from the caller. */
struct sigv4_identity {
	struct view access_key, secret_key;
	struct view region, service;
};

/* hex(sha256("")) and the word that leaves the body out. */
#define SIGV4_EMPTY_SHA256                                                     \
	VIEW("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85" \
	     "5")
#define SIGV4_UNSIGNED_PAYLOAD VIEW("UNSIGNED-PAYLOAD")

/* host, content-type, range, date, if-* and x-amz-* are signed; everything
 * else (accept-encoding, user-agent, content-length, …) never is, since
 * proxies rewrite it. */
bool sigv4_is_signed(struct view name);

/* Appends the canonical request. Signed are host and every header of r for
 * which is_signed(name), sigv4_is_signed outside of tests; payload_hash is
 * the last line. */
void sigv4_canonical_request(const struct http1_request *r,
	bool (*is_signed)(struct view name), struct view payload_hash,
	struct buf *out);

/* Appends the string to sign. */
void sigv4_string_to_sign(struct view amz_date,
	const struct sigv4_identity *who, struct view canonical_request,
	struct buf *out);

/* Appends the signature, SIGV4_SIGNATURE_LEN hex digits. GS_TOOBIG for a
 * secret over SECRET_KEY_MAX. */
GS_CHECKED enum gs_code sigv4_signature(struct view amz_date,
	const struct sigv4_identity *who, struct view string_to_sign,
	struct buf *out, struct gs_err *err);

/*
 * Appends the value of the Authorization header for r, whose headers must
 * already hold x-amz-date (equal to amz_date) and x-amz-content-sha256.
 * GS_BAD without the latter, GS_TOOBIG if the canonical request, the secret
 * or the value does not fit.
 * scratch[SIGV4_CANONICAL_MAX] is overwritten and wiped.
 */
GS_CHECKED enum gs_code sigv4_authorization(const struct http1_request *r,
	struct view amz_date, const struct sigv4_identity *who, char *scratch,
	struct buf *out, struct gs_err *err);

#endif
