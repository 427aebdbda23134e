/*
 * Reads what a packer left in its bucket, as the next run does. Include after
 * cmocka.h.
 */
#ifndef TESTS_UNIT_PACKER_READER_H
#define TESTS_UNIT_PACKER_READER_H

#include "gocache/entry.h"
#include "pack/zblock.h"
#include "packer_bucket.h"

enum { FOUND_MAX = 4096 };

/* An entry that counts, as a block has it. */
struct found {
	struct block_entry e;
	size_t block;
	bool whole; /* its body is what the output says */
};

static struct reader {
	struct zblock_reader z;
	struct sha256 hash;
	struct found found[FOUND_MAX];
	size_t count;
	struct snapshot s;
} reader;

/* The bytes of a block. */
static inline struct view
packed_block(const struct object *o, const struct snapshot_block *b)
{
	size_t at = (size_t)b->offset;

	if (b->pack == SNAPSHOT_INLINE) {
		at += snapshot_table_len(&reader.s.head);
	} else {
		char storage[128];
		struct buf key = BUF_OVER(storage);
		struct snapshot_pack pack =
			snapshot_pack_at(&reader.s, b->pack);

		pack_key(&key, &pack.id);
		o = must_find(buf_view(&key));
		assert_int_equal(o->len, pack.size);
	}
	assert_true(at + b->packed_len <= o->len);
	return (struct view){o->bytes + at, b->packed_len};
}

/* An earlier entry of the block with the same output is as whole. */
static inline bool
is_whole(size_t first, const struct block_entry *e)
{
	struct id digest;

	if (e->size == 0 || reader.z.block.has_body) {
		sha256_final(&reader.hash, &digest);
		return id_eq(&digest, &e->output);
	}
	while (!id_eq(&reader.found[first].e.output, &e->output)) {
		first++;
	}
	return reader.found[first].whole;
}

static inline void
end_entry(size_t block, size_t first)
{
	struct snapshot_block b = snapshot_block_at(&reader.s, block);
	struct snapshot_entry s =
		snapshot_entry_at(&reader.s, b.first_entry + reader.z.block.at);
	struct found *f = &reader.found[reader.count++];

	assert_true(reader.count < FOUND_MAX);
	f->e = reader.z.block.entry[reader.z.block.at];
	f->block = block;
	f->whole = is_whole(first, &f->e);
	if (snapshot_is_void(&s)) {
		f->e.action = s.action;
	} else {
		assert_true(id_eq(&s.action, &f->e.action));
		assert_int_equal(s.tag, snapshot_tag(&f->e.output));
	}
}

static inline void
read_block(size_t i, struct view in)
{
	struct snapshot_block b = snapshot_block_at(&reader.s, i);
	const struct zblock_len len = {b.packed_len, b.raw_len, b.entries};
	enum block_event event = BLOCK_MORE;
	size_t first = reader.count;
	struct gs_err err = {0};
	struct view body;
	size_t used;

	assert_int_equal(zblock_reader_begin(&reader.z, &len, &err), GS_OK);
	while (event != BLOCK_END) {
		assert_int_equal(
			zblock_feed(&reader.z, in, &used, &event, &body, &err),
			GS_OK);
		in = view_skip(in, used);
		if (event == BLOCK_ENTRY) {
			sha256_init(&reader.hash, SHA256_PORTABLE);
		} else if (event == BLOCK_BODY) {
			sha256_update(&reader.hash, body);
		} else if (event == BLOCK_ENTRY_END) {
			end_entry(i, first);
		}
	}
	assert_int_equal(in.n, 0);
}

/* Reads all that the stored snapshot names; what does not count is left out. */
static inline void
read_back(void)
{
	size_t kept = 0;

	zblock_reader_init(&reader.z);
	reader.count = 0;
	parse_stored(&scope, &reader.s);
	for (size_t i = 0; i < reader.s.head.blocks; i++) {
		struct snapshot_block b = snapshot_block_at(&reader.s, i);

		read_block(i, packed_block(stored_snapshot(&scope), &b));
	}
	for (size_t i = 0; i < reader.count; i++) {
		struct snapshot_entry s = {.action = reader.found[i].e.action};

		if (!snapshot_is_void(&s)) {
			assert_true(reader.found[i].whole);
			reader.found[kept++] = reader.found[i];
		}
	}
	reader.count = kept;
}

/* The place of an entry among what was read, or -1. */
static inline int
place_of_entry(const struct entry *e)
{
	for (size_t i = 0; i < reader.count; i++) {
		const struct block_entry *b = &reader.found[i].e;

		if (id_eq(&b->action, &e->action) &&
			id_eq(&b->output, &e->output) && b->size == e->size &&
			b->time_ns == e->time_ns) {
			return (int)i;
		}
	}
	return -1;
}

#endif
