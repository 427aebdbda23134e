/* What the shared keys (credentials.c) and the asking for them
 * (credentials_ask.c) know of each other. */
#ifndef MIRROR_CREDENTIALS_PRIVATE_H
#define MIRROR_CREDENTIALS_PRIVATE_H

#include "mirror/credentials.h"

struct held_keys {
	struct grant grant;
	int64_t renew_at_s;
	unsigned holders; /* the cache itself is one */
};

/* Who asks; of one thread. The setup's chain is its own. */
struct credentials_asker {
	struct credentials_setup with;
	struct chain chain;
	struct held_keys
		*base;        /* the chain's keys, if the store's are others */
	bool base_is_refused; /* by the store, in this round */
};

/* One round: new keys, with one holder, or NULL with err filled. refused: not
 * the ones that there are, from the chain on. */
struct held_keys *credentials_ask(struct credentials_asker *a, bool refused,
	uint64_t deadline_ms, struct gs_err *err);

/* These, for ever. NULL if there is no memory. */
struct held_keys *credentials_keep(
	const struct creds *creds, struct gs_err *err);

bool credentials_are_valid(const struct held_keys *k);

/* Wipes them. NULL is fine. */
void credentials_free_keys(struct held_keys *k);

/* Unix time. */
int64_t credentials_now_s(void);

/* The monotonic time of a wall time to come. */
uint64_t credentials_mono_ms(int64_t at_s);

#endif
