/* Finds out what the last run left, and what of it is lacking here. */
#include "mirror/ahead_private.h"

#include "os/clock.h"

#include <stdlib.h>

enum {
	/* how long a stop, or a distance, may go unnoticed while the past is
	 * coming */
	LOOK_MS = AHEAD_FAR_MS,
	/* what is looked at before the fetchers are told */
	BATCH_BLOCKS = 256,
	BATCH_FILES = 1024,
};

struct scout {
	struct ahead *ahead;
	struct past_news news;
	size_t blocks;  /* of the snapshot */
	size_t checked; /* of these */
	size_t looked;  /* and at so many of the next, with this result */
	bool lacking[BATCH_BLOCKS];
	/* inline blocks */
	size_t at;  /* the block that is landing, or else where to go on */
	size_t fed; /* bytes of all of them that were used */
	bool landing_one;
	struct landing *landing; /* NULL before the first */
};

/* --- what is lacking ----------------------------------------------------------- */

/* Looks at files until one is lacking; counts them. */
static bool
is_lacking(const struct ahead *a, size_t block, size_t *files)
{
	struct snapshot_block b = snapshot_block_at(&a->past.snapshot, block);

	for (uint32_t i = 0; i < b.entries; i++) {
		uint32_t slot = b.first_entry + i;
		struct snapshot_entry e =
			snapshot_entry_at(&a->past.snapshot, slot);

		++*files;
		if (index_find(&a->past.known, &e.action) == slot &&
			!cachedir_has_action(a->with.dir, &e.action)) {
			return true;
		}
	}
	return false;
}

static bool
is_inline(const struct scout *s, size_t block)
{
	return snapshot_block_at(&s->ahead->past.snapshot, block).pack ==
	       SNAPSHOT_INLINE;
}

/* Looks at some more blocks. */
static void
look(struct scout *s)
{
	size_t n = 0, files = 0;

	while (n < BATCH_BLOCKS && files < BATCH_FILES &&
		s->checked + n < s->blocks) {
		s->lacking[n] = !is_inline(s, s->checked + n) &&
				is_lacking(s->ahead, s->checked + n, &files);
		n++;
	}
	s->looked = n;
}

/* Has fetched what is lacking of them. Under the lock. */
static void
report(struct scout *s)
{
	struct ahead *a = s->ahead;

	for (size_t i = 0; i < s->looked; i++) {
		flight_check(&a->flight, s->checked + i, s->lacking[i]);
	}
	s->checked += s->looked;
	a->surveyed = s->checked == s->blocks;
	ahead_staff(a);
}

static void
check_some(struct scout *s)
{
	look(s);
	pthread_mutex_lock(&s->ahead->lock);
	report(s);
	pthread_mutex_unlock(&s->ahead->lock);
}

/* --- the past is coming -------------------------------------------------------- */

/* Gets no longer wait for the past; those that did get to know more. */
static void
settle(struct ahead *a)
{
	pthread_mutex_lock(&a->lock);
	bool flies = a->phase == AHEAD_FLIES;
	size_t count = a->pending_count;

	a->pending_count = 0;
	a->late = true;
	pthread_cond_broadcast(&a->work);
	pthread_mutex_unlock(&a->lock);
	for (size_t i = 0; i < count; i++) {
		if (!flies || !ahead_take_known(a, &a->pending[i])) {
			ahead_answer(a, &a->pending[i], false);
		}
	}
}

/* The bucket is far away. */
static void
recruit(struct ahead *a)
{
	pthread_mutex_lock(&a->lock);
	a->is_far = true;
	a->to_connect += AHEAD_HANDS_MAX - a->hands;
	a->hands = AHEAD_HANDS_MAX;
	if (a->pending_count > 0) {
		ahead_connect(a);
	}
	pthread_mutex_unlock(&a->lock);
}

/* How far away is the bucket? Keys, names and handshakes take their time too,
 * and a thin line. */
static void
judge_distance(struct scout *s, uint64_t now_ms)
{
	const struct past_news *n = &s->news;
	uint64_t until = n->heard_ms > 0 ? n->heard_ms : now_ms;

	if (!s->ahead->is_far && n->asked_ms > 0 &&
		until >= n->asked_ms + AHEAD_FAR_MS) {
		recruit(s->ahead);
	}
}

/* Waits for the tables; gets do not wait as long. */
static void
await_past(struct scout *s)
{
	struct ahead *a = s->ahead;
	uint64_t now = a->start_ms;

	while (s->news.state == PAST_COMING && !a->stopped) {
		past_watch(&a->past, &s->news, now + LOOK_MS);
		now = clock_mono_ms();
		judge_distance(s, now);
		if (s->news.state == PAST_COMING &&
			now >= a->start_ms + AHEAD_PATIENCE_MS) {
			settle(a);
		}
	}
}

