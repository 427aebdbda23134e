/*
 * A walk over all keys of a bucket whose listings are in no order: page by page,
 * each one where the one before it ended. What has been seen means nothing
 * before the end.
 *
 * One thread at a time.
 */
#ifndef MIRROR_WALK_H
#define MIRROR_WALK_H

#include "mirror/keys.h"

/* All zero is one that has not begun. Private. */
struct walk {
	struct keys *keys;
	uint64_t *position; /* of the actions seen */
	size_t count;
};

enum walk_result {
	WALK_MORE,
	WALK_DONE, /* that was the last page */
	WALK_LIES, /* it was no page that makes sense */
	WALK_FAILED,
};

/* Lists another page. */
enum walk_result walk_step(struct walk *w, struct remote *r);

/* After the last page: everything that is known, position being the caller's
 * to free. The walk is then over. */
struct census_part walk_finish(struct walk *w);

/* Ends it without. Twice is fine. */
void walk_give_up(struct walk *w);

#endif
