/*
 * The Security Token Service: the requests for a role's keys, and its answers.
 * Source: docs.aws.amazon.com STS/latest/APIReference; aws-sdk-go-v2
 * service/sts/serializers.go, deserializers.go, credentials/stscreds.
 */
#ifndef S3_STS_H
#define S3_STS_H

#include "base/buf.h"
#include "s3/chain.h"
#include "s3/grant.h"
#include "s3/url.h"

enum {
	STS_BODY_MAX = 64 * 1024,
	STS_REQUEST_MAX = STS_BODY_MAX + 16 * 1024,
};

/* Who asks. creds NULL: unsigned, as a web identity does. */
struct sts_env {
	const struct url *url; /* of the service */
	struct view region;
	const struct creds *creds;
	int64_t now_ns; /* over there; also names the session of a role without
			   a name */
	char *scratch;  /* SIGV4_CANONICAL_MAX + STS_BODY_MAX bytes, wiped */
};

/* Each appends a whole request, body included. GS_TOOBIG if it does not fit. */
GS_CHECKED enum gs_code sts_assume_role(const struct sts_env *env,
	const struct chain_role *role, struct buf *out, struct gs_err *err);
GS_CHECKED enum gs_code sts_assume_role_with_web_identity(
	const struct sts_env *env, const struct chain_role *role,
	struct view token, struct buf *out, struct gs_err *err);

/* Reads either's answer of status 200. */
GS_CHECKED enum gs_code sts_read(
	struct view document, struct grant *grant, struct gs_err *err);

/* Of any other status: what it says, as err, and whether to ask again. */
bool sts_is_passing(unsigned status, struct view document, struct gs_err *err);

#endif
