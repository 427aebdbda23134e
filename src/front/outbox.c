#include "front/outbox.h"

void
outbox_clear(struct outbox *o)
{
	o->first = o->count = o->urgent = 0;
	o->gap = false;
}

static bool
is_urgent(enum link_kind kind)
{
	return kind != LINK_USED && kind != LINK_HELD;
}

static size_t
room_for(enum link_kind kind)
{
	if (!is_urgent(kind)) {
		return OUTBOX_IDLE_MAX;
	}
	return kind == LINK_CLOSE ? OUTBOX_MAX : OUTBOX_MAX - 1;
}

bool
outbox_add(struct outbox *o, enum link_kind kind, const struct entry *entry)
{
	if (o->count >= room_for(kind)) {
		return false;
	}
	o->note[(o->first + o->count) % OUTBOX_MAX] =
		(struct outbox_note){kind, *entry};
	o->count++;
	o->urgent += is_urgent(kind);
	return true;
}

bool
outbox_is_due(const struct outbox *o)
{
	return o->urgent > 0 || o->count >= OUTBOX_BATCH;
}

static enum link_result
send_note(int link, const struct outbox_note *note)
{
	const struct link_msg m = {
		.kind = note->kind,
		.action = note->entry.action,
		.output = note->entry.output,
		.size = note->entry.size,
		.time_ns = note->entry.time_ns,
	};

	return link_send(link, &m, 0);
}

static enum link_result
send_gap(struct outbox *o, int link)
{
	const struct link_msg m = {.kind = LINK_GAP};
	enum link_result result = o->gap ? link_send(link, &m, 0) : LINK_OK;

	o->gap &= result != LINK_OK;
	return result;
}

enum link_result
outbox_flush(struct outbox *o, int link)
{
	enum link_result result = send_gap(o, link);

	while (o->count > 0 && result == LINK_OK) {
		const struct outbox_note *note = &o->note[o->first];

		result = send_note(link, note);
		if (result == LINK_OK) {
			o->urgent -= is_urgent(note->kind);
			o->first = (o->first + 1) % OUTBOX_MAX;
			o->count--;
		}
	}
	if (o->count == 0) {
		o->first = 0; /* memory that was never used stays so */
	}
	return result;
}
