#include "mirror/crew.h"

#include "os/thread.h"

enum {
	GETTERS_MAX = QUEUE_WORKERS_MAX,
	/* more only where each of them has as much as PUTTER_BACKLOG before it,
	 * since the machine is fast or the bucket far away */
	PUTTERS = 8,
	PUTTERS_MAX = 24,
	PUTTER_BACKLOG = 8,
};

bool
crew_init(struct crew *c, const struct crew_setup *with)
{
	c->with = *with;
	c->past = NULL;
	c->getters = c->putters = 0;
	c->refused_puts = 0;
	census_taker_init(&c->census, with->remote);
	return queue_init(&c->queue);
}

/* A get is asked: what the last run did not use is most likely not there. */
static void
look_for_strange(struct crew *c, const struct id *action)
{
	size_t entries = c->past ? past_lacks(c->past, action) : 0;

	if (entries > 0) {
		census_taker_note_strange(&c->census, entries);
	}
}

static bool
fetch(struct crew *c, const struct id *action)
{
	if (census_taker_declines(&c->census, action)) {
		remote_count_absent(c->with.remote);
		return false;
	}
	look_for_strange(c, action);
	enum remote_result result = remote_fetch(c->with.remote, action);

	if (result == REMOTE_DONE) {
		census_taker_note_found(&c->census, action);
	} else if (result != REMOTE_FAILED) {
		census_taker_note_absent(&c->census);
	}
	return result == REMOTE_DONE;
}

static void *
getter(void *arg)
{
	struct crew *c = arg;
	struct id action;

	while (queue_take_get(&c->queue, &action)) {
		c->with.answer(c->with.ctx, &action, fetch(c, &action));
		queue_done_get(&c->queue);
	}
	return NULL;
}

/* False if the entry has gone, or another has taken its place: that one is
 * new, and has been sent before. */
static bool
is_still_held(struct crew *c, const struct entry *e)
{
	struct entry now;

	return cachedir_get(c->with.dir, &e->action, &now) &&
	       id_eq(&now.output, &e->output) && now.time_ns == e->time_ns;
}

/* Sends an older entry if the bucket lacks it. */
static void
offer(struct crew *c, const struct entry *e)
{
	enum census_finding finding = census_taker_find(&c->census, &e->action);

	queue_weighed(&c->queue);
	if (finding == CENSUS_HOLDS) {
		remote_set_shared(c->with.remote, e);
	} else if (finding == CENSUS_LACKS && is_still_held(c, e)) {
		remote_upload(c->with.remote, e);
	}
}

static void *
putter(void *arg)
{
	struct crew *c = arg;
	struct entry e;
	bool held;

	while (queue_take_put(&c->queue, &e, &held)) {
		if (held) {
			offer(c, &e);
		} else {
			remote_upload(c->with.remote, &e);
		}
		queue_done_put(&c->queue, &e, held);
	}
	return NULL;
}

/* Starts another worker, up to max. False if there is none at all. */
static bool
hire(struct crew *c, void *(*work)(void *), atomic_size_t *count, size_t max)
{
	size_t before = atomic_fetch_add(count, 1);

	if (before < max && thread_start(work, c)) {
		return true;
	}
	atomic_fetch_sub(count, 1);
	return before > 0;
}

void
crew_get(struct crew *c, const struct id *action)
{
	bool first = c->getters == 0;
	size_t backlog;

	if ((first && !hire(c, getter, &c->getters, GETTERS_MAX)) ||
		!queue_add_get(&c->queue, action, &backlog)) {
		remote_count_failed(c->with.remote);
		c->with.answer(c->with.ctx, action, false);
		return;
	}
	if (backlog > 0 && !first) {
		hire(c, getter, &c->getters, GETTERS_MAX);
	}
}

/* How many putters so much that waits is worth. */
static size_t
putters_for(size_t backlog)
{
	size_t worth = backlog / PUTTER_BACKLOG;

	if (worth <= PUTTERS) {
		return PUTTERS;
	}
	return worth < PUTTERS_MAX ? worth : PUTTERS_MAX;
}

void
crew_put(struct crew *c, const struct entry *e, bool held)
{
	bool first = c->putters == 0;
	size_t backlog;

	if (held) {
		census_taker_note_offer(&c->census);
	}
	if ((first && !hire(c, putter, &c->putters, PUTTERS_MAX)) ||
		!queue_add_put(&c->queue, e, held, &backlog)) {
		c->refused_puts += !held;
		return;
	}
	if (backlog > 0 && !first) {
		hire(c, putter, &c->putters, putters_for(backlog));
	}
}

uint64_t
crew_puts_left(struct crew *c)
{
	return queue_puts_left(&c->queue, false) + c->refused_puts;
}
