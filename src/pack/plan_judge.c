/* What follows from what was used. */
#include "pack/plan.h"

#include <assert.h>

static bool
is_old(int64_t created, int64_t now, int64_t keep)
{
	return keep > 0 && created <= now &&
	       (uint64_t)now - (uint64_t)created >= (uint64_t)keep;
}

/* Those that count. */
static uint64_t
count_entries(const struct snapshot *s, const struct snapshot_block *b)
{
	uint64_t count = 0;

	for (size_t i = 0; i < b->entries; i++) {
		struct snapshot_entry e =
			snapshot_entry_at(s, b->first_entry + i);

		count += !snapshot_is_void(&e);
	}
	return count;
}

/* Whether the run used half or more of what is not idle already. */
static bool
is_full(const struct plan *p)
{
	uint64_t used = 0, active = 0;

	for (size_t i = 0; i < p->last->head.blocks; i++) {
		struct snapshot_block b = snapshot_block_at(p->last, i);

		used += p->m.block[i].used;
		active += b.idle == 0 ? count_entries(p->last, &b) : 0;
	}
	return 2 * used >= active;
}

static bool
is_sparse(const struct plan_block *b, uint32_t raw_len)
{
	return b->used > 0 && 2 * b->used_bytes < raw_len;
}

static bool
is_lost(const struct plan *p, size_t i)
{
	uint32_t pack = snapshot_block_at(p->last, i).pack;

	return pack == SNAPSHOT_INLINE ? p->inline_lost : p->m.pack[pack].lost;
}

/* A full run does without it; one that adopts too much has it fetched only if
 * go asks for it. */
static void
judge_unused(const struct plan *p, struct plan_block *b)
{
	if (p->full) {
		b->verdict = p->adopts || b->idle >= PLAN_IDLE_MAX ? PLAN_DROP
								   : PLAN_KEEP;
		b->idle++;
	} else if (p->adopts && b->idle == 0) {
		b->idle = 1;
	}
}

/* What becomes of a block for its own sake. */
static void
judge_block(struct plan *p, size_t i)
{
	struct snapshot_block last = snapshot_block_at(p->last, i);
	struct plan_block *b = &p->m.block[i];

	b->verdict = PLAN_KEEP;
	b->idle = b->used > 0 ? 0 : last.idle;
	if (is_lost(p, i)) {
		b->verdict = b->used > 0 ? PLAN_REWRITE : PLAN_DROP;
		return;
	}
	if (b->used == 0) {
		judge_unused(p, b);
	} else if (p->full && !p->adopts && is_sparse(b, last.raw_len)) {
		b->verdict = PLAN_REWRITE;
	}
}

/* Counts the packs that still have a block. */
static size_t
weigh_packs(struct plan *p)
{
	size_t packs = 0;

	for (size_t i = 0; i < p->last->head.packs; i++) {
		p->m.pack[i].bytes = 0;
		p->m.pack[i].going = false;
	}
	for (size_t i = 0; i < p->last->head.blocks; i++) {
		struct snapshot_block b = snapshot_block_at(p->last, i);

		if (b.pack != SNAPSHOT_INLINE &&
			p->m.block[i].verdict == PLAN_KEEP) {
			packs += p->m.pack[b.pack].bytes == 0;
			p->m.pack[b.pack].bytes += b.packed_len;
		}
	}
	return packs;
}

static struct plan_pack *
lightest(const struct plan *p)
{
	struct plan_pack *least = NULL;

	for (size_t i = 0; i < p->last->head.packs; i++) {
		struct plan_pack *pack = &p->m.pack[i];

		if (pack->bytes > 0 && !pack->going &&
			(!least || pack->bytes < least->bytes)) {
			least = pack;
		}
	}
	return least;
}

/* Chooses those that a bucket will soon take. How many. */
static size_t
choose_old(struct plan *p, int64_t now, int64_t keep)
{
	size_t old = 0;

	for (size_t i = 0; i < p->last->head.packs; i++) {
		struct plan_pack *pack = &p->m.pack[i];

		if (pack->bytes > 0 &&
			is_old(snapshot_pack_at(p->last, i).created, now,
				keep)) {
			pack->going = true;
			old++;
		}
	}
	return old;
}

static size_t
count_small(const struct plan *p)
{
	size_t small = 0;

	for (size_t i = 0; i < p->last->head.packs; i++) {
		const struct plan_pack *pack = &p->m.pack[i];

		small += pack->bytes > 0 && !pack->going &&
			 pack->bytes <= PLAN_SMALL_PACK_BYTES;
	}
	return small;
}

