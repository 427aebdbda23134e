#include "mirror/mirror.h"

#include "mirror/ahead.h"
#include "mirror/crew.h"
#include "mirror/say.h"
#include "mirror/tally.h"
#include "os/clock.h"
#include "os/gocmd.h"
#include "os/link_io.h"
#include "os/process.h"

#include <poll.h>
#include <string.h>

enum {
	SEND_WAIT_MS = 5000,
	/* what is left of a drain once somebody pressed Ctrl-C */
	INTERRUPTED_DRAIN_MS = 2000,
	/* how long fetches that nobody waits for may take to let go, and a
	 * sign-in to be refreshed */
	LET_GO_MS = 500,
	STEP_MS = 50,
};

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
	uint64_t drain_ms; /* how long uploads may take at the end */
	unsigned interrupts;
	bool link_ended;
};

static void
send_message(const struct mirror *m, const struct link_msg *message)
{
	link_send(m->link, message, SEND_WAIT_MS);
}

/* Any thread. */
static void
answer_get(void *ctx, const struct id *action, bool found)
{
	const struct mirror *m = ctx;
	struct link_msg answer = {
		.kind = found ? LINK_FOUND : LINK_ABSENT,
		.action = *action,
	};

	send_message(m, &answer);
}

/* What is not fetched ahead after all has its object. Any thread. */
static void
end_ahead(void *ctx, const struct id *action, bool found)
{
	struct mirror *m = ctx;

	if (found) {
		answer_get(m, action, true);
	} else {
		crew_get(&m->crew, action);
	}
}

static void
on_get(struct mirror *m, const struct link_msg *message)
{
	if (!remote_is_on(&m->remote)) {
		answer_get(m, &message->action, false);
	} else if (!m->ahead || !ahead_take(m->ahead, &message->action)) {
		crew_get(&m->crew, &message->action);
	}
}

/* go has put or used an entry, which lies in the directory. */
static void
on_entry(struct mirror *m, const struct link_msg *message)
{
	const struct entry e = {
		.action = message->action,
		.output = message->output,
		.size = message->size,
		.time_ns = message->time_ns,
	};

	if (!remote_is_on(&m->remote) || m->setup->read_only) {
		return;
	}
	if (m->packer) {
		packer_use(m->packer, &e);
	}
	if (message->kind != LINK_USED) {
		crew_put(&m->crew, &e, message->kind == LINK_HELD);
	}
}

/* Tells the front, now and then, that somebody is at work here. */
static void
say_alive(struct mirror *m)
{
	struct link_msg alive = {.kind = LINK_ALIVE};
	uint64_t now = clock_mono_ms();

	if (now >= m->next_alive_ms) {
		link_send(m->link, &alive, 0);
		m->next_alive_ms = now + LINK_ALIVE_MS;
	}
}

static void
take_signals(struct mirror *m)
{
	while (process_take_signal(m->signals) != 0) {
		m->interrupts++;
	}
}

static uint64_t
earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* While go waits, a snapshot that is still under way is not waited for: most
 * often there is nothing to add to it. */
static bool
wait_packed(struct mirror *m, bool go_waits, uint64_t until_ms)
{
	if (!m->packer || (go_waits && past_wait(ahead_past(m->ahead), 0) ==
					       PAST_COMING)) {
		return true;
	}
	return packer_wait(m->packer, until_ms);
}

/* True if nothing is left to send, at the latest when until_ms has come. */
static bool
wait_sent(struct mirror *m, bool go_waits, uint64_t until_ms)
{
	return queue_wait_puts(&m->crew.queue, !go_waits, until_ms) &&
	       wait_packed(m, go_waits, until_ms);
}

/* Waits for the uploads to end, for the drain at most; a signal shortens it, a
 * second one ends it. */
static void
drain(struct mirror *m, bool go_waits, uint64_t drain_ms)
{
	uint64_t deadline = clock_mono_ms() + drain_ms;
	bool shortened = false;

	remote_hurry(&m->remote);
	queue_hurry(&m->crew.queue);
	if (m->packer) {
		packer_finish(m->packer);
	}
	while (clock_mono_ms() < deadline && m->interrupts < 2 &&
		!wait_sent(m, go_waits,
			earlier(deadline, clock_mono_ms() + STEP_MS))) {
		take_signals(m);
		if (m->interrupts > 0 && !shortened) {
			shortened = true;
			deadline = earlier(deadline,
				clock_mono_ms() + INTERRUPTED_DRAIN_MS);
		}
		say_alive(m);
	}
}

static void
stop_ahead(struct mirror *m)
{
	if (m->ahead) {
		ahead_stop(m->ahead);
	}
}

/* The go command waits: for what it has put itself, not for older entries. */
static void
on_close(struct mirror *m, const struct link_msg *message)
{
	struct link_msg closed = {.kind = LINK_CLOSED};

	stop_ahead(m);
	drain(m, true, message->size);
	m->drain_ms = earlier(m->drain_ms, message->size);
	closed.counts = tally(&m->remote, m->ahead, m->packer);
	closed.counts.dropped += crew_puts_left(&m->crew);
	send_message(m, &closed);
}

