/*
 * The Security Token Service: the requests for a role's keys. Its answers are
 * keydoc.h's (KEYDOC_ROLE) and refusal.h's.
 * Source: docs.aws.amazon.com STS/latest/APIReference; aws-sdk-go-v2
 * service/sts/serializers.go, credentials/stscreds.
 */
#ifndef S3_STS_H
#define S3_STS_H

#include "s3/call.h"
#include "s3/chain.h"
#include "s3/sigv4.h"

enum {
	/* every value at its limit, percent-encoded, and the names */
	STS_BODY_MAX = 3 * (ROLE_ARN_MAX + ROLE_SESSION_MAX + EXTERNAL_ID_MAX +
				   WEB_TOKEN_MAX) +
		       512,
	STS_REQUEST_MAX = STS_BODY_MAX + 16 * 1024,
};

/* Where a request is put together; all private. Wipe it. */
struct sts_scratch {
	struct call call;
	char authorization[SIGV4_AUTHORIZATION_MAX];
	char canonical[SIGV4_CANONICAL_MAX];
};

/* Who asks where. */
struct sts_env {
	struct call_place where;
	struct view region;        /* that it signs for */
	const struct creds *creds; /* that sign; a web identity needs none */
	/* over there; also names the session of a role without a name */
	int64_t now_ns;
	struct sts_scratch *scratch;
};

/* Each appends a whole request, STS_REQUEST_MAX bytes at most. */
GS_CHECKED enum gs_code sts_assume_role(const struct sts_env *env,
	const struct chain_role *role, struct buf *out, struct gs_err *err);

/* token is what its file holds; blanks around it do not count. GS_CONFIG for
 * an empty one, GS_TOOBIG for one over WEB_TOKEN_MAX. */
GS_CHECKED enum gs_code sts_assume_role_with_web_identity(
	const struct sts_env *env, const struct chain_role *role,
	struct view token, struct buf *out, struct gs_err *err);

#endif
