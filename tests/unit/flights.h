/*
 * Packs and the snapshot of a last run, for tests: real blocks, whose bodies are
 * made from numbers (packs.h). Include after cmocka.h.
 */
#ifndef TESTS_FLIGHTS_H
#define TESTS_FLIGHTS_H

#include "pack/pack.h"
#include "pack/snapshot.h"

#include "packs.h"

enum {
	FLIGHT_BLOCKS_MAX = 32,
	FLIGHT_ENTRIES_MAX = 64, /* of a block */
	FLIGHT_PACKS_MAX = 4,
	FLIGHT_PACK_BYTES = 1 << 22,
};

/* Entries first .. first + count - 1, entry n with a body of size + n bytes, or
 * none if size is 0. */
struct flight_block {
	uint32_t pack; /* or SNAPSHOT_INLINE */
	unsigned first, count;
	size_t size;
	uint16_t idle;
};

/* What a last run left. */
struct flight_sample {
	struct snapshot_head head;
	struct snapshot_pack pack[FLIGHT_PACKS_MAX];
	char *pack_bytes[FLIGHT_PACKS_MAX];
	struct snapshot_block block[FLIGHT_BLOCKS_MAX];
	struct snapshot_entry entry[FLIGHT_BLOCKS_MAX * FLIGHT_ENTRIES_MAX];
	char *bytes; /* the snapshot */
	size_t len, table_len;
	char inline_bytes[SNAPSHOT_INLINE_MAX];
};

static inline struct block_entry
flights_entry(const struct flight_block *b, unsigned n)
{
	return packs_entry(n, b->size > 0 ? b->size + n : 0);
}

/* The frame of a block; the caller frees it. */
static inline char *
flights_frame(const struct flight_block *b, struct snapshot_block *record)
{
	struct block_entry e[FLIGHT_ENTRIES_MAX] = {{.size = 0}};
	unsigned number[FLIGHT_ENTRIES_MAX];
	size_t raw_len, packed_len;

	for (unsigned i = 0; i < b->count; i++) {
		number[i] = b->first + i;
		e[i] = flights_entry(b, b->first + i);
	}
	char *raw = packs_raw(e, number, b->count, &raw_len);
	char *packed = packs_compress((struct view){raw, raw_len}, &packed_len);

	free(raw);
	record->packed_len = (uint32_t)packed_len;
	record->raw_len = (uint32_t)raw_len;
	return packed;
}

static inline void
flights_add_block(struct flight_sample *f, const struct flight_block *b)
{
	struct snapshot_block *record = &f->block[f->head.blocks++];
	struct snapshot_pack *pack = &f->pack[b->pack % FLIGHT_PACKS_MAX];
	bool is_inline = b->pack == SNAPSHOT_INLINE;

	*record = (struct snapshot_block){.pack = b->pack,
		.entries = (uint16_t)b->count,
		.idle = b->idle};
	char *frame = flights_frame(b, record);
	char *to = is_inline ? f->inline_bytes + f->head.inline_len
			     : f->pack_bytes[b->pack] + pack->size;

	record->offset = is_inline ? f->head.inline_len : pack->size;
	memcpy(to, frame, record->packed_len);
	free(frame);
	if (is_inline) {
		f->head.inline_len += record->packed_len;
	} else {
		pack->size += record->packed_len;
	}
	for (unsigned i = 0; i < b->count; i++) {
		struct block_entry e = flights_entry(b, b->first + i);

		f->entry[f->head.entries++] = (struct snapshot_entry){
			e.action, snapshot_tag(&e.output)};
	}
}

/* Writes the snapshot anew, from the records. */
static inline void
flights_seal(struct flight_sample *f)
{
	struct snapshot_writer w;

	free(f->bytes);
	f->table_len = snapshot_table_len(&f->head);
	f->len = f->table_len + f->head.inline_len;
	f->bytes = malloc(f->len);
	snapshot_write_begin(&w, &f->head, (unsigned char *)f->bytes);
	for (size_t i = 0; i < f->head.packs; i++) {
		snapshot_write_pack(&w, &f->pack[i]);
	}
	for (size_t i = 0; i < f->head.blocks; i++) {
		snapshot_write_block(&w, &f->block[i]);
	}
	for (size_t i = 0; i < f->head.entries; i++) {
		snapshot_write_entry(&w, &f->entry[i]);
	}
	snapshot_write_end(&w, SHA256_PORTABLE);
	memcpy(f->bytes + f->table_len, f->inline_bytes, f->head.inline_len);
}

/* The scope is packs_action(1), the family packs_action(2). */
static inline struct flight_sample *
flights_make(uint32_t packs, const struct flight_block *blocks, size_t count)
{
	struct flight_sample *f = calloc(1, sizeof(*f));

	f->head.scope = packs_action(1);
	f->head.family = packs_action(2);
	f->head.packs = packs;
	for (uint32_t i = 0; i < packs; i++) {
		f->pack_bytes[i] = malloc(FLIGHT_PACK_BYTES);
		pack_head((unsigned char *)f->pack_bytes[i]);
		f->pack[i].size = PACK_HEAD_LEN;
	}
	for (size_t i = 0; i < count; i++) {
		flights_add_block(f, &blocks[i]);
	}
	for (uint32_t i = 0; i < packs; i++) {
		sha256_of((struct view){f->pack_bytes[i],
				  (size_t)f->pack[i].size},
			&f->pack[i].id);
	}
	flights_seal(f);
	return f;
}

static inline void
flights_free(struct flight_sample *f)
{
	for (size_t i = 0; i < FLIGHT_PACKS_MAX; i++) {
		free(f->pack_bytes[i]);
	}
	free(f->bytes);
	free(f);
}

#endif
