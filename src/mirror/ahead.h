/*
 * Fetches ahead of go what the last run of this kind used: the first flight
 * (mirror/past.h), then the blocks of its packs in order of use, by ranged GETs
 * on several connections (pack/flight.h decides), straight into the cache
 * directory (mirror/landing.h). Whatever goes wrong with it, the entry is then
 * fetched as its own object.
 *
 * ahead_take and ahead_stop are for the link's thread. One lock guards the flight; it is
 * never held across I/O.
 */
#ifndef MIRROR_AHEAD_H
#define MIRROR_AHEAD_H

#include "mirror/past.h"

struct ahead;

struct ahead_setup {
	struct remote *remote;
	struct cachedir *dir;
	struct id scope, family;
	uint64_t budget; /* bytes that may be fetched without being asked for */
	void *ctx;
	/* The end of a get that ahead_take took. found: it is in the directory;
	 * else it is to be fetched as an object. Any thread, exactly once. */
	void (*answer)(void *ctx, const struct id *action, bool found);
};

/* What came of it; for the counts. */
struct ahead_counts {
	uint64_t entries, bytes; /* landed; bytes over the line */
	uint64_t rejected;       /* did not hash to what they should */
};

/* Starts the first flight. NULL if memory runs out. It stays for as long as
 * the process does. */
struct ahead *ahead_start(const struct ahead_setup *with);

/* go asks for an entry that is not in the directory. True: it is coming, or that
 * is not known yet, and answer will be called. False: not by this way. The first
 * call opens the connections of the flight. */
bool ahead_take(struct ahead *a, const struct id *action);

/* True while a get that was taken is not answered. */
bool ahead_is_awaited(struct ahead *a);

/* Nobody waits any longer: no further request begins, and no get is answered. */
void ahead_stop(struct ahead *a);

struct past *ahead_past(struct ahead *a);
struct ahead_counts ahead_counts(struct ahead *a);

#endif
