/*
 * What the mirror is to be told and the link had no room for yet. The front
 * never waits for the mirror, so a slow one finds its work here. First in,
 * first out; bounded. What the mirror does not act upon at once, LINK_USED and
 * LINK_HELD, gathers here, so that a run that finds everything in the cache
 * directory does not wake it for each. One thread.
 */
#ifndef FRONT_OUTBOX_H
#define FRONT_OUTBOX_H

#include "gocache/entry.h"
#include "link.h"
#include "os/link_io.h"

#include <stdbool.h>

enum {
	OUTBOX_MAX = 8192,
	OUTBOX_BATCH = 64,                    /* that gather */
	OUTBOX_IDLE_MAX = OUTBOX_MAX * 3 / 4, /* room for what can be lost */
};

struct outbox {
	size_t first, count;
	size_t urgent; /* of these, not LINK_USED or LINK_HELD */
	/* For the owner to set: something found no room, or went to another
	 * mirror. LINK_GAP is sent before anything else then, once. */
	bool gap;

	struct outbox_note {
		enum link_kind kind;
		struct entry entry;
	} note[OUTBOX_MAX];
};

void outbox_clear(struct outbox *o);

/* Adds a message; kind says what of the entry it is about. False if there is
 * no room: OUTBOX_IDLE_MAX places are for any kind, the others for urgent ones,
 * the last for LINK_CLOSE alone. */
bool outbox_add(
	struct outbox *o, enum link_kind kind, const struct entry *entry);

/* True if something is urgent, or a batch has gathered. */
bool outbox_is_due(const struct outbox *o);

/* Sends what the link takes without waiting. LINK_OK: that was all. */
enum link_result outbox_flush(struct outbox *o, int link);

#endif
