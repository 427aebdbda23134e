/*
 * What the last run of this kind left in the bucket: its snapshot, in memory.
 *
 * It is asked for under the scope's key and the family's at the same time; the
 * scope's own wins. The tables count as soon as they have arrived and are
 * checked, the inline blocks one by one as they follow. Once published, nothing
 * but `inline_len` changes. One lock guards what is not published yet.
 */
#ifndef MIRROR_PAST_H
#define MIRROR_PAST_H

#include "mirror/remote.h"
#include "pack/snapshot.h"

#include <pthread.h>

enum past_state {
	PAST_COMING,
	PAST_NONE,   /* there is none, or none that can be used */
	PAST_TABLES, /* snapshot and known can be read */
	PAST_WHOLE, /* inline blocks too: inline_blocks[snapshot.head.inline_len] */
	PAST_BROKEN, /* the tables are good, the inline blocks did not come */
};

/* Whom it tells, on a thread of its own. */
struct past_listener {
	void *ctx;
	/* PAST_TABLES or PAST_NONE, once. */
	void (*settled)(void *ctx, enum past_state state);
	/* After PAST_TABLES: the first `len` inline bytes have arrived. */
	void (*inline_arrived)(void *ctx, size_t len);
};

struct past {
	struct remote *remote;
	struct id scope, family;
	struct past_listener listener;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	enum past_state state;
	struct snapshot snapshot;
	struct index known; /* of its entries */
	const unsigned char *inline_blocks;
	size_t inline_len; /* that have arrived */
	bool adopts;       /* it is the family's, not this scope's own */
	uint64_t bytes;    /* that came over the line for it */
};

/* Begins; the listener is told what comes of it, always. */
void past_start(struct past *p, struct remote *remote, const struct id *scope,
	const struct id *family, const struct past_listener *listener);

/* Waits until it is PAST_NONE, PAST_WHOLE or PAST_BROKEN, at most until the
 * deadline. Any thread. */
enum past_state past_wait(struct past *p, uint64_t deadline_ms);

#endif
