/*
 * What a service that grants keys says when it does not: STS in XML, Identity
 * Center and containers in JSON, some in plain text, and whatever stands before
 * them in HTML. One table (refusal.c), pure. For a store's refusals see
 * s3/errors.h.
 * Source: docs.aws.amazon.com STS/latest/APIReference/CommonErrors.html and
 * singlesignon/latest/OIDCAPIReference; aws-sdk-go-v2 credentials/stscreds.
 */
#ifndef S3_REFUSAL_H
#define S3_REFUSAL_H

#include "base/err.h"

enum refusal {
	REFUSAL_FINAL,   /* only a person can help */
	REFUSAL_PASSING, /* a later attempt may do */
	/* the keys or the token that it was asked with count no more: get them
	 * anew, once */
	REFUSAL_STALE,
	REFUSAL_CLOCK, /* sign for the time of the answer's Date, once */
};

/*
 * Judges an answer that grants nothing, by its status and the beginning of its
 * body; status 200 if only the body refuses. err says what it is, what to do,
 * and the service's own words, cut where they could be a token; it is GS_BAD
 * for what passes, GS_CONFIG for the rest. service is its name for messages.
 */
enum refusal refusal_judge(const char *service, unsigned status,
	struct view body, struct gs_err *err);

#endif
