#include "mirror/mirror.h"

#include "mirror/census_taker.h"
#include "mirror/queue.h"
#include "mirror/remote.h"
#include "mirror/say.h"
#include "os/clock.h"
#include "os/link_io.h"
#include "os/process.h"
#include "os/thread.h"

#include <poll.h>
#include <stdatomic.h>

enum {
	GETTERS_MAX = QUEUE_WORKERS_MAX,
	PUTTERS_MAX = 8,
	SEND_WAIT_MS = 5000,
	/* what is left of a drain once somebody pressed Ctrl-C */
	INTERRUPTED_DRAIN_MS = 2000,
	/* how long fetches that nobody waits for may take to let go */
	LET_GO_MS = 500,
	STEP_MS = 50,
};

struct mirror {
	const struct mirror_setup *setup;
	int link, signals;
	struct cachedir dir;
	struct queue queue;
	struct remote remote;
	struct census_taker census;
	/* of the link's thread alone */
	size_t getters, putters;
	uint64_t next_alive_ms;
	uint64_t drain_ms; /* how long uploads may take at the end */
	unsigned interrupts;
	bool link_ended;
	uint64_t refused_puts; /* the queue was full, or has no worker */
};

static void
send_message(const struct mirror *m, const struct link_msg *message)
{
	link_send(m->link, message, SEND_WAIT_MS);
}

static void
answer_get(const struct mirror *m, const struct id *action, bool found)
{
	struct link_msg answer = {
		.kind = found ? LINK_FOUND : LINK_ABSENT,
		.action = *action,
	};

	send_message(m, &answer);
}

static bool
fetch(struct mirror *m, const struct id *action)
{
	if (census_taker_lacks(&m->census, action)) {
		remote_count_absent(&m->remote);
		return false;
	}
	enum remote_result result = remote_fetch(&m->remote, action);

	if (result == REMOTE_ABSENT) {
		census_taker_note_absent(&m->census);
	}
	return result == REMOTE_DONE;
}

static void *
getter(void *arg)
{
	struct mirror *m = arg;
	struct id action;

	while (queue_take_get(&m->queue, &action)) {
		answer_get(m, &action, fetch(m, &action));
		queue_done_get(&m->queue);
	}
	return NULL;
}

/* False if the entry has gone, or another has taken its place: that one is
 * new, and has been sent before. */
static bool
is_still_held(struct mirror *m, const struct entry *e)
{
	struct entry now;

	return cachedir_get(&m->dir, &e->action, &now) &&
	       id_eq(&now.output, &e->output) && now.time_ns == e->time_ns;
}

/* Sends an older entry if the bucket lacks it. */
static void
offer(struct mirror *m, const struct entry *e)
{
	enum census_finding finding = census_taker_find(&m->census, &e->action);

	if (finding == CENSUS_HOLDS) {
		remote_set_shared(&m->remote, e);
	} else if (finding == CENSUS_LACKS && is_still_held(m, e)) {
		remote_upload(&m->remote, e);
	}
}

static void *
putter(void *arg)
{
	struct mirror *m = arg;
	struct entry e;
	bool held;

	while (queue_take_put(&m->queue, &e, &held)) {
		if (held) {
			offer(m, &e);
		} else {
			remote_upload(&m->remote, &e);
		}
		queue_done_put(&m->queue, &e, held);
	}
	return NULL;
}

/* Starts another worker, up to max. False if there is none at all. */
static bool
hire(struct mirror *m, void *(*work)(void *), size_t *count, size_t max)
{
	if (*count < max && thread_start(work, m)) {
		++*count;
	}
	return *count > 0;
}

static void
on_get(struct mirror *m, const struct link_msg *message)
{
	bool first = m->getters == 0, short_of_hands;

	if (!remote_is_on(&m->remote) ||
		(first && !hire(m, getter, &m->getters, GETTERS_MAX)) ||
		!queue_add_get(&m->queue, &message->action, &short_of_hands)) {
		answer_get(m, &message->action, false);
		return;
	}
	if (short_of_hands && !first) {
		hire(m, getter, &m->getters, GETTERS_MAX);
	}
}

