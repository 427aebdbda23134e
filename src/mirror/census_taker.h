/*
 * Takes the census of a bucket (pack/census.h) while the run goes on: after a
 * few gets for what is not there, or when older entries wait to be offered, a
 * thread lists the keys, page by page. From then on gets for what the bucket
 * is known to lack are answered at once, and of the older entries only those
 * are uploaded.
 *
 * One lock guards the census; it is never held across I/O. Every function may
 * be called by any thread, but for census_taker_init.
 */
#ifndef MIRROR_CENSUS_TAKER_H
#define MIRROR_CENSUS_TAKER_H

#include "mirror/remote.h"
#include "pack/census.h"

enum {
	/* gets for what is not there before the keys are listed */
	CENSUS_AFTER_ABSENT = 3,
	/* what may be listed at most: 1000 keys a page */
	CENSUS_PAGES_MAX = 64,
};

struct census_taker {
	struct remote *remote;
	pthread_mutex_t lock; /* guards what follows */
	struct census census;
	pthread_cond_t settled_now;
	unsigned absent;
	bool begun, settled;
	bool failed;    /* neither all keys nor the limit were reached */
	uint64_t *keys; /* the census's storage, of the thread that lists */
};

enum census_finding {
	CENSUS_UNKNOWN,
	CENSUS_LACKS,
	CENSUS_HOLDS, /* or it holds more than can be listed */
};

void census_taker_init(struct census_taker *t, struct remote *remote);

/* Notes a get for what was not there. */
void census_taker_note_absent(struct census_taker *t);

/* True if the bucket is known to lack the action. */
bool census_taker_lacks(struct census_taker *t, const struct id *action);

/* What is known after the census, which is taken now if it was not yet, has
 * ended or been given up. */
enum census_finding census_taker_find(
	struct census_taker *t, const struct id *action);

#endif
