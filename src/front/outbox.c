#include "front/outbox.h"

void
outbox_clear(struct outbox *o)
{
	o->first = o->count = 0;
}

bool
outbox_add(struct outbox *o, enum link_kind kind, const struct entry *entry)
{
	size_t room = kind == LINK_CLOSE ? OUTBOX_MAX : OUTBOX_MAX - 1;

	if (o->count >= room) {
		return false;
	}
	o->note[(o->first + o->count) % OUTBOX_MAX] =
		(struct outbox_note){kind, *entry};
	o->count++;
	return true;
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

enum link_result
outbox_flush(struct outbox *o, int link)
{
	enum link_result result = LINK_OK;

	while (o->count > 0 && result == LINK_OK) {
		result = send_note(link, &o->note[o->first]);
		if (result == LINK_OK) {
			o->first = (o->first + 1) % OUTBOX_MAX;
			o->count--;
		}
	}
	if (o->count == 0) {
		o->first = 0; /* memory that was never used stays so */
	}
	return result;
}
