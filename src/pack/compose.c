#include "pack/compose.h"

#include <assert.h>

/*
 * A number in `order` is a block of last, or, from last's count on, one of
 * the run's. `pack` maps packs alike to their number in the next snapshot,
 * plus one; 0 is a pack of which nothing is left.
 */

static bool
is_new(const struct compose *c, uint32_t number)
{
	return number >= c->plan->last->head.blocks;
}

static const struct compose_block *
made_block(const struct compose *c, uint32_t number)
{
	return &c->made.blocks[number - c->plan->last->head.blocks];
}

static struct snapshot_block
block_of(const struct compose *c, uint32_t number)
{
	struct snapshot_block b;

	if (is_new(c, number)) {
		return made_block(c, number)->block;
	}
	b = snapshot_block_at(c->plan->last, number);
	b.idle = c->plan->m.block[number].idle;
	return b;
}

static uint32_t *
pack_slot(const struct compose *c, uint32_t number, uint32_t pack)
{
	uint32_t base = is_new(c, number) ? c->plan->last->head.packs : 0;

	return &c->m.pack[base + pack];
}

/* --- order ----------------------------------------------------------------- */

/* Unused blocks come last; what is equal stays in its old order. */
static uint64_t
rank(const struct compose *c, uint32_t number)
{
	uint64_t use = is_new(c, number) ? made_block(c, number)->first_use
					 : c->plan->m.block[number].first_use;

	return use << 32 | number;
}

/* Moves the number at `at` down to its place in a heap of n. */
static void
sift(const struct compose *c, size_t at, size_t n)
{
	uint32_t *order = c->m.order;

	for (size_t child; (child = 2 * at + 1) < n; at = child) {
		uint32_t moved = order[at];

		if (child + 1 < n &&
			rank(c, order[child]) < rank(c, order[child + 1])) {
			child++;
		}
		if (rank(c, moved) >= rank(c, order[child])) {
			return;
		}
		order[at] = order[child];
		order[child] = moved;
	}
}

static void
sort(const struct compose *c)
{
	uint32_t *order = c->m.order;
	size_t n = c->count;

	for (size_t at = n / 2; at-- > 0;) {
		sift(c, at, n);
	}
	while (n > 1) {
		uint32_t last = order[0];

		order[0] = order[--n];
		order[n] = last;
		sift(c, 0, n);
	}
}

static void
gather(struct compose *c)
{
	uint32_t old = c->plan->last->head.blocks;

	c->count = 0;
	for (uint32_t i = 0; i < old; i++) {
		if (c->plan->m.block[i].verdict == PLAN_KEEP) {
			c->m.order[c->count++] = i;
		}
	}
	for (uint32_t i = 0; i < c->made.block_count; i++) {
		c->m.order[c->count++] = old + i;
	}
}

/* --- room ------------------------------------------------------------------ */

/* Counts the block in; false if the snapshot has no room for it. */
static bool
admit(struct compose *c, uint32_t number)
{
	struct snapshot_block b = block_of(c, number);
	struct snapshot_head *h = &c->head;
	bool is_inline = b.pack == SNAPSHOT_INLINE;
	uint32_t *pack = is_inline ? NULL : pack_slot(c, number, b.pack);
	bool fits = h->blocks < SNAPSHOT_BLOCKS_MAX &&
		    h->entries + b.entries <= SNAPSHOT_ENTRIES_MAX;

	if (is_inline) {
		fits = fits &&
		       h->inline_len + b.packed_len <= SNAPSHOT_INLINE_MAX;
	} else {
		fits = fits && (*pack > 0 || h->packs < SNAPSHOT_PACKS_MAX);
	}
	if (!fits) {
		return false;
	}
	h->blocks++;
	h->entries += b.entries;
	h->inline_len += is_inline ? b.packed_len : 0;
	if (!is_inline && *pack == 0) {
		*pack = ++h->packs;
	}
	return true;
}

void
compose_init(struct compose *c, const struct plan *plan,
	const struct compose_new *made, const struct compose_memory *m,
	const struct snapshot_head *names)
{
	size_t packs = plan->last->head.packs + made->pack_count, admitted = 0;

	*c = (struct compose){.plan = plan, .made = *made, .m = *m};
	c->head.scope = names->scope;
	c->head.family = names->family;
	c->head.created = names->created;
	for (size_t i = 0; i < packs; i++) {
		m->pack[i] = 0;
	}
	gather(c);
	sort(c);
	for (size_t i = 0; i < c->count; i++) {
		if (admit(c, m->order[i])) {
			m->order[admitted++] = m->order[i];
		}
	}
	c->count = admitted;
}

/* --- writing --------------------------------------------------------------- */

/* Packs were numbered by the first block of theirs, so a pack's turn comes
 * when a block names the next number. */
static void
write_packs(const struct compose *c, struct snapshot_writer *w)
{
	for (size_t i = 0; i < c->count; i++) {
		uint32_t number = c->m.order[i];
		struct snapshot_block b = block_of(c, number);
		struct snapshot_pack pack;

		if (b.pack == SNAPSHOT_INLINE ||
			*pack_slot(c, number, b.pack) != w->packs + 1) {
			continue;
		}
		pack = is_new(c, number)
			       ? c->made.packs[b.pack]
			       : snapshot_pack_at(c->plan->last, b.pack);
		snapshot_write_pack(w, &pack);
	}
}

static void
write_blocks(const struct compose *c, struct snapshot_writer *w)
{
	uint64_t inline_at = 0;

	for (size_t i = 0; i < c->count; i++) {
		uint32_t number = c->m.order[i];
		struct snapshot_block b = block_of(c, number);

		if (b.pack == SNAPSHOT_INLINE) {
			b.offset = inline_at;
			inline_at += b.packed_len;
		} else {
			b.pack = *pack_slot(c, number, b.pack) - 1;
		}
		snapshot_write_block(w, &b);
	}
}

static struct snapshot_entry
entry_of(const struct compose *c, uint32_t number, size_t i)
{
	struct snapshot_entry entry;

	if (is_new(c, number)) {
		return c->made.entries[c->made.numbers[i]];
	}
	entry = snapshot_entry_at(c->plan->last, i);
	if (!plan_counts(c->plan, number, i)) {
		entry = (struct snapshot_entry){.tag = 0};
	}
	return entry;
}

static void
write_entries(const struct compose *c, struct snapshot_writer *w)
{
	for (size_t i = 0; i < c->count; i++) {
		uint32_t number = c->m.order[i];
		struct snapshot_block b = block_of(c, number);

		for (size_t k = 0; k < b.entries; k++) {
			struct snapshot_entry e =
				entry_of(c, number, b.first_entry + k);

			snapshot_write_entry(w, &e);
		}
	}
}

void
compose_write(
	const struct compose *c, unsigned char *storage, enum sha256_kind kind)
{
	struct snapshot_writer w;

	snapshot_write_begin(&w, &c->head, storage);
	write_packs(c, &w);
	write_blocks(c, &w);
	write_entries(c, &w);
	snapshot_write_end(&w, kind);
}

bool
compose_next_inline(
	const struct compose *c, size_t *at, struct compose_inline *from)
{
	while (*at < c->count) {
		uint32_t number = c->m.order[(*at)++];
		struct snapshot_block b = block_of(c, number);
		uint32_t base =
			is_new(c, number) ? c->plan->last->head.blocks : 0;

		if (b.pack == SNAPSHOT_INLINE) {
			*from = (struct compose_inline){is_new(c, number),
				number - base, b.offset, b.packed_len};
			return true;
		}
	}
	return false;
}
