/* Fetches legs of the flight. */
#include "mirror/ahead_private.h"

#include "os/thread.h"
#include "pack/pack.h"

/* A leg on its way. */
struct leg {
	struct ahead *ahead;
	struct landing *landing;
	struct flight_leg leg;
	size_t landed;       /* blocks that came, or were given up */
	uint64_t landed_len; /* their bytes */
};

/* --- one leg -------------------------------------------------------------------- */

static bool
is_wanted(const struct leg *l)
{
	const struct ahead *a = l->ahead;

	return !a->stopped && !a->spoilt[l->leg.pack];
}

/* Nothing that came is of use: says why, and ends the leg. */
static enum gs_code
give_up(struct leg *l, struct gs_err *err)
{
	if (err->code == GS_SYS) {
		ahead_ground(l->ahead, err);
	} else {
		l->ahead->rejected++;
		ahead_spoil(l->ahead, l->leg.pack, err->text);
	}
	return gs_fail(err, GS_CLOSED, "leg", VIEW(""), "given up");
}

static enum gs_code
begin_block(struct leg *l, struct gs_err *err)
{
	return landing_begin(l->landing, l->leg.first + l->landed, err);
}

/* Each attempt begins with the first block that has not landed. */
static bool
begin(void *ctx, struct remote_part *part)
{
	struct leg *l = ctx;
	struct gs_err err;

	part->offset = l->leg.offset + l->landed_len;
	part->len = l->leg.len - l->landed_len;
	if (!is_wanted(l)) {
		return false;
	}
	if (begin_block(l, &err) != GS_OK) {
		(void)give_up(l, &err);
		return false;
	}
	return true;
}

static enum gs_code
end_block(struct leg *l, struct gs_err *err)
{
	size_t block = l->leg.first + l->landed;

	l->landed++;
	l->landed_len +=
		snapshot_block_at(&l->ahead->past.snapshot, block).packed_len;
	ahead_close_block(l->ahead, block);
	return l->landed < l->leg.count ? begin_block(l, err) : GS_OK;
}

static enum gs_code
take(void *ctx, uint64_t total, struct view bytes, struct gs_err *err)
{
	struct leg *l = ctx;
	enum gs_code code = GS_OK;

	(void)total; /* the snapshot knows it, but it does not matter */
	l->ahead->bytes += bytes.n;
	if (!is_wanted(l)) {
		return gs_fail(err, GS_CLOSED, "leg", VIEW(""), "not wanted");
	}
	while (code == GS_OK && bytes.n > 0) {
		size_t used;
		bool complete;

		code = landing_feed(l->landing, bytes, &used, &complete, err);
		bytes = view_skip(bytes, code == GS_OK ? used : 0);
		if (code == GS_OK && complete) {
			code = end_block(l, err);
		}
	}
	return code == GS_OK ? GS_OK : give_up(l, err);
}

/* False if it would be fetched in vain. */
static bool
can_land(struct leg *l)
{
	if (is_wanted(l) && !l->landing) {
		l->landing = ahead_landing(l->ahead);
	}
	return is_wanted(l) && l->landing;
}

/* Again for the rest, while that brings at least a block more. */
static enum remote_result
read_leg(struct leg *l, struct remote_part *part)
{
	enum remote_result result;
	size_t before;

	do {
		before = l->landed;
		result = remote_read(l->ahead->with.remote, part);
	} while (result == REMOTE_FAILED && l->landed > before &&
		 l->landed < l->leg.count && is_wanted(l));
	return result;
}

static void
fly(struct leg *l)
{
	struct ahead *a = l->ahead;
	struct id pack = snapshot_pack_at(&a->past.snapshot, l->leg.pack).id;
	char storage[KEY_NAME_MAX];
	struct buf key = BUF_OVER(storage);

	pack_key(&key, &pack);
	struct remote_part part = {
		.key = buf_view(&key), .ctx = l, .begin = begin, .take = take};

	l->landed = 0;
	l->landed_len = 0;
	if (can_land(l) && read_leg(l, &part) == REMOTE_ABSENT) {
		ahead_spoil(a, l->leg.pack, "it is not there");
	}
	while (l->landed < l->leg.count) {
		ahead_close_block(a, l->leg.first + l->landed++);
	}
}

/* --- the thread ----------------------------------------------------------------- */

/* How long the next leg may be; under the lock. */
static uint64_t
span(struct ahead *a)
{
	uint64_t share = flight_left(&a->flight) / a->hands + 1;

	if (a->legs < AHEAD_FIRST_LEGS && !a->is_far) {
		return AHEAD_FIRST_LEG;
	}
	share = share < AHEAD_LEG_MAX ? share : AHEAD_LEG_MAX;
	a->span = share > a->span ? share : a->span;
	return a->span;
}

/* False if there is none, and none will come by itself. */
static bool
take_leg(struct ahead *a, struct flight_leg *leg)
{
	bool taken = false;

	pthread_mutex_lock(&a->lock);
	while (!a->stopped) {
		taken = a->phase == AHEAD_FLIES &&
			flight_take(&a->flight, span(a), leg);
		if (taken || a->phase == AHEAD_IDLE || a->surveyed) {
			break;
		}
		pthread_cond_wait(&a->work, &a->lock);
	}
	a->free--;
	a->legs += taken;
	a->fetchers -= !taken;
	pthread_mutex_unlock(&a->lock);
	return taken;
}

static void
set_free(struct ahead *a)
{
	pthread_mutex_lock(&a->lock);
	a->free++;
	pthread_mutex_unlock(&a->lock);
}

static void *
fetcher(void *arg)
{
	struct leg l = {.ahead = arg};

	while (take_leg(l.ahead, &l.leg)) {
		fly(&l);
		set_free(l.ahead);
	}
	landing_free(l.landing);
	ahead_leave(l.ahead);
	return NULL;
}

/* One that comes before there is anything to do. */
static void *
early_fetcher(void *arg)
{
	struct ahead *a = arg;

	remote_connect(a->with.remote);
	return fetcher(a);
}

/* --- who hires them, under the lock --------------------------------------------- */

bool
ahead_hire(struct ahead *a)
{
	bool early = a->phase == AHEAD_EARLY;
	bool hired = thread_start(early ? early_fetcher : fetcher, a);

	a->fetchers += hired;
	a->free += hired;
	a->threads += hired;
	return hired;
}

void
ahead_connect(struct ahead *a)
{
	while (a->to_connect > 0 && ahead_hire(a)) {
		a->to_connect--;
	}
}

void
ahead_staff(struct ahead *a)
{
	size_t legs = flight_legs(&a->flight, AHEAD_FIRST_LEG);

	while (a->fetchers < a->hands && a->free < legs && ahead_hire(a)) {
	}
	pthread_cond_broadcast(&a->work);
}

bool
ahead_hurry(struct ahead *a)
{
	if (a->free < a->flight.urgent &&
		a->fetchers < a->hands + AHEAD_HELPERS) {
		(void)ahead_hire(a); /* or another comes later */
	}
	pthread_cond_signal(&a->work);
	return a->fetchers > 0;
}