/* The memory of a flight. */
static bool
prepare(struct ahead *a)
{
	const struct snapshot *s = &a->past.snapshot;

	a->block = calloc(s->head.blocks, sizeof(*a->block));
	a->slot = calloc(s->head.entries, sizeof(*a->slot));
	a->spoilt = calloc((size_t)s->head.packs + 1, sizeof(*a->spoilt));
	if (!a->block || !a->slot || !a->spoilt) {
		return false;
	}
	flight_init(&a->flight, s, a->block, a->with.budget);
	return true;
}

/* The tables are there, or will not be. The first blocks are looked at before
 * anybody asks for one of them, so that legs are not cut short. */
static void
begin_flight(struct scout *s)
{
	struct ahead *a = s->ahead;
	bool flies = s->news.state > PAST_NONE && prepare(a);

	if (flies) {
		s->blocks = a->past.snapshot.head.blocks;
		look(s);
	}
	pthread_mutex_lock(&a->lock);
	a->phase = flies ? AHEAD_FLIES : AHEAD_IDLE;
	if (flies) {
		report(s);
	}
	pthread_mutex_unlock(&a->lock);
	settle(a);
}

/* --- inline blocks ------------------------------------------------------------- */

/* With -v. */
static void
say_damaged(struct ahead *a, const char *why)
{
	struct gs_err err;

	gs_fail(&err, GS_BAD, "cannot use all of the snapshot", VIEW(""), why);
	remote_say(a->with.remote, REMOTE_TOPIC_SNAPSHOT, LOG_INFO, &err);
}

/* Leaves the inline block behind. */
static void
pass_inline(struct scout *s)
{
	struct snapshot_block b =
		snapshot_block_at(&s->ahead->past.snapshot, s->at);

	s->fed = (size_t)b.offset + b.packed_len;
	s->landing_one = false;
	ahead_close_block(s->ahead, s->at++);
}

/* Begins with the inline block, if it is needed and can be. */
static bool
begin_inline(struct scout *s)
{
	size_t files = 0;
	struct gs_err err;

	if (!is_lacking(s->ahead, s->at, &files)) {
		return false;
	}
	if (!s->landing) {
		s->landing = ahead_landing(s->ahead);
	}
	return s->landing && landing_begin(s->landing, s->at, &err) == GS_OK;
}

/* Goes to the next inline block that is needed; false if there is none. */
static bool
find_inline(struct scout *s)
{
	while (!s->landing_one && s->at < s->blocks) {
		if (!is_inline(s, s->at)) {
			s->at++;
		} else if (begin_inline(s)) {
			s->landing_one = true;
		} else {
			pass_inline(s);
		}
	}
	return s->landing_one;
}

static void
fail_inline(struct scout *s, const struct gs_err *err)
{
	struct ahead *a = s->ahead;

	if (err->code == GS_SYS) {
		ahead_ground(a, err);
	} else {
		a->rejected++;
		a->inline_spoilt = true;
		say_damaged(a, err->text);
	}
	pass_inline(s);
}

/* Lands what has arrived. */
static void
land_inline(struct scout *s)
{
	const char *bytes = (const char *)s->ahead->past.inline_blocks;
	struct gs_err err;
	bool complete;
	size_t used;

	while (find_inline(s) && s->fed < s->news.inline_len &&
		!s->ahead->grounded) {
		struct view in = {bytes + s->fed, s->news.inline_len - s->fed};

		if (landing_feed(s->landing, in, &used, &complete, &err) !=
			GS_OK) {
			fail_inline(s, &err);
			continue;
		}
		s->fed += used;
		if (complete) {
			pass_inline(s);
		}
	}
}

/* Nobody need wait for inline blocks any longer. */
static void
end_inline(struct scout *s)
{
	landing_free(s->landing);
	for (; s->at < s->blocks; s->at++) {
		if (is_inline(s, s->at)) {
			ahead_close_block(s->ahead, s->at);
		}
	}
}

/* --- the thread ----------------------------------------------------------------- */

/* Until all is looked at, and all inline blocks have come or will not. */
static void
survey(struct scout *s)
{
	struct ahead *a = s->ahead;
	bool last = false;

	while (!last && !a->stopped && !a->grounded) {
		bool arrived = s->news.state != PAST_TABLES;

		if (s->checked < s->blocks) {
			check_some(s);
		}
		land_inline(s);
		last = arrived && s->checked == s->blocks;
		if (!last) {
			past_watch(&a->past, &s->news,
				s->checked < s->blocks
					? 0
					: clock_mono_ms() + LOOK_MS);
		}
	}
	end_inline(s);
	pthread_mutex_lock(&a->lock);
	a->surveyed = true;
	pthread_cond_broadcast(&a->work);
	pthread_mutex_unlock(&a->lock);
}

void *
ahead_scout(void *arg)
{
	struct ahead *a = arg;
	struct scout s = {.ahead = a};

	await_past(&s);
	begin_flight(&s);
	if (s.blocks > 0) {
		survey(&s);
	}
	ahead_leave(a);
	return NULL;
}
