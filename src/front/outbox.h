/*
 * What the mirror is to be told and the link had no room for yet. The front
 * never waits for the mirror, so a slow one finds its work here. First in,
 * first out; bounded. One thread.
 */
#ifndef FRONT_OUTBOX_H
#define FRONT_OUTBOX_H

#include "gocache/entry.h"
#include "link.h"
#include "os/link_io.h"

#include <stdbool.h>

enum { OUTBOX_MAX = 8192 };

struct outbox {
	size_t first, count;

	struct outbox_note {
		enum link_kind kind;
		struct entry entry;
	} note[OUTBOX_MAX];
};

void outbox_clear(struct outbox *o);

/* Adds a message; kind says what of the entry it is about. False if there is
 * no room; the last place is kept for LINK_CLOSE. */
bool outbox_add(
	struct outbox *o, enum link_kind kind, const struct entry *entry);

/* Sends what the link takes without waiting. LINK_OK: that was all. */
enum link_result outbox_flush(struct outbox *o, int link);

#endif
