/* What the parts of endpoint share. Only endpoint*.c may include it. */
#ifndef S3_ENDPOINT_PRIVATE_H
#define S3_ENDPOINT_PRIVATE_H

#include "s3/arn.h"
#include "s3/endpoint.h"
#include "s3/store.h"
#include "s3/url.h"

/* What an endpoint is made of, step by step. Views borrow from the wish and
 * from the texts here. */
struct endpoint_draft {
	const struct endpoint_wish *wish;
	bool has_arn;
	struct arn arn;
	struct view zone;   /* of a directory bucket */
	struct view region; /* to sign for; empty: none is configured */
	char region_text[REGION_MAX];
	bool fips;
	bool global; /* region aws-global */
	struct url url;
	char host_text[HOST_MAX];
	struct store store;
};

/* Fills the draft from the wish: all but where the bucket stands. GS_CONFIG says
 * which setting is wrong. */
GS_CHECKED enum gs_code endpoint_begin(const struct endpoint_wish *wish,
	struct endpoint_draft *d, struct gs_err *err);

#endif
