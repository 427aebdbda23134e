/*
 * The endpoint from which a container gets its role's keys: ECS, EKS Pod
 * Identity, and others that do as they. Its answer is keydoc.h's
 * (KEYDOC_CONTAINER) and refusal.h's.
 * Source: aws-sdk-go-v2 credentials/endpointcreds,
 * config/resolve_credentials.go.
 */
#ifndef S3_CONTAINER_H
#define S3_CONTAINER_H

#include "s3/call.h"

enum { CONTAINER_HEAD_MAX = 16 * 1024 };

/* A container's endpoint. Views borrow from the text. */
struct container {
	struct url url;          /* where to connect */
	struct view path, query; /* to ask for, as they are written */
};

/* Reads its URL. GS_CONFIG for none, and for plain http to anything but an
 * address of the machine itself, of ECS or of EKS, or localhost: whoever
 * listens there would get the authorization. err tells no path, which is as
 * good as a password. */
GS_CHECKED enum gs_code container_parse(
	struct view text, struct container *c, struct gs_err *err);

/* Appends the request to it; authorization "" for none, GS_CONFIG for one with
 * a line break in it, as in both SDKs. */
GS_CHECKED enum gs_code container_head(const struct container *c,
	struct view authorization, struct buf *out, struct gs_err *err);

#endif