static void
on_put(struct mirror *m, const struct link_msg *message)
{
	struct entry e = {
		.action = message->action,
		.output = message->output,
		.size = message->size,
		.time_ns = message->time_ns,
	};
	bool held = message->kind == LINK_HELD;
	bool first = m->putters == 0, short_of_hands;

	if (!remote_is_on(&m->remote) || m->setup->read_only) {
		return;
	}
	if ((first && !hire(m, putter, &m->putters, PUTTERS_MAX)) ||
		!queue_add_put(&m->queue, &e, held, &short_of_hands)) {
		m->refused_puts += !held;
		return;
	}
	if (short_of_hands && !first) {
		hire(m, putter, &m->putters, PUTTERS_MAX);
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

/* Waits for the uploads to end, for the drain at most; a signal shortens it, a
 * second one ends it. */
static void
drain(struct mirror *m, bool with_held, uint64_t drain_ms)
{
	uint64_t deadline = clock_mono_ms() + drain_ms;
	bool shortened = false;

	while (clock_mono_ms() < deadline && m->interrupts < 2 &&
		!queue_wait_puts(&m->queue, with_held,
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

/* The go command waits: for what it has put itself, not for older entries. */
static void
on_close(struct mirror *m, const struct link_msg *message)
{
	struct link_msg closed = {.kind = LINK_CLOSED};

	remote_hurry(&m->remote);
	drain(m, false, message->size);
	m->drain_ms = earlier(m->drain_ms, message->size);
	closed.counts = remote_counts(&m->remote);
	closed.counts.dropped +=
		queue_puts_left(&m->queue, false) + m->refused_puts;
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
	case LINK_HELD:
		on_put(m, message);
		break;
	case LINK_USED:
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

static void
serve(struct mirror *m)
{
	while (!m->link_ended) {
		struct pollfd p[] = {
			{.fd = m->link, .events = POLLIN},
			{.fd = m->signals, .events = POLLIN},
		};
		bool fetching = queue_is_fetching(&m->queue);

		poll(p, 2, fetching ? LINK_ALIVE_MS : -1);
		take_signals(m);
		take_messages(m);
		if (fetching) {
			say_alive(m);
		}
	}
}

/* Lets fetches that nobody waits for any longer end, so that none leaves a
 * temporary file. */
static void
let_go(struct mirror *m)
{
	uint64_t deadline = clock_mono_ms() + LET_GO_MS;

	remote_cancel_fetches(&m->remote);
	while (queue_is_fetching(&m->queue) && clock_mono_ms() < deadline) {
		poll(NULL, 0, STEP_MS);
	}
}

static bool
start(struct mirror *m)
{
	struct gs_err err;

	m->signals = process_signals();
	if (cachedir_open(&m->dir, m->setup->cache_dir, &err) != GS_OK &&
		m->setup->cache_dir[0] != '\0') { /* the front has said why */
		say_err(m->link, LOG_WARNING, &err);
	}
	m->dir.temporary = m->setup->temporary_dir;
	if (!queue_init(&m->queue)) {
		return false;
	}
	struct remote_setup remote = {
		.link = m->link,
		.dir = &m->dir,
		.place = m->setup->place,
		.settings = m->setup->settings,
		.patience = &conn_usual_patience,
	};

	remote_start(&m->remote, &remote);
	if (remote_is_on(&m->remote)) {
		remote_enter_sandbox(&m->remote);
	}
	census_taker_init(&m->census, &m->remote);
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
	remote_hurry(&m.remote);
	drain(&m, true, m.drain_ms);
	queue_stop(&m.queue);
	cachedir_trim(&m.dir);
	cachedir_remove(&m.dir);
}
