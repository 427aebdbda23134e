/*
 * EC2's instance metadata: the requests in their order, and what follows from
 * the answers: a token first; without one, version 1 where that may be.
 * And the container's, which is one request.
 * Source: aws-sdk-go-v2 feature/ec2/imds, credentials/ec2rolecreds,
 * credentials/endpointcreds.
 */
#ifndef S3_METADATA_H
#define S3_METADATA_H

#include "base/buf.h"
#include "s3/grant.h"
#include "s3/url.h"

enum {
	METADATA_TOKEN_MAX = 1024,
	METADATA_NAME_MAX = 255,
	METADATA_HEAD_MAX = 16 * 1024,
};

enum metadata_step {
	METADATA_TOKEN,
	METADATA_ROLE,
	METADATA_KEYS,
	METADATA_DONE,   /* grant is filled */
	METADATA_FAILED, /* err says why */
};

/* One conversation; all private but step, grant and err. */
struct metadata {
	enum metadata_step step;
	bool without_v1, asked_again;
	char token[METADATA_TOKEN_MAX + 1];
	char role[METADATA_NAME_MAX + 1];
	struct grant grant;
	struct gs_err err;
};

void metadata_init(struct metadata *m, bool without_v1);

/* Appends the request of the step. */
GS_CHECKED enum gs_code metadata_head(const struct metadata *m,
	const struct url *service, struct buf *out, struct gs_err *err);

/* Takes the answer, status 0 for none (then trouble says why), and goes on to
 * the next step. */
void metadata_take(struct metadata *m, unsigned status, struct view body,
	const struct gs_err *trouble);

/* Wipes it. */
void metadata_release(struct metadata *m);

/* True if a container's URL may be asked over plain http: its host is an
 * address of the machine itself or of ECS or EKS, or localhost. */
bool metadata_container_host_is_safe(struct view host);

/* Appends the request to a container's endpoint; authorization "" for none.
 * GS_CONFIG for one with a line break in it. */
GS_CHECKED enum gs_code metadata_container_head(const struct url *url,
	struct view authorization, struct buf *out, struct gs_err *err);

#endif
