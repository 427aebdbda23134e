/*
 * Snapshots for tests, made from a few lines. Entry n of a snapshot is
 * snapshots_entry(n). Include after cmocka.h.
 */
#ifndef TESTS_UNIT_SNAPSHOTS_H
#define TESTS_UNIT_SNAPSHOTS_H

#include "pack/index.h"
#include "pack/snapshot.h"

#include "packs.h"

#include <stdlib.h>

/* A block of entries of 920 bytes, so that each takes 1000. */
struct made_block {
	uint32_t pack;
	uint16_t entries, idle;
};

enum { MADE_ENTRY_BYTES = 1000, MADE_PACKED_LEN = 300 };

struct made {
	struct snapshot s;
	struct index known;
	unsigned char *bytes;
	uint32_t *slot;
};

static inline struct block_entry
snapshots_entry(unsigned n)
{
	struct block_entry e = {.action = packs_action(n), .size = 920};

	e.output = packs_action(1000000 + n);
	return e;
}

/* Pack i was created at i days, and each block of it follows the one before.
 * packed_len is that of each block; NULL: MADE_PACKED_LEN. */
static inline void
snapshots_make_sized(struct made *m, uint32_t packs,
	const struct made_block *blocks, uint32_t count,
	const uint32_t *packed_len)
{
	struct snapshot_head h = {
		.created = 0, .packs = packs, .blocks = count};
	uint64_t *end = calloc(packs + 1, sizeof(*end));
	struct snapshot_writer w;
	struct gs_err err = {0};
	size_t len;

	h.scope = h.family = packs_action(99);
	for (uint32_t i = 0; i < count; i++) {
		h.entries += blocks[i].entries;
		h.inline_len +=
			blocks[i].pack == SNAPSHOT_INLINE ? MADE_PACKED_LEN : 0;
	}
	len = snapshot_table_len(&h);
	m->bytes = malloc(len);
	snapshot_write_begin(&w, &h, m->bytes);
	for (uint32_t i = 0; i < packs; i++) {
		struct snapshot_pack pack = {
			packs_action(2000000 + i), PACK_BYTES_MAX, i * 86400LL};

		snapshot_write_pack(&w, &pack);
	}
	for (uint32_t i = 0; i < count; i++) {
		const struct made_block *b = &blocks[i];
		uint64_t *at =
			&end[b->pack == SNAPSHOT_INLINE ? packs : b->pack];
		struct snapshot_block block = {b->pack,
			packed_len ? packed_len[i] : MADE_PACKED_LEN,
			(uint32_t)b->entries * MADE_ENTRY_BYTES + 8, 0, *at,
			b->entries, b->idle};

		snapshot_write_block(&w, &block);
		*at += block.packed_len;
	}
	for (uint32_t i = 0; i < h.entries; i++) {
		struct block_entry e = snapshots_entry(i);
		struct snapshot_entry entry = {
			e.action, snapshot_tag(&e.output)};

		snapshot_write_entry(&w, &entry);
	}
	snapshot_write_end(&w, SHA256_PORTABLE);
	free(end);
	assert_int_equal(snapshot_parse((struct view){(char *)m->bytes, len},
				 len + h.inline_len, &h.scope, SHA256_PORTABLE,
				 &m->s, &err),
		GS_OK);
	m->slot = malloc(index_slots(h.entries) * sizeof(*m->slot));
	snapshot_index(&m->s, &m->known, m->slot);
}

static inline void
snapshots_make(struct made *m, uint32_t packs, const struct made_block *blocks,
	uint32_t count)
{
	snapshots_make_sized(m, packs, blocks, count, NULL);
}

static inline void
snapshots_free(struct made *m)
{
	free(m->bytes);
	free(m->slot);
}

#endif