/* Chooses small ones, of which one alone would only be another. */
static void
choose_small(struct plan *p, size_t packs)
{
	size_t small = count_small(p);

	if (small == 1) {
		return;
	}
	for (; small > 0 && packs > PLAN_PACKS_KEPT; small--, packs--) {
		struct plan_pack *least = lightest(p);

		assert(least); /* small counts them */
		least->going = true;
	}
}

/* Chooses the packs that are to go. */
static void
choose_packs(struct plan *p, int64_t now, int64_t keep)
{
	size_t packs = weigh_packs(p);
	size_t old = choose_old(p, now, keep);

	if (p->full && packs > PLAN_PACKS_MAX) {
		choose_small(p, packs - old);
	}
}

/* True if the run used all of the block that counts. */
static bool
is_used_up(const struct plan *p, const struct snapshot_block *b)
{
	for (size_t i = 0; i < b->entries; i++) {
		size_t slot = b->first_entry + i;
		struct snapshot_entry e = snapshot_entry_at(p->last, slot);

		if (p->m.use[slot] == PLAN_UNUSED && !snapshot_is_void(&e)) {
			return false;
		}
	}
	return true;
}

/* Its used entries move, and the unused ones of a full run are gone with it. A
 * run in part moves only what it used up: the rest stays as long as the pack
 * does. True if the block does not stay. */
static bool
leave_pack(struct plan *p, size_t i)
{
	struct snapshot_block last = snapshot_block_at(p->last, i);
	struct plan_block *b = &p->m.block[i];

	if (last.pack == SNAPSHOT_INLINE || !p->m.pack[last.pack].going ||
		b->verdict != PLAN_KEEP ||
		(!p->full && !is_used_up(p, &last))) {
		return false;
	}
	b->verdict = b->used > 0 ? PLAN_REWRITE : PLAN_DROP;
	return true;
}

/* Used blocks that stay, stay in their order, which is that of their packs: only
 * neighbours in both are one leg of a flight (pack/flight.h), and go uses them in
 * a slightly different order each time. One that comes back from those that were
 * idle finds a place of its own. */
static void
keep_order(struct plan *p)
{
	uint32_t latest = 0;

	for (size_t i = 0; i < p->last->head.blocks; i++) {
		struct plan_block *b = &p->m.block[i];
		bool was_idle = snapshot_block_at(p->last, i).idle > 0;

		if (b->verdict == PLAN_KEEP && b->used > 0 && !was_idle) {
			latest = b->first_use > latest ? b->first_use : latest;
			b->first_use = latest;
		}
	}
}

bool
plan_judge(struct plan *p, int64_t now, int64_t keep)
{
	const struct snapshot_head *head = &p->last->head;
	bool due = false;

	if (p->partial) {
		p->adopts = false;
		keep = 0;
	}
	p->full = !p->partial && is_full(p);
	for (size_t i = 0; i < head->blocks; i++) {
		judge_block(p, i);
		due = due || is_lost(p, i);
	}
	choose_packs(p, now, keep);
	for (size_t i = 0; i < head->blocks; i++) {
		due = leave_pack(p, i) || due;
	}
	keep_order(p);
	if (p->uses == 0) {
		return false;
	}
	return p->fresh > 0 || due || p->adopts ||
	       is_old(head->created, now, keep);
}

bool
plan_counts(const struct plan *p, size_t block, size_t i)
{
	bool is_chosen = p->adopts && p->m.block[block].used > 0;

	return p->m.use[i] != PLAN_STALE &&
	       !(is_chosen && p->m.use[i] == PLAN_UNUSED);
}

bool
plan_speaks_for_family(const struct plan *p)
{
	return p->full || !p->adopts;
}

bool
plan_next_rewrite(const struct plan *p, size_t *at, struct snapshot_entry *e)
{
	for (size_t i = *at; i < p->last->head.entries; i++) {
		size_t block = snapshot_block_of(p->last, i);

		if (p->m.use[i] < PLAN_STALE &&
			p->m.block[block].verdict == PLAN_REWRITE) {
			*e = snapshot_entry_at(p->last, i);
			*at = i + 1;
			return true;
		}
	}
	return false;
}

void
plan_keep_rewrites(struct plan *p)
{
	for (size_t i = 0; i < p->last->head.blocks; i++) {
		if (p->m.block[i].verdict == PLAN_REWRITE) {
			p->m.block[i].verdict =
				is_lost(p, i) ? PLAN_DROP : PLAN_KEEP;
		}
	}
}

uint64_t
plan_inline_room(const struct plan *p)
{
	uint64_t room = SNAPSHOT_INLINE_MAX;

	for (size_t i = 0; i < p->last->head.blocks; i++) {
		struct snapshot_block b = snapshot_block_at(p->last, i);

		if (b.pack == SNAPSHOT_INLINE &&
			p->m.block[i].verdict == PLAN_KEEP) {
			room -= b.packed_len;
		}
	}
	return room;
}
