/*
 * The workers of the mirror: getters bring entries into the cache directory,
 * putters send them to the bucket. They are started as there is work for them,
 * and stay. Any thread may call; the queue's lock guards the work.
 */
#ifndef MIRROR_CREW_H
#define MIRROR_CREW_H

#include "mirror/census_taker.h"
#include "mirror/past.h"
#include "mirror/queue.h"
#include "mirror/remote.h"

#include <stdatomic.h>

struct crew_setup {
	struct remote *remote;
	struct cachedir *dir;
	void *ctx;
	/* The end of a get; any thread. */
	void (*answer)(void *ctx, const struct id *action, bool found);
};

struct crew {
	struct crew_setup with;
	struct past *past; /* NULL, or set before the first get */
	struct queue queue;
	struct census_taker census;
	atomic_size_t getters, putters;
	atomic_uint_fast64_t refused_puts; /* no room, or nobody to do it */
};

/* False if memory runs out. */
bool crew_init(struct crew *c, const struct crew_setup *with);

/* Has the entry fetched as an object; answer is called, perhaps at once. */
void crew_get(struct crew *c, const struct id *action);

/* Has an entry sent; held: one that the bucket may lack, behind all others. */
void crew_put(struct crew *c, const struct entry *e, bool held);

/* How many of those given to crew_put, the held ones aside, will not come
 * to the bucket if nothing more is done. */
uint64_t crew_puts_left(struct crew *c);

#endif
