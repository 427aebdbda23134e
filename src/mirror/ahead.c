#include "mirror/ahead_private.h"

#include "os/clock.h"
#include "os/thread.h"

#include <stdlib.h>

/* --- gets ------------------------------------------------------------------- */

void
ahead_answer(struct ahead *a, const struct id *action, bool found)
{
	if (!a->stopped) {
		a->with.answer(a->with.ctx, action, found);
	}
	a->awaited--;
}

/* While nothing is known yet: keeps the get until the scout knows more. */
static bool
park(struct ahead *a, const struct id *action)
{
	pthread_mutex_lock(&a->lock);
	bool parked = a->phase == AHEAD_EARLY && !a->late &&
		      a->pending_count < PENDING_GETS_MAX;

	if (parked) {
		a->pending[a->pending_count++] = *action;
	}
	if (parked) {
		ahead_connect(a);
	}
	pthread_mutex_unlock(&a->lock);
	return parked;
}

/* Nobody has awaited it before: will it come? */
static bool
ask_for(struct ahead *a, uint32_t slot)
{
	size_t block = snapshot_block_of(&a->past.snapshot, slot);

	pthread_mutex_lock(&a->lock);
	bool coming = flight_ask(&a->flight, block);

	if (a->flight.urgent > 0 && !ahead_hurry(a)) {
		coming &= !flight_cancel(&a->flight, block);
	}
	pthread_mutex_unlock(&a->lock);
	return coming;
}

bool
ahead_take_known(struct ahead *a, const struct id *action)
{
	uint32_t slot = index_find(&a->past.known, action);
	unsigned char was = AHEAD_SLOT_QUIET;
	struct entry e;

	if (slot == INDEX_NONE) {
		return false;
	}
	if (atomic_compare_exchange_strong(
		    &a->slot[slot], &was, AHEAD_SLOT_AWAITED)) {
		was = AHEAD_SLOT_AWAITED;
		return ask_for(a, slot) ||
		       !atomic_compare_exchange_strong(
			       &a->slot[slot], &was, AHEAD_SLOT_QUIET);
	}
	if (was == AHEAD_SLOT_AWAITED) {
		a->awaited--; /* the other get's answer is for both */
		return true;
	}
	if (!cachedir_get(a->with.dir, action, &e)) {
		return false; /* it has gone since */
	}
	ahead_answer(a, action, true);
	return true;
}

/* True if what is known of the past can be asked. */
static bool
flies(struct ahead *a)
{
	pthread_mutex_lock(&a->lock);
	bool does = a->phase == AHEAD_FLIES;

	pthread_mutex_unlock(&a->lock);
	return does;
}

bool
ahead_take(struct ahead *a, const struct id *action)
{
	a->awaited++;
	if (!a->stopped && (park(a, action) ||
				   (flies(a) && ahead_take_known(a, action)))) {
		return true;
	}
	a->awaited--;
	return false;
}

bool
ahead_is_awaited(struct ahead *a)
{
	return a->awaited > 0;
}

/* --- blocks ----------------------------------------------------------------- */

/* Before go can see the entry, or it would be offered to the bucket. */
static void
proven(void *ctx, const struct entry *e)
{
	const struct ahead *a = ctx;

	remote_set_shared(a->with.remote, e);
}

static void
landed(void *ctx, uint32_t slot, const struct entry *e, bool is_new)
{
	struct ahead *a = ctx;

	a->entries += is_new;
	if (atomic_exchange(&a->slot[slot], AHEAD_SLOT_HERE) ==
		AHEAD_SLOT_AWAITED) {
		ahead_answer(a, &e->action, true);
	}
}

struct landing *
ahead_landing(struct ahead *a)
{
	const struct landing_setup with = {
		.dir = a->with.dir,
		.snapshot = &a->past.snapshot,
		.known = &a->past.known,
		.ctx = a,
		.proven = proven,
		.landed = landed,
	};

	return landing_new(&with);
}

