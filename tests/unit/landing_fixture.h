/*
 * Blocks that come down in a cache directory. Include after nothing else.
 */
#ifndef TESTS_LANDING_FIXTURE_H
#define TESTS_LANDING_FIXTURE_H

#include "mirror/landing.h"

#include "cachedir_fixture.h"
#include "flights.h"
#include "temporaries.h"

static struct flight_sample *sample;
static struct index known;
static uint32_t *slots;
static struct landing *landing;

/* What was said to have landed: how often, and how often as new. */
static struct {
	unsigned here, new, proven;
	uint32_t last;
} landed;

static inline void
note_proven(void *ctx, const struct entry *e)
{
	assert_ptr_equal(ctx, &landed);
	assert_true(cachedir_has_body(&dir, &e->output, e->size));
	assert_false(hits(e));
	landed.proven++;
}

static inline void
note_landed(void *ctx, uint32_t slot, const struct entry *e, bool is_new)
{
	struct snapshot_entry s = sample->entry[slot];

	assert_ptr_equal(ctx, &landed);
	assert_true(id_eq(&e->action, &s.action));
	assert_true(hits(e));
	landed.here++;
	landed.new += is_new;
	assert_true(landed.proven >= landed.new);
	landed.last = slot;
}

static struct snapshot snapshot;

/* Reads the sample's tables anew. */
static inline void
open_sample(void)
{
	const struct landing_setup with = {
		&dir, &snapshot, &known, &landed, note_proven, note_landed};
	struct view tables = {sample->bytes, sample->table_len};
	struct gs_err err;

	assert_int_equal(
		snapshot_parse(tables, sample->len, &sample->head.scope,
			SHA256_PORTABLE, &snapshot, &err),
		GS_OK);
	slots = malloc(index_slots(sample->head.entries) * sizeof(*slots));
	snapshot_index(&snapshot, &known, slots);
	memset(&landed, 0, sizeof(landed));
	landing = landing_new(&with);
}

static inline void
begin_sample(const struct flight_block *blocks, size_t count)
{
	sample = flights_make(1, blocks, count);
	open_sample();
}

static inline void
end_sample(void)
{
	landing_free(landing);
	free(slots);
	flights_free(sample);
}

static inline struct view
frame_of(size_t block)
{
	const struct snapshot_block *b = &sample->block[block];

	return (struct view){sample->pack_bytes[0] + b->offset, b->packed_len};
}

/* Feeds a block in pieces. */
static inline enum gs_code
land(size_t block, struct view in, size_t piece)
{
	struct gs_err err;
	bool complete = false;
	enum gs_code code = landing_begin(landing, block, &err);

	while (code == GS_OK && in.n > 0 && !complete) {
		struct view some = {in.p, in.n < piece ? in.n : piece};
		size_t used;

		code = landing_feed(landing, some, &used, &complete, &err);
		assert_true(used == some.n || complete || code != GS_OK);
		in = view_skip(in, used);
	}
	assert_true(code != GS_OK || complete == (in.n == 0));
	return code;
}

static inline bool
is_there(const struct flight_block *b, unsigned n)
{
	struct block_entry e = flights_entry(b, n);
	const struct entry wanted = {e.action, e.output, e.size, e.time_ns};

	return hits(&wanted);
}

#endif
