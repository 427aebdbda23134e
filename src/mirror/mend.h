/*
 * What can be mended when a store refuses: the region to sign for, the place
 * of the bucket, the clock, the keys, whether bodies are signed. Each once per
 * request; what is found out serves the whole run. Region, place and keys change
 * once in a run at most.
 */
#ifndef MIRROR_MEND_H
#define MIRROR_MEND_H

#include "mirror/remote.h"
#include "s3/errors.h"
#include "s3/meta.h"
#include "s3/object.h"

/* One request's part in it. Zeroed to begin with, but for given_creds. */
struct mend {
	const struct creds *given_creds; /* NULL: the run's */
	bool tried_region, tried_host, tried_clock, tried_keys, tried_payload;
	/* what the last attempt used, and when */
	unsigned endpoint_used, creds_used;
	int64_t skew_used_s;
	bool signed_body;
	int64_t sent_ns, received_ns;
};

/* Fills env (but for scratch) with what is right by now for a request on the
 * connection. */
void mend_fill(struct mend *m, struct remote *r, const struct conn *conn,
	struct object_env *env);

/* After a refusal: true if something is different now, so that the same
 * request is worth another attempt. */
bool mend_try(struct mend *m, struct remote *r,
	const struct errors_judgement *judgement, const struct meta *meta);

#endif
