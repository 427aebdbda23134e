#include "mirror/mirror_private.h"

#include "mirror/tally.h"
#include "os/clock.h"
#include "os/link_io.h"
#include "os/process.h"

#include <poll.h>

enum {
	SEND_WAIT_MS = 5000,
	/* how long fetches that nobody waits for may take to let go, and a
	 * sign-in to be refreshed */
	LET_GO_MS = 500,
	STEP_MS = 50,
};

static void
send_message(const struct mirror *m, const struct link_msg *message)
{
	link_send(m->link, message, SEND_WAIT_MS);
}

void
mirror_answer(void *ctx, const struct id *action, bool found)
{
	const struct mirror *m = ctx;
	struct link_msg answer = {
		.kind = found ? LINK_FOUND : LINK_ABSENT,
		.action = *action,
	};

	send_message(m, &answer);
}

void
mirror_end_ahead(void *ctx, const struct id *action, bool found)
{
	struct mirror *m = ctx;

	if (found) {
		mirror_answer(m, action, true);
	} else {
		crew_get(&m->crew, action);
	}
}

static void
on_get(struct mirror *m, const struct link_msg *message)
{
	if (!remote_is_on(&m->remote)) {
		remote_count_failed(&m->remote);
		mirror_answer(m, &message->action, false);
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

static void
on_gap(struct mirror *m)
{
	if (m->packer) {
		packer_miss(m->packer);
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

static uint64_t
earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* From now on uploads may take so long at most. */
static void
hurry(struct mirror *m, uint64_t drain_ms)
{
	m->drain_ms = earlier(m->drain_ms, drain_ms);
	m->drained_ms = earlier(m->drained_ms, clock_mono_ms() + m->drain_ms);
}

/* Two that come close together are one here; the front, which hears them too,
 * tells of each. */
static void
take_signals(struct mirror *m)
{
	while (process_take_signal(m->signals) != 0) {
		hurry(m, m->interrupted ? 0 : LINK_INTERRUPTED_MS);
		m->interrupted = true;
	}
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
		m->closing = true;
		hurry(m, message->size);
		break;
	case LINK_HURRY:
		hurry(m, message->size);
		break;
	case LINK_GAP:
		on_gap(m);
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

/* While go waits, a snapshot of which something is still under way is not waited
 * for: most often there is nothing to add to it. */
static bool
wait_packed(struct mirror *m, bool go_waits, uint64_t until_ms)
{
	if (!m->packer || (go_waits && !past_is_known(ahead_past(m->ahead)))) {
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

/* True if nobody waits for a drain any longer. */
static bool
is_in_vain(const struct mirror *m, bool go_waits)
{
	return clock_mono_ms() >= m->drained_ms || (go_waits && m->link_ended);
}

/* Waits for the uploads to end, for the drain at most, which signals and
 * messages may shorten. */
static void
drain(struct mirror *m, bool go_waits)
{
	m->drained_ms = clock_mono_ms() + m->drain_ms;
	remote_hurry(&m->remote);
	queue_hurry(&m->crew.queue);
	if (m->packer) {
		packer_finish(m->packer);
	}
	while (!is_in_vain(m, go_waits) &&
		!wait_sent(m, go_waits,
			earlier(m->drained_ms, clock_mono_ms() + STEP_MS))) {
		take_signals(m);
		take_messages(m);
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
finish_close(struct mirror *m)
{
	struct link_msg closed = {.kind = LINK_CLOSED};

	stop_ahead(m);
	drain(m, true);
	m->closing = false;
	closed.counts = tally(&m->remote, m->ahead, m->packer);
	closed.counts.dropped += crew_puts_left(&m->crew);
	closed.counts.goes_on = !wait_sent(m, false, 0);
	send_message(m, &closed);
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
		if (m->closing) {
			finish_close(m);
		}
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

void
mirror_run(int link, void *setup)
{
	static struct mirror m; /* too large for a stack */

	m.setup = setup;
	m.link = link;
	m.drain_ms = m.setup->drain_ms;
	if (!mirror_begin(&m)) {
		return;
	}
	serve(&m);
	let_go(&m);
	drain(&m, false);
	queue_stop(&m.crew.queue);
	cachedir_seal(&m.dir);
	cachedir_trim(&m.dir);
	cachedir_remove(&m.dir);
	granting_await_refresh(clock_mono_ms() + LET_GO_MS);
}
