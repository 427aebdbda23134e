/*
 * Any bytes as a block, raw and compressed: no crash, no entry out of turn, no
 * body byte too many, and the same events however the bytes are cut. The first
 * three bytes announce length and count, the fourth chooses kind and cuts.
 */
#include "pack/zblock.h"

#include "fuzz.h"

static struct zblock_reader reader;

/* What came out, in a form that does not depend on the cuts. */
struct outcome {
	uint64_t hash; /* of events and bytes */
	size_t entries, body_left;
	bool failed, ended, inside;
};

static void
note(struct outcome *o, enum block_event event, struct view body)
{
	const struct block_reader *b = &reader.block;
	const struct block_entry *e = &b->entry[b->at];

	if (event == BLOCK_ENTRY) {
		check(!o->inside && b->at == o->entries++);
		o->inside = true;
		o->body_left = b->has_body ? (size_t)e->size : 0;
		hash_add(&o->hash, (struct view){(const char *)e, sizeof(*e)});
	} else if (event == BLOCK_BODY) {
		check(o->inside && body.n > 0 && body.n <= o->body_left);
		o->body_left -= body.n;
		hash_add(&o->hash, body);
	} else if (event == BLOCK_ENTRY_END) {
		check(o->inside && o->body_left == 0);
		o->inside = false;
	}
}

static enum gs_code
feed(bool packed, struct view in, size_t *used, enum block_event *event,
	struct view *body)
{
	struct gs_err err = {0};

	if (packed) {
		return zblock_feed(&reader, in, used, event, body, &err);
	}
	return block_feed(&reader.block, in, used, event, body, &err);
}

static struct outcome
read_block(
	struct view in, const struct zblock_len *len, bool packed, size_t piece)
{
	struct outcome o = {.hash = HASH_OF_NOTHING};
	enum block_event event = BLOCK_MORE;
	struct gs_err err = {0};

	o.failed = zblock_reader_begin(&reader, len, &err) != GS_OK;
	while (!o.failed && !o.ended && (in.n > 0 || event != BLOCK_MORE)) {
		struct view now = {in.p, in.n < piece ? in.n : piece};
		struct view body = {NULL, 0};
		char *exact = malloc(now.n + 1);
		size_t used = 0;

		memcpy(exact, now.p, now.n);
		now.p = exact;
		o.failed = feed(packed, now, &used, &event, &body) != GS_OK;
		if (!o.failed) {
			check(event != BLOCK_MORE || used == now.n);
			note(&o, event, body);
			o.ended = event == BLOCK_END;
			in = view_skip(in, used);
		}
		free(exact);
	}
	check(!o.ended || (!o.inside && o.entries == len->count));
	return o;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zblock_len len;
	struct outcome whole, cut;
	struct view in;
	bool packed;

	if (size < 4) {
		return 0;
	}
	zblock_reader_init(&reader);
	in = (struct view){(const char *)data + 4, size - 4};
	len = (struct zblock_len){
		in.n, (size_t)data[0] | (size_t)data[1] << 8, data[2]};
	packed = data[3] & 1;
	whole = read_block(in, &len, packed, size);
	cut = read_block(in, &len, packed, 1 + data[3] / 2U);
	check(whole.ended == cut.ended && whole.failed == cut.failed);
	check(!whole.ended || whole.hash == cut.hash);
	return 0;
}
