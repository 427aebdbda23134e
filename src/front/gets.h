/* The gets of cmd/go that wait for the mirror. One thread. */
#ifndef FRONT_GETS_H
#define FRONT_GETS_H

#include "base/id.h"

struct gets {
	size_t count;

	struct {
		int64_t id;
		struct id action;
	} waiting[PENDING_GETS_MAX];
};

/* Adds a get; false if PENDING_GETS_MAX wait already. *first tells whether no
 * other get waits for this action. */
bool gets_add(struct gets *g, int64_t id, const struct id *action, bool *first);

/* Takes one get that waits for the action, or for any action if it is NULL;
 * false if there is none. */
bool gets_take(struct gets *g, const struct id *action, int64_t *id);

#endif
