#include "pack/block.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "packs.h"

enum { COUNT = 6 };

/* Two of the six share an output, one is empty. */
static struct block_entry entries[COUNT];
static unsigned number[COUNT] = {0, 1, 2, 1, 4, 5};
static char *raw;
static size_t raw_len;
static struct block_reader reader;

static int
set_up(void **state)
{
	static const size_t sizes[COUNT] = {10, 200, 0, 200, 1, 3000};

	for (unsigned i = 0; i < COUNT; i++) {
		entries[i] = packs_entry(number[i], sizes[i]);
		entries[i].action = packs_action(i);
	}
	raw = packs_raw(entries, number, COUNT, &raw_len);
	return 0;
}

static int
tear_down(void **state)
{
	free(raw);
	return 0;
}

/* What came out of a block, checked against the entries on the way. */
struct outcome {
	enum gs_code code;
	size_t begun, ended, bodies, body_bytes;
	bool complete;
};

static void
note(struct outcome *o, enum block_event event, struct view body)
{
	size_t at = reader.at;

	if (event == BLOCK_ENTRY) {
		assert_int_equal(at, o->begun);
		assert_int_equal(o->begun++, o->ended);
		o->bodies += reader.has_body ? 1 : 0;
		o->body_bytes = 0;
	} else if (event == BLOCK_BODY) {
		assert_true(reader.has_body);
		assert_true(body.n > 0);
		for (size_t i = 0; i < body.n; i++, o->body_bytes++) {
			assert_int_equal(body.p[i],
				packs_byte(number[at], o->body_bytes));
		}
	} else if (event == BLOCK_ENTRY_END) {
		assert_int_equal(at, o->ended++);
		assert_memory_equal(
			&reader.entry[at], &entries[at], sizeof(entries[at]));
		assert_int_equal(
			o->body_bytes, reader.has_body ? entries[at].size : 0);
	}
}

/* One piece, from memory of just its size. */
static bool
feed(struct view in, struct outcome *o)
{
	char *copy = malloc(in.n + 1);
	enum block_event event = BLOCK_ENTRY;
	struct view rest = {copy, in.n};
	struct gs_err err = {0};

	if (in.n > 0) {
		memcpy(copy, in.p, in.n);
	}
	while (o->code == GS_OK && event != BLOCK_MORE && event != BLOCK_END) {
		struct view body = {NULL, 0};
		size_t used = 0;

		o->code = block_feed(&reader, rest, &used, &event, &body, &err);
		assert_int_equal(o->code, err.code);
		if (o->code == GS_OK) {
			rest = view_skip(rest, used);
			note(o, event, body);
		}
	}
	o->complete = o->code == GS_OK && event == BLOCK_END;
	assert_true(o->code != GS_OK || o->complete || rest.n == 0);
	free(copy);
	return o->code == GS_OK && !o->complete;
}

/* The whole block in pieces of that length, the first of another. */
static struct outcome
read_block(struct view in, size_t first, size_t piece)
{
	struct outcome o = {0};
	struct gs_err err = {0};
	size_t next = first;
	bool more = true;

	o.code = block_reader_begin(&reader, raw_len, COUNT, &err);
	assert_int_equal(o.code, GS_OK);
	while (more && in.n > 0) {
		struct view now = {in.p, in.n < next ? in.n : next};

		more = feed(now, &o);
		in = view_skip(in, now.n);
		next = piece;
	}
	return o;
}

static void
assert_whole(struct outcome o)
{
	assert_int_equal(o.code, GS_OK);
	assert_true(o.complete);
	assert_int_equal(o.begun, COUNT);
	assert_int_equal(o.ended, COUNT);
	assert_int_equal(o.bodies, COUNT - 2);
}

static void
a_block_comes_back(void **state)
{
	struct view in = {raw, raw_len};

	assert_int_equal(raw_len, 8 + 80 * COUNT + 10 + 200 + 1 + 3000);
	assert_whole(read_block(in, raw_len, raw_len));
	assert_whole(read_block(in, 1, 1));
	for (size_t cut = 1; cut < raw_len; cut++) {
		assert_whole(read_block(in, cut, raw_len));
	}
}

static void
a_body_stands_with_the_first_that_has_it(void **state)
{
	for (size_t i = 0; i < COUNT; i++) {
		assert_int_equal(block_first_with(entries, i), i == 3 ? 1 : i);
		assert_int_equal(block_has_body(entries, i), i != 2 && i != 3);
	}
}

static void
a_block_without_entries_is_a_block(void **state)
{
	unsigned char head[BLOCK_HEAD_LEN];
	struct gs_err err = {0};
	enum block_event event;
	struct view body;
	size_t used;

	block_head(entries, 0, head);
	assert_int_equal(
		block_reader_begin(&reader, sizeof(head), 0, &err), GS_OK);
	assert_int_equal(
		block_feed(&reader, (struct view){(char *)head, sizeof(head)},
			&used, &event, &body, &err),
		GS_OK);
	assert_int_equal(event, BLOCK_END);
	assert_int_equal(used, sizeof(head));
}

