/*
 * S3 Express One Zone: a directory bucket grants a session for the keys of the
 * run, good for five minutes, and wants its requests signed with the session's
 * keys, its token in a header of its own. The request for one is
 * object_session_head; this is what follows.
 * Source: docs.aws.amazon.com AmazonS3/latest/API/API_CreateSession.html;
 * aws-sdk-go-v2 service/s3/express_default.go,
 * internal/customizations/express_signer.go.
 */
#ifndef S3_EXPRESS_H
#define S3_EXPRESS_H

#include "s3/endpoint.h"
#include "s3/grant.h"

/* A session is not used for so long before its end: a request has to get there
 * and to begin. */
enum { EXPRESS_MARGIN_S = 5 };

/* True if requests go by sessions; otherwise they are signed as anywhere, for
 * the endpoint's service. */
bool express_is_wanted(const struct endpoint *e, bool without_sessions);

/* Reads the answer of status 200. GS_BAD and GS_TOOBIG as keydoc_read; *grant
 * is then wiped. An end in the past is for the caller to judge. */
GS_CHECKED enum gs_code express_read(
	struct view document, struct grant *grant, struct gs_err *err);

#endif