/* Nobody begins to wait for a block that is down, so these are the last. */
static void
disappoint(struct ahead *a, size_t block)
{
	struct snapshot_block b = snapshot_block_at(&a->past.snapshot, block);

	for (uint32_t i = 0; i < b.entries; i++) {
		uint32_t slot = b.first_entry + i;
		unsigned char was = AHEAD_SLOT_AWAITED;

		if (atomic_compare_exchange_strong(
			    &a->slot[slot], &was, AHEAD_SLOT_QUIET)) {
			struct snapshot_entry e =
				snapshot_entry_at(&a->past.snapshot, slot);

			ahead_answer(a, &e.action, false);
		}
	}
}

void
ahead_close_block(struct ahead *a, size_t block)
{
	pthread_mutex_lock(&a->lock);
	flight_land(&a->flight, block);
	pthread_mutex_unlock(&a->lock);
	disappoint(a, block);
}

/* With -v. */
static void
say_spoilt(struct ahead *a, uint32_t pack, const char *why)
{
	struct id id = snapshot_pack_at(&a->past.snapshot, pack).id;
	char hex[ID_HEX_LEN];
	struct buf name = BUF_OVER(hex);
	struct gs_err err;

	buf_hex(&name, id.byte, ID_LEN);
	gs_fail(&err, GS_BAD, "cannot use pack", buf_view(&name), why);
	remote_say(a->with.remote, REMOTE_TOPIC_PACK, LOG_INFO, &err);
}

void
ahead_spoil(struct ahead *a, uint32_t pack, const char *why)
{
	if (!atomic_exchange(&a->spoilt[pack], true)) {
		say_spoilt(a, pack, why);
	}
}

void
ahead_ground(struct ahead *a, const struct gs_err *err)
{
	if (atomic_exchange(&a->grounded, true)) {
		return;
	}
	remote_say(a->with.remote, REMOTE_TOPIC_DISK, LOG_WARNING, err);
	for (size_t i = 0; i < a->past.snapshot.head.packs; i++) {
		a->spoilt[i] = true;
	}
}

/* --- its life ---------------------------------------------------------------- */

static size_t
count_hands(void)
{
	unsigned processors = thread_processors();

	return processors < AHEAD_HANDS_MIN   ? AHEAD_HANDS_MIN
	       : processors > AHEAD_HANDS_MAX ? AHEAD_HANDS_MAX
					      : processors;
}

struct ahead *
ahead_start(const struct ahead_setup *with)
{
	struct ahead *a = calloc(1, sizeof(*a));

	if (!a) {
		return NULL;
	}
	a->with = *with;
	a->start_ms = clock_mono_ms();
	a->hands = count_hands();
	a->to_connect = a->hands;
	a->to_connect -= id_eq(&with->scope, &with->family) ? 1 : PAST_REQUESTS;
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->work, NULL);
	past_start(&a->past, with->remote, &with->scope, &with->family);
	a->threads = 1;
	if (with->budget == 0 || !thread_start(ahead_scout, a)) {
		a->threads = 0;
		a->phase = AHEAD_IDLE;
	}
	return a;
}

void
ahead_leave(struct ahead *a)
{
	pthread_mutex_lock(&a->lock);
	a->threads--;
	pthread_mutex_unlock(&a->lock);
}

void
ahead_stop(struct ahead *a)
{
	a->stopped = true;
	pthread_mutex_lock(&a->lock);
	pthread_cond_broadcast(&a->work);
	pthread_mutex_unlock(&a->lock);
}

bool
ahead_is_at_work(struct ahead *a)
{
	pthread_mutex_lock(&a->lock);
	bool at_work = a->threads > 0;

	pthread_mutex_unlock(&a->lock);
	return at_work;
}

struct past *
ahead_past(struct ahead *a)
{
	return &a->past;
}

bool
ahead_is_spoilt(struct ahead *a, uint32_t pack)
{
	pthread_mutex_lock(&a->lock);
	bool known = a->phase == AHEAD_FLIES && !a->grounded;

	pthread_mutex_unlock(&a->lock);
	if (pack == SNAPSHOT_INLINE) {
		return a->inline_spoilt;
	}
	return known && a->spoilt[pack];
}

struct ahead_counts
ahead_counts(struct ahead *a)
{
	return (struct ahead_counts){a->entries, a->bytes, a->rejected};
}
