/* The gets of cmd/go that wait for the mirror. One thread. */
#ifndef FRONT_GETS_H
#define FRONT_GETS_H

#include "base/id.h"

struct gets {
	size_t count;

	struct get {
		int64_t id;
		struct id action;
		uint64_t since_ms;
	} waiting[PENDING_GETS_MAX];
};

/* Adds a get that waits since now_ms; false if PENDING_GETS_MAX wait already.
 * *first tells whether no other get waits for this action. */
bool gets_add(struct gets *g, int64_t id, const struct id *action,
	uint64_t now_ms, bool *first);

/* True if a get waits for the action. */
bool gets_has(const struct gets *g, const struct id *action);

/* Takes one get that waits for the action, or for any action if it is NULL;
 * false if there is none. */
bool gets_take(struct gets *g, const struct id *action, int64_t *id);

/* Takes one get that waits since before_ms or longer; false if there is
 * none. */
bool gets_take_since(struct gets *g, uint64_t before_ms, int64_t *id);

#endif
