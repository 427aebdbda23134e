#include "pack/plan.h"

#include <string.h>

static uint64_t
raw_bytes(const struct block_entry *e)
{
	return BLOCK_HEADER_LEN + e->size;
}

void
plan_init(struct plan *p, const struct snapshot *last,
	const struct index *known, const struct plan_memory *m)
{
	*p = (struct plan){.last = last, .known = known, .m = *m};
	p->inline_raw = PLAN_INLINE_RAW;
	memset(m->use, 0xff, last->head.entries * sizeof(*m->use));
	for (size_t i = 0; i < last->head.packs; i++) {
		m->pack[i] = (struct plan_pack){.lost = false};
	}
	for (size_t i = 0; i < last->head.blocks; i++) {
		struct snapshot_block b = snapshot_block_at(last, i);
		uint64_t taken = b.pack == SNAPSHOT_INLINE ? b.raw_len : 0;

		m->block[i] = (struct plan_block){.first_use = PLAN_UNUSED};
		p->inline_raw -= taken < p->inline_raw ? taken : p->inline_raw;
	}
}

static void
use_known(struct plan *p, uint32_t i, const struct block_entry *e)
{
	size_t block = snapshot_block_of(p->last, i);
	struct plan_block *b = &p->m.block[block];

	p->m.use[i] = p->uses++;
	if (b->used == 0) {
		b->first_use = p->m.use[i];
		p->taken += snapshot_block_at(p->last, block).entries;
	}
	b->used++;
	b->used_bytes += raw_bytes(e);
}

static enum plan_place
place_new(struct plan *p, const struct block_entry *e)
{
	if (e->size > PACK_BODY_MAX || p->taken >= SNAPSHOT_ENTRIES_MAX) {
		return PLAN_NEVER;
	}
	p->taken++;
	p->uses++;
	p->fresh++;
	if (e->size > PLAN_INLINE_BODY_MAX || raw_bytes(e) > p->inline_raw) {
		return PLAN_PACK;
	}
	p->inline_raw -= raw_bytes(e);
	return PLAN_INLINE;
}

enum plan_place
plan_use(struct plan *p, const struct block_entry *e, uint32_t *order)
{
	uint32_t i = index_find(p->known, &e->action);

	*order = p->uses;
	if (i == INDEX_NONE || p->m.use[i] == PLAN_STALE) {
		return place_new(p, e);
	}
	if (snapshot_entry_at(p->last, i).tag != snapshot_tag(&e->output)) {
		p->m.use[i] = PLAN_STALE;
		return place_new(p, e);
	}
	if (p->m.use[i] == PLAN_UNUSED) {
		use_known(p, i, e);
	}
	return PLAN_KNOWN;
}

/* Bodies that entries share count each time: a block is then a bit smaller
 * than it might be. */
size_t
plan_cut(const struct block_entry *e, size_t count, uint64_t raw_bytes_max)
{
	uint64_t raw = BLOCK_HEAD_LEN;
	size_t n = 0;

	while (n < count && n < BLOCK_ENTRIES_MAX) {
		raw += raw_bytes(&e[n]);
		if (n > 0 && raw > raw_bytes_max) {
			break;
		}
		n++;
	}
	return n;
}