static void
a_cut_block_never_ends(void **state)
{
	for (size_t cut = 0; cut < raw_len; cut++) {
		struct outcome o =
			read_block((struct view){raw, cut}, 100, 100);

		assert_int_equal(o.code, GS_OK);
		assert_false(o.complete);
	}
}

/* In the head or a header it is refused before anything is given out; in a
 * body, its hash will tell. */
static void
each_flipped_bit_of_the_headers_is_noticed(void **state)
{
	size_t len = BLOCK_HEAD_LEN + BLOCK_HEADER_LEN * COUNT;

	for (size_t bit = 0; bit < 8 * len; bit++) {
		raw[bit / 8] ^= (char)(1 << bit % 8);
		struct outcome o = read_block(
			(struct view){raw, raw_len}, raw_len, raw_len);

		raw[bit / 8] ^= (char)(1 << bit % 8);
		assert_int_equal(o.code, GS_BAD);
		assert_int_equal(o.begun, 0);
	}
}

/* A block whose check is right and whose entries cannot be. */
static void
assert_refused(const struct block_entry *e, size_t count, uint64_t announced)
{
	struct gs_err err = {0};
	enum gs_code code = GS_OK;
	enum block_event event = BLOCK_MORE;
	struct view body;
	size_t used;
	unsigned char bytes[BLOCK_HEAD_LEN + 2 * BLOCK_HEADER_LEN];

	block_head(e, count, bytes);
	for (size_t i = 0; i < count; i++) {
		block_header(
			&e[i], bytes + BLOCK_HEAD_LEN + i * BLOCK_HEADER_LEN);
	}
	assert_int_equal(
		block_reader_begin(&reader, announced, count, &err), GS_OK);
	code = block_feed(&reader,
		(struct view){(char *)bytes,
			BLOCK_HEAD_LEN + count * BLOCK_HEADER_LEN},
		&used, &event, &body, &err);
	assert_int_equal(code, GS_BAD);
	assert_int_equal(event, BLOCK_MORE);
	code = block_feed(&reader, VIEW("x"), &used, &event, &body, &err);
	assert_int_equal(code, GS_BAD);
}

static void
impossible_sizes_are_refused(void **state)
{
	struct block_entry e[2] = {entries[0], entries[1]};

	assert_refused(e, 2, block_raw_len(e, 2) + 1);
	assert_refused(e, 2, block_raw_len(e, 2) - 1);
	e[1].output = e[0].output; /* of another size */
	assert_refused(e, 2, block_raw_len(e, 2));
	e[0].size = 0; /* not the empty output */
	assert_refused(e, 1, block_raw_len(e, 1));
	e[0] = entries[2];
	e[0].size = 1; /* the empty output */
	assert_refused(e, 1, block_raw_len(e, 1));
	e[0] = entries[0];
	e[0].size = (uint64_t)PACK_BODY_MAX + 1;
	assert_refused(e, 1, block_raw_len(e, 1));
	e[0].size = UINT64_MAX - 80;
	assert_refused(e, 1, BLOCK_RAW_MAX);
}

static void
limits_hold(void **state)
{
	struct gs_err err = {0};

	assert_int_equal(block_reader_begin(&reader, BLOCK_RAW_MAX,
				 BLOCK_ENTRIES_MAX, &err),
		GS_OK);
	assert_int_equal(block_reader_begin(
				 &reader, (uint64_t)BLOCK_RAW_MAX + 1, 1, &err),
		GS_TOOBIG);
	err.code = GS_OK;
	assert_int_equal(block_reader_begin(&reader, BLOCK_RAW_MAX,
				 BLOCK_ENTRIES_MAX + 1, &err),
		GS_TOOBIG);
	err.code = GS_OK;
	assert_int_equal(block_reader_begin(&reader, 87, 1, &err), GS_BAD);
}

/* The largest of all: every entry, and a body at its maximum. */
static void
a_full_block_fits(void **state)
{
	static struct block_entry full[BLOCK_ENTRIES_MAX];

	for (unsigned i = 0; i < BLOCK_ENTRIES_MAX; i++) {
		full[i] = entries[2];
		full[i].action = packs_action(i);
	}
	full[7] = entries[1];
	full[7].size = PACK_BODY_MAX;
	assert_int_equal(block_raw_len(full, BLOCK_ENTRIES_MAX), BLOCK_RAW_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_block_comes_back),
		cmocka_unit_test(a_body_stands_with_the_first_that_has_it),
		cmocka_unit_test(a_block_without_entries_is_a_block),
		cmocka_unit_test(a_cut_block_never_ends),
		cmocka_unit_test(each_flipped_bit_of_the_headers_is_noticed),
		cmocka_unit_test(impossible_sizes_are_refused),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(a_full_block_fits),
	};

	return cmocka_run_group_tests_name("block", tests, set_up, tear_down);
}
