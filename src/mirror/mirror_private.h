/* Shared by the mirror's own source files only. */
#ifndef MIRROR_MIRROR_PRIVATE_H
#define MIRROR_MIRROR_PRIVATE_H

#include "mirror/ahead.h"
#include "mirror/crew.h"
#include "mirror/mirror.h"
#include "mirror/packer.h"

/* ahead and packer are NULL where they are not wanted. All but remote and crew
 * is of the link's thread alone. */
struct mirror {
	const struct mirror_setup *setup;
	int link, signals;
	struct cachedir dir;
	struct remote remote;
	struct crew crew;
	struct id scope, family;
	struct ahead *ahead;
	struct packer *packer;
	uint64_t next_alive_ms;
	uint64_t drain_ms;   /* how long uploads may take at the end, */
	uint64_t drained_ms; /* and until when, in a drain */
	bool interrupted, closing, link_ended;
};

/* Fills in what comes from the set-up, which is there, and begins. False if
 * memory runs out. */
bool mirror_begin(struct mirror *m);

/* The end of a get; ctx is the mirror. Any thread. */
void mirror_answer(void *ctx, const struct id *action, bool found);

/* The same for one that was to come ahead; what did not has its object. */
void mirror_end_ahead(void *ctx, const struct id *action, bool found);

#endif