static void
on_message(struct mirror *m, const struct link_msg *message)
{
	switch (message->kind) {
	case LINK_GET:
		on_get(m, message);
		break;
	case LINK_PUT:
	case LINK_USED:
	case LINK_HELD:
		on_entry(m, message);
		break;
	case LINK_CLOSE:
		on_close(m, message);
		break;
	default:
		m->link_ended = true;
		break;
	}
}

static void
take_messages(struct mirror *m)
{
	struct link_msg message;
	enum link_result result;

	while ((result = link_receive(m->link, &message, 0)) == LINK_OK) {
		on_message(m, &message);
	}
	m->link_ended |= result == LINK_ENDED;
}

/* True while somebody waits for an entry. */
static bool
is_fetching(struct mirror *m)
{
	return queue_is_fetching(&m->crew.queue) ||
	       (m->ahead && ahead_is_awaited(m->ahead));
}

static void
serve(struct mirror *m)
{
	while (!m->link_ended) {
		struct pollfd p[] = {
			{.fd = m->link, .events = POLLIN},
			{.fd = m->signals, .events = POLLIN},
		};
		bool fetching = is_fetching(m);

		poll(p, 2, fetching ? LINK_ALIVE_MS : -1);
		take_signals(m);
		take_messages(m);
		if (fetching) {
			say_alive(m);
		}
	}
}

static bool
is_at_work(struct mirror *m)
{
	return queue_is_fetching(&m->crew.queue) ||
	       (m->ahead && ahead_is_at_work(m->ahead));
}

/* Lets fetches that nobody waits for any longer end, so that none leaves a
 * temporary file. */
static void
let_go(struct mirror *m)
{
	uint64_t deadline = clock_mono_ms() + LET_GO_MS;

	remote_cancel_fetches(&m->remote);
	stop_ahead(m);
	while (is_at_work(m) && clock_mono_ms() < deadline) {
		poll(NULL, 0, STEP_MS);
	}
}

/* Finds out, before the sandbox shuts the files away, of which kind this run
 * is. False: packs and snapshots are not wanted. */
static bool
find_scope(struct mirror *m)
{
	const struct mirror_setup *setup = m->setup;

	if (strcmp(setup->scope, "off") == 0) {
		return false;
	}
	gocmd_scope(setup->go, setup->settings->env, setup->scope, &m->scope,
		&m->family);
	return true;
}

/* The snapshot is asked for at once, before go asks for anything. */
static void
start_packs(struct mirror *m)
{
	const struct ahead_setup ahead = {
		.remote = &m->remote,
		.dir = &m->dir,
		.scope = m->scope,
		.family = m->family,
		.budget = m->setup->prefetch_bytes,
		.ctx = m,
		.answer = end_ahead,
	};

	m->ahead = ahead_start(&ahead);
	m->crew.past = m->ahead ? ahead_past(m->ahead) : NULL;
	if (!m->ahead || m->setup->read_only) {
		return;
	}
	const struct packer_setup packer = {
		.remote = &m->remote,
		.dir = &m->dir,
		.ahead = m->ahead,
		.scope = m->scope,
		.family = m->family,
		.keep_s = m->setup->keep_s,
	};

	m->packer = packer_start(&packer);
}

static void
open_dir(struct mirror *m)
{
	struct gs_err err;

	if (cachedir_open(&m->dir, m->setup->cache_dir, &err) != GS_OK &&
		m->setup->cache_dir[0] != '\0') { /* the front has said why */
		say_err(m->link, LOG_WARNING, &err);
	}
	m->dir.temporary = m->setup->temporary_dir;
}

static bool
start(struct mirror *m)
{
	const struct remote_setup remote = {
		.link = m->link,
		.dir = &m->dir,
		.place = m->setup->place,
		.settings = m->setup->settings,
		.patience = &conn_usual_patience,
		.read_only = m->setup->read_only,
	};
	const struct crew_setup crew = {
		.remote = &m->remote,
		.dir = &m->dir,
		.ctx = m,
		.answer = answer_get,
	};

	m->signals = process_signals();
	open_dir(m);
	remote_start(&m->remote, &remote);
	if (!crew_init(&m->crew, &crew)) {
		return false;
	}
	if (remote_is_on(&m->remote)) {
		bool packs = find_scope(m);

		remote_enter_sandbox(&m->remote);
		remote_begin(&m->remote);
		if (packs) {
			start_packs(m);
		}
	}
	return true;
}

void
mirror_run(int link, void *setup)
{
	static struct mirror m; /* too large for a stack */

	m.setup = setup;
	m.link = link;
	m.drain_ms = m.setup->drain_ms;
	if (!start(&m)) {
		return;
	}
	serve(&m);
	let_go(&m);
	drain(&m, false, m.drain_ms);
	queue_stop(&m.crew.queue);
	cachedir_seal(&m.dir);
	cachedir_trim(&m.dir);
	cachedir_remove(&m.dir);
	granting_await_refresh(clock_mono_ms() + LET_GO_MS);
}
