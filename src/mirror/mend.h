/*
 * What can be mended when a store refuses: the region to sign for, the place
 * of the bucket, the clock, the keys, whether bodies are signed. Each once per
 * request; what is found out serves the whole run. Region and place change once
 * in a run at most.
 */
#ifndef MIRROR_MEND_H
#define MIRROR_MEND_H

#include "mirror/remote.h"
#include "s3/errors.h"
#include "s3/meta.h"
#include "s3/object.h"

/* One request's part in it. Zeroed to begin with, but for the first two. */
struct mend {
	const struct creds *given_creds; /* NULL: the run's */
	enum conn_use use;
	bool tried_region, tried_host, tried_clock, tried_keys, tried_payload;
	/* what the last attempt used, and when */
	unsigned endpoint_used;
	struct held_keys *keys;
	int64_t skew_used_s;
	bool signed_body;
	bool keys_are_late; /* others may come, but not for this request */
	int64_t sent_ns, received_ns;
};

/* Holds keys for an attempt, in place of those of the one before; waits for
 * them as long as that may take, and opens a connection meanwhile. */
GS_CHECKED enum gs_code mend_hold(
	struct mend *m, struct remote *r, struct gs_err *err);

/* Fills env (but for scratch) with what is right by now for a request on the
 * connection, and with the keys that are held. */
void mend_fill(struct mend *m, struct remote *r, const struct conn *conn,
	struct object_env *env);

/* After a refusal: true if something is different now, so that the same
 * request is worth another attempt. */
bool mend_try(struct mend *m, struct remote *r,
	const struct errors_judgement *judgement, const struct meta *meta);

/* Puts the keys back. */
void mend_release(struct mend *m, struct remote *r);

#endif
