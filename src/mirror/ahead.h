/*
 * Fetches ahead of go what the last run of this kind used: the first flight
 * (mirror/past.h), then the blocks of its packs in order of use, by ranged GETs
 * on several connections (pack/flight.h decides), straight into the cache
 * directory (mirror/landing.h). Whatever goes wrong with it, the entry is then
 * fetched as its own object.
 *
 * ahead_take and ahead_stop are for the link's thread, the rest is for any. One
 * lock guards the flight; it is never held across I/O.
 */
#ifndef MIRROR_AHEAD_H
#define MIRROR_AHEAD_H

#include "mirror/past.h"

enum {
	/* Gets wait so long for the snapshot's tables, counted from the start,
	 * and then go on without. */
	AHEAD_PATIENCE_MS = 3000,
};

struct ahead;

struct ahead_setup {
	struct remote *remote;
	struct cachedir *dir;
	struct id scope, family;
	/* Bytes that may be fetched without being asked for. 0: nothing is
	 * fetched at all, only the past is loaded. */
	uint64_t budget;
	void *ctx;
	/* The end of a get that ahead_take took. found: it is in the directory;
	 * else it is to be fetched as an object. Any thread, exactly once,
	 * maybe before ahead_take returns. Gets for one action, of which the
	 * front sends one at a time, may share an end. */
	void (*answer)(void *ctx, const struct id *action, bool found);
};

/* What came of it; for the counts. */
struct ahead_counts {
	uint64_t entries;  /* that came and are in the directory now */
	uint64_t bytes;    /* of packs, on the line; the past has its own */
	uint64_t rejected; /* blocks that were not what they should be */
};

/* Starts the first flight. NULL if memory runs out. It stays for as long as
 * the process does. */
struct ahead *ahead_start(const struct ahead_setup *with);

/* go asks for an entry that is not in the directory. True: it is coming, or that
 * is not known yet, and answer will be called. False: not by this way. The first
 * call that is too early to know opens the connections of the flight. */
bool ahead_take(struct ahead *a, const struct id *action);

/* True while a get that was taken is not answered. */
bool ahead_is_awaited(struct ahead *a);

/* Nobody waits any longer: no further request begins, and no get is answered.
 * The past still comes. */
void ahead_stop(struct ahead *a);

/* True while somebody is at work who may have a temporary file open. */
bool ahead_is_at_work(struct ahead *a);

struct past *ahead_past(struct ahead *a);

/* True if this pack of the past, or SNAPSHOT_INLINE, has turned out not to be
 * there or not to hold what it should. */
bool ahead_is_spoilt(struct ahead *a, uint32_t pack);

struct ahead_counts ahead_counts(struct ahead *a);

#endif
