/*
 * One request to the bucket with all that may have to be done for it: sign,
 * send, judge the answer (s3/errors.h), mend what can be mended (region,
 * clock, keys, signed bodies), try again within the run's budget, or give up.
 */
#ifndef MIRROR_ASK_H
#define MIRROR_ASK_H

#include "mirror/exchange.h"
#include "mirror/remote.h"
#include "s3/errors.h"
#include "s3/meta.h"
#include "s3/object.h"

/* What distinguishes one request from another. ctx is handed to each. take and
 * finish are for what was asked for; a put has neither. */
struct ask {
	enum errors_op op;
	void *ctx;
	/* Before each attempt: gets ready anew, and fills what body to send.
	 * GS_CLOSED from here or take: it shall end, and needs no word. */
	enum gs_code (*begin)(
		void *ctx, struct exchange_body *body, struct gs_err *err);
	enum gs_code (*head)(void *ctx, const struct object_env *env,
		struct buf *out, struct gs_err *err);
	/* Bytes of the body of an answer whose headers meta holds. */
	enum gs_code (*take)(void *ctx, const struct meta *meta,
		struct view bytes, struct gs_err *err);
	/* After the whole of it. */
	enum gs_code (*finish)(
		void *ctx, const struct meta *meta, struct gs_err *err);
	/* NULL, or keys to sign with that are not the run's. If it is those
	 * that are refused, REMOTE_REFUSED comes with GS_CLOSED in why. */
	const struct creds *creds;
	/* NULL, or where to write what would be said of a failure. */
	struct gs_err *why;
};

/* Asks. Failures have been counted and said. */
enum remote_result ask_run(struct remote *r, const struct ask *ask);

#endif
