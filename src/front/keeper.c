#include "front/keeper.h"

#include "os/clock.h"
#include "os/fdio.h"
#include "os/log.h"
#include "os/process.h"

#include <poll.h>
#include <unistd.h>

enum { PAUSE_MS = 2000 };

static void
start(struct keeper *k)
{
	struct gs_err err;

	k->starts++;
	k->heard_ms = k->looked_ms = clock_mono_ms();
	if (process_spawn(k->service.run, k->service.arg, &k->link, &k->pid,
		    &err) != GS_OK) {
		k->link = -1;
		log_err(LOG_WARNING, &err);
	}
}

void
keeper_start(struct keeper *k, struct service service)
{
	k->service = service;
	k->link = -1;
	k->starts = 0;
	outbox_clear(&k->outbox);
	start(k);
}

void
keeper_restart(struct keeper *k)
{
	if (k->starts > KEEPER_RESTARTS) {
		log_line(LOG_WARNING,
			VIEW("the process that talks to S3 ended unexpectedly "
			     "once too often: this run goes on with the local "
			     "cache alone"));
		return;
	}
	log_line(LOG_WARNING,
		VIEW("the process that talks to S3 ended unexpectedly and is "
		     "started again: what it had not uploaded is offered again "
		     "when it is next used"));
	start(k);
	k->outbox.gap = true;
}

static enum keeper_event
lose(struct keeper *k)
{
	close(k->link);
	k->link = -1;
	process_kill(k->pid);
	outbox_clear(&k->outbox);
	return KEEPER_LOST;
}

bool
keeper_tell(struct keeper *k, enum link_kind kind, const struct entry *entry)
{
	if (k->link < 0) {
		return false;
	}
	if (outbox_add(&k->outbox, kind, entry)) {
		return true;
	}
	keeper_flush(k);
	bool told = outbox_add(&k->outbox, kind, entry);

	k->outbox.gap |= !told;
	return told;
}

void
keeper_flush(struct keeper *k)
{
	if (keeper_has_more(k)) {
		outbox_flush(&k->outbox, k->link);
	}
}

bool
keeper_has_more(const struct keeper *k)
{
	return k->link >= 0 && outbox_is_due(&k->outbox);
}

enum keeper_event
keeper_receive(struct keeper *k, struct link_msg *m)
{
	if (k->link < 0) {
		return KEEPER_NOTHING;
	}
	switch (link_receive(k->link, m, 0)) {
	case LINK_OK:
		k->heard_ms = clock_mono_ms();
		return KEEPER_MESSAGE;
	case LINK_ENDED:
		return lose(k);
	case LINK_AGAIN:
	default:
		return KEEPER_NOTHING;
	}
}

enum keeper_event
keeper_check(struct keeper *k, bool waiting)
{
	uint64_t now = clock_mono_ms();
	/* After a pause of our own (Ctrl-Z, a suspended machine) the mirror
	 * has been paused too: its silence counts from now. */
	bool paused = now - k->looked_ms > PAUSE_MS;

	k->looked_ms = now;
	if (!waiting || paused) {
		k->heard_ms = now;
	}
	if (k->link < 0 || now - k->heard_ms < LINK_SILENCE_MS) {
		return KEEPER_NOTHING;
	}
	return lose(k);
}

bool
keeper_release(struct keeper *k, uint64_t wait_ms)
{
	uint64_t deadline_ms = clock_mono_ms() + wait_ms;
	struct gs_err ignored;

	if (k->link < 0) {
		return false;
	}
	while (outbox_flush(&k->outbox, k->link) == LINK_AGAIN &&
		fd_wait(k->link, POLLOUT, deadline_ms, &ignored) == GS_OK) {
	}
	close(k->link);
	k->link = -1;
	return true;
}
