#include "front/keeper.h"

#include "os/clock.h"
#include "os/link_io.h"
#include "os/log.h"
#include "os/process.h"

#include <unistd.h>

enum { ROOM_WAIT_MS = 100, PAUSE_MS = 2000 };

static void
start(struct keeper *k)
{
	struct gs_err err;

	k->link = -1;
	k->stuck = false;
	k->heard_ms = k->looked_ms = clock_mono_ms();
	if (k->starts > KEEPER_RESTARTS) {
		log_line(LOG_WARNING,
			VIEW("the process that talks to S3 ended unexpectedly "
			     "once too often: this run goes on with the local "
			     "cache alone"));
		return;
	}
	k->starts++;
	if (process_spawn(k->service.run, k->service.arg, &k->link, &k->pid,
		    &err) != GS_OK) {
		k->link = -1;
		log_err(LOG_WARNING, &err);
	}
}

void
keeper_start(struct keeper *k, struct service service)
{
	*k = (struct keeper){.service = service};
	start(k);
}

static enum keeper_event
replace(struct keeper *k)
{
	close(k->link);
	process_kill(k->pid);
	start(k);
	return KEEPER_LOST;
}

bool
keeper_send(struct keeper *k, const struct link_msg *m)
{
	if (k->link < 0) {
		return false;
	}
	enum link_result result =
		link_send(k->link, m, k->stuck ? 0 : ROOM_WAIT_MS);

	k->stuck = result == LINK_AGAIN;
	return result == LINK_OK;
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
		return replace(k);
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
	return replace(k);
}

void
keeper_release(struct keeper *k)
{
	if (k->link >= 0) {
		close(k->link);
	}
	k->link = -1;
}
