/*
 * The census: which actions a bucket holds, as far as it has been listed, so
 * that a get for one that is not there need not be asked.
 *
 * A listing comes in ascending order of keys (ListObjectsV2), so everything up
 * to the last key seen is known while the rest is still to come. A store that
 * lists in another order is noticed; its listing counts only once it is
 * complete. Each key is kept as its first 8 bytes: two that share them are
 * taken for one, which costs a request and never an artifact.
 */
#ifndef PACK_CENSUS_H
#define PACK_CENSUS_H

#include "base/id.h"

struct census {
	uint64_t *key; /* the caller's storage */
	size_t cap, count;
	bool ordered, complete;
};

/* An empty census over key[cap], which must outlive it. */
void census_init(struct census *c, uint64_t *key, size_t cap);

/* Adds a listed key. False if there is no room: the census then stays
 * incomplete for good. */
bool census_add(struct census *c, const struct id *action);

/* The listing has ended: what is not in it is not in the bucket. */
void census_finish(struct census *c);

/* True if the bucket is known to lack the action. */
bool census_lacks(const struct census *c, const struct id *action);

#endif
