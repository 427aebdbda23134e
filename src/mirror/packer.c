#include "mirror/packer.h"

#include "mirror/packs.h"
#include "os/clock.h"
#include "os/thread.h"

#include <stdlib.h>

struct packer {
	struct packer_setup with;
	struct ledger ledger;
	bool begun; /* the ledger has; of the link's thread, at last of ours */
	bool running; /* there is a thread of ours; of the link's thread */
	bool partial; /* as in struct plan; set by the link's thread alone, and
		       * not once it has closed */
	/* of our thread alone */
	struct packs *packs;
	struct ledger_batch batch;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t work, ended;
	bool worth;  /* a block's worth waits */
	bool closed; /* set by the link's thread */
	bool over;
	struct packer_counts counts;
};

struct packer *
packer_start(const struct packer_setup *with)
{
	struct packer *p = calloc(1, sizeof(*p));

	if (!p) {
		return NULL;
	}
	p->with = *with;
	ledger_init(&p->ledger);
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->work, NULL);
	thread_cond_init(&p->ended);
	return p;
}

/* Begins the ledger once the last snapshot is known, until the deadline; never
 * if nobody knows what is to be written over. */
static void
begin(struct packer *p, uint64_t deadline_ms)
{
	struct past *past = ahead_past(p->with.ahead);
	enum past_state state = past_wait(past, deadline_ms);
	struct ledger_past known = {.last = NULL};

	if (state == PAST_COMING || state == PAST_TABLES ||
		state == PAST_UNREAD || past->own_unread) {
		return;
	}
	if (state != PAST_NONE) {
		known = (struct ledger_past){&past->snapshot, &past->known,
			past->adopts, state == PAST_BROKEN};
	}
	ledger_begin(&p->ledger, &known);
	p->begun = true;
}

/* --- our thread ------------------------------------------------------------ */

/* Packs what waits in whole blocks, or all of it. */
static void
pack_waiting(struct packer *p, bool all)
{
	while ((all || ledger_has_block(&p->ledger, LEDGER_PACK)) &&
		ledger_take(&p->ledger, LEDGER_PACK, &p->batch)) {
		packs_add(p->packs, &p->batch);
	}
}

/* Waits for something to do; false once no more will come. */
static bool
await_work(struct packer *p)
{
	pthread_mutex_lock(&p->lock);
	while (!p->worth && !p->closed) {
		pthread_cond_wait(&p->work, &p->lock);
	}
	p->worth = false;
	bool goes_on = !p->closed;

	pthread_mutex_unlock(&p->lock);
	return goes_on;
}

/* Small bodies that came with the snapshot stay there. */
static enum ledger_kind
place_again(const struct snapshot *last, size_t i, const struct entry *e)
{
	struct snapshot_block b =
		snapshot_block_at(last, snapshot_block_of(last, i));

	return b.pack == SNAPSHOT_INLINE && e->size <= PLAN_INLINE_BODY_MAX
		       ? LEDGER_INLINE
		       : LEDGER_PACK;
}

/* Packs again what must leave its block, as far as it lies here. */
static void
pack_again(struct packer *p)
{
	const struct plan *plan = &p->ledger.plan;
	struct snapshot_entry wanted;
	struct entry e;
	size_t at = 0;

	while (plan_next_rewrite(plan, &at, &wanted)) {
		if (cachedir_get(p->with.dir, &wanted.action, &e) &&
			snapshot_tag(&e.output) == wanted.tag) {
			ledger_repeat(&p->ledger,
				place_again(plan->last, at - 1, &e), &e,
				plan->m.use[at - 1]);
		}
		pack_waiting(p, false);
	}
}

/* Puts what waits into the snapshot itself; for what has no room there, there
 * are packs. */
static void
pack_inline(struct packer *p, enum ledger_kind kind, uint64_t *room)
{
	while (ledger_take(&p->ledger, kind, &p->batch)) {
		uint64_t before = p->packs->inline_blocks.size;

		if (packs_add_inline(p->packs, &p->batch, *room)) {
			*room -= p->packs->inline_blocks.size - before;
		} else {
			packs_add(p->packs, &p->batch);
		}
	}
}

/* Packs all that waits. A pack of little is not worth its requests, one before
 * the snapshot can be sent and one in each run that follows. */
static void
pack_rest(struct packer *p)
{
	uint64_t room = plan_inline_room(&p->ledger.plan);

	pack_inline(p, LEDGER_INLINE, &room);
	if (packs_none_is_open(p->packs) && ledger_has_little(&p->ledger)) {
		pack_inline(p, LEDGER_PACK, &room);
	}
	pack_waiting(p, true);
	packs_end(p->packs);
}

/* --- the snapshot ---------------------------------------------------------- */

