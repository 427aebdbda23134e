/*
 * EC2's instance metadata: the requests in their order, and what follows from
 * the answers: a token first; without one, version 1 where that may be.
 * Source: aws-sdk-go-v2 feature/ec2/imds, credentials/ec2rolecreds.
 */
#ifndef S3_METADATA_H
#define S3_METADATA_H

#include "s3/call.h"
#include "s3/grant.h"

enum {
	METADATA_TOKEN_MAX = 1024,
	METADATA_NAME_MAX = 255,
	METADATA_HEAD_MAX = 16 * 1024,
};

enum metadata_step {
	METADATA_TOKEN, /* PUT: a token for what follows */
	METADATA_ROLE,  /* GET: the name of the instance's role */
	METADATA_KEYS,  /* GET: its keys */
	METADATA_DONE,
	METADATA_FAILED,
};

/* One conversation. All private but step, grant and err. */
struct metadata {
	enum metadata_step step;
	struct grant grant; /* once it is done; perhaps over already */
	struct gs_err err;  /* once it failed; GS_CONFIG: for good */
	bool without_v1;    /* no version 1 */
	bool asked_again;   /* for another token */
	unsigned failures;  /* answers that may have been bad luck */
	char token[METADATA_TOKEN_MAX + 1]; /* "" in version 1 */
	char role[METADATA_NAME_MAX + 1];   /* "" before it is known */
};

void metadata_init(struct metadata *m, bool without_v1);

/* Appends the request of the step. The service's own path does not count, as
 * in Go. */
GS_CHECKED enum gs_code metadata_head(const struct metadata *m,
	const struct url *service, struct buf *out, struct gs_err *err);

/*
 * Takes the answer, status 0 for none on a connection that was made (then
 * trouble says why), and goes on to the next step; it stays for another attempt
 * where the service is busy. Where no connection can be made there is no
 * service: stop then, since version 1 would not be there either.
 */
void metadata_take(struct metadata *m, unsigned status, struct view body,
	const struct gs_err *trouble);

/* Wipes it. */
void metadata_release(struct metadata *m);

#endif