static void
write_snapshot(struct packer *p, int64_t now_s)
{
	const struct sequel_sources from = {
		.ledger = &p->ledger,
		.names = {.scope = p->with.scope,
			.family = p->with.family,
			.created = now_s},
		.inline_blocks = &p->packs->inline_blocks,
		.last_inline = ahead_past(p->with.ahead)->inline_blocks,
	};
	struct scratch file;
	struct gs_err err;

	if (sequel_write(&p->packs->made, &from, p->with.dir, &file, &err) !=
		GS_OK) {
		remote_say(
			p->with.remote, REMOTE_TOPIC_DISK, LOG_WARNING, &err);
		return;
	}
	const struct id *family = plan_speaks_for_family(&p->ledger.plan)
					  ? &p->with.family
					  : NULL;
	unsigned stored =
		sequel_send(p->with.remote, &file, &p->with.scope, family);

	pthread_mutex_lock(&p->lock);
	p->counts.snapshots = stored;
	p->counts.bytes += stored * file.size;
	pthread_mutex_unlock(&p->lock);
	scratch_close(&file);
}

/* --- the end --------------------------------------------------------------- */

/* What the flight found missing in the bucket, or damaged. */
static void
note_lost(struct packer *p)
{
	struct plan *plan = &p->ledger.plan;

	if (ahead_is_spoilt(p->with.ahead, SNAPSHOT_INLINE)) {
		plan->inline_lost = true;
	}
	for (uint32_t i = 0; i < plan->last->head.packs; i++) {
		plan->m.pack[i].lost = ahead_is_spoilt(p->with.ahead, i);
	}
}

static bool
judge(struct packer *p, int64_t now_s)
{
	if (!p->begun || p->ledger.failed) {
		return false;
	}
	note_lost(p);
	p->ledger.plan.partial = p->partial;
	return plan_judge(&p->ledger.plan, now_s, (int64_t)p->with.keep_s);
}

/* Judges by what was packed indeed. */
static bool
judge_again(struct packer *p, int64_t now_s)
{
	struct ledger *l = &p->ledger;
	const struct sequel *made = &p->packs->made;
	uint32_t fresh = sequel_count(made, l, 0, l->fresh);
	uint32_t again = sequel_count(made, l, l->fresh, l->count);

	pthread_mutex_lock(&p->lock);
	p->counts.packs = p->packs->stored;
	p->counts.bytes = p->packs->stored_bytes;
	p->counts.entries = fresh + again;
	pthread_mutex_unlock(&p->lock);
	l->plan.fresh = fresh;
	if (!judge(p, now_s)) {
		return false;
	}
	if (again < l->count - l->fresh) {
		plan_keep_rewrites(&l->plan);
	}
	return true;
}

static void
conclude(struct packer *p)
{
	int64_t now_s = clock_wall_ns() / 1000000000;

	if (!judge(p, now_s)) {
		return;
	}
	pack_again(p);
	pack_rest(p);
	if (judge_again(p, now_s)) {
		write_snapshot(p, now_s);
	}
}

static void
work(struct packer *p)
{
	p->packs = malloc(sizeof(*p->packs));
	if (!p->packs) {
		return;
	}
	packs_init(p->packs, p->with.remote, p->with.dir, &p->ledger);
	while (await_work(p)) {
		pack_waiting(p, false);
	}
	if (!p->begun) {
		begin(p, clock_mono_ms() + PACKER_PAST_MS);
	}
	conclude(p);
	scratch_close(&p->packs->pack);
	scratch_close(&p->packs->inline_blocks);
}

static void
end(struct packer *p)
{
	pthread_mutex_lock(&p->lock);
	p->over = true;
	pthread_cond_broadcast(&p->ended);
	pthread_mutex_unlock(&p->lock);
}

static void *
run(void *arg)
{
	thread_lower_priority();
	work(arg);
	end(arg);
	return NULL;
}

/* --- the link's thread ----------------------------------------------------- */

/* Wakes our thread, which is started if there is none. */
static void
wake(struct packer *p)
{
	pthread_mutex_lock(&p->lock);
	p->worth = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
	if (!p->running) {
		p->running = thread_start(run, p);
	}
}

void
packer_use(struct packer *p, const struct entry *e)
{
	if (p->closed) {
		return;
	}
	if (!p->begun) {
		begin(p, 0);
	}
	if (ledger_use(&p->ledger, e)) {
		wake(p);
	}
}

void
packer_miss(struct packer *p)
{
	if (!p->closed) {
		p->partial = true;
	}
}

void
packer_finish(struct packer *p)
{
	if (p->closed) {
		return;
	}
	bool needed = p->running || !p->begun ||
		      judge(p, clock_wall_ns() / 1000000000);

	pthread_mutex_lock(&p->lock);
	p->closed = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
	if (!p->running && (!needed || !thread_start(run, p))) {
		end(p);
	}
}

bool
packer_wait(struct packer *p, uint64_t deadline_ms)
{
	pthread_mutex_lock(&p->lock);
	while (!p->over &&
		thread_wait_until(&p->ended, &p->lock, deadline_ms)) {
	}
	bool over = p->over;

	pthread_mutex_unlock(&p->lock);
	return over;
}

struct packer_counts
packer_counts(struct packer *p)
{
	pthread_mutex_lock(&p->lock);
	struct packer_counts counts = p->counts;

	pthread_mutex_unlock(&p->lock);
	return counts;
}
