#include "pack/zblock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "packs.h"

enum { COUNT = 40 };

static struct zblock_reader *reader;

/* A block of entries with those sizes, as it travels. */
struct sample {
	struct block_entry entry[COUNT];
	unsigned number[COUNT];
	size_t count;
	struct zblock_len len;
	char *packed;
};

static struct sample small, large;

static void
make(struct sample *s, size_t count, size_t size)
{
	size_t raw_len, packed_len;
	char *raw;

	s->count = count;
	for (unsigned i = 0; i < count; i++) {
		s->number[i] = i % 31;
		s->entry[i] =
			packs_entry(i % 31, i % 5 == 0 ? 0 : size + i % 31);
		s->entry[i].action = packs_action(i);
	}
	raw = packs_raw(s->entry, s->number, count, &raw_len);
	s->packed = packs_compress((struct view){raw, raw_len}, &packed_len);
	s->len = (struct zblock_len){packed_len, raw_len, count};
	free(raw);
}

static int
set_up(void **state)
{
	reader = malloc(sizeof(*reader));
	zblock_reader_init(reader);
	make(&small, 3, 40);
	make(&large, COUNT, 20000);
	return 0;
}

static int
tear_down(void **state)
{
	free(small.packed);
	free(large.packed);
	free(reader);
	return 0;
}

/* What came out: how far it got, and whether a body was wrong. */
struct outcome {
	enum gs_code code;
	size_t taken, ended, wrong;
	bool complete;
	struct sha256 body;
};

static void
note(struct outcome *o, enum block_event event, struct view body)
{
	const struct block_entry *e = &reader->block.entry[reader->block.at];
	struct id digest;

	if (event == BLOCK_ENTRY) {
		sha256_init(&o->body, SHA256_PORTABLE);
	} else if (event == BLOCK_BODY) {
		sha256_update(&o->body, body);
	} else if (event == BLOCK_ENTRY_END) {
		sha256_final(&o->body, &digest);
		o->ended++;
		o->wrong +=
			reader->block.has_body && !id_eq(&digest, &e->output);
	}
}

static struct outcome
read_pieces(const struct sample *s, struct view in, size_t piece)
{
	struct outcome o = {0};
	struct gs_err err = {0};
	enum block_event event = BLOCK_MORE;

	o.code = zblock_reader_begin(reader, &s->len, &err);
	while (o.code == GS_OK && event != BLOCK_END &&
		(in.n > 0 || event != BLOCK_MORE)) {
		struct view now = {in.p, in.n < piece ? in.n : piece};
		struct view body = {NULL, 0};
		size_t used = 0;

		o.code = zblock_feed(reader, now, &used, &event, &body, &err);
		in = view_skip(in, used);
		o.taken += used;
		if (o.code == GS_OK) {
			note(&o, event, body);
			assert_true(event != BLOCK_MORE || used == now.n);
		}
	}
	o.complete = o.code == GS_OK && event == BLOCK_END;
	return o;
}

static void
assert_whole(const struct sample *s, size_t piece)
{
	struct view in = {s->packed, (size_t)s->len.packed};
	struct outcome o = read_pieces(s, in, piece);

	assert_int_equal(o.code, GS_OK);
	assert_true(o.complete);
	assert_int_equal(o.ended, s->count);
	assert_int_equal(o.wrong, 0);
}

static void
a_block_travels_in_any_pieces(void **state)
{
	for (size_t piece = 1; piece <= small.len.packed + 1; piece++) {
		assert_whole(&small, piece);
	}
	assert_whole(&large, 1);
	assert_whole(&large, 1000);
	assert_whole(&large, 16384);
	assert_whole(&large, large.len.packed);
}

/* Blocks follow each other without a gap in packs. */
static void
nothing_behind_it_is_taken(void **state)
{
	size_t n = (size_t)small.len.packed;
	char *twice = malloc(2 * n);
	struct gs_err err = {0};
	enum block_event event = BLOCK_MORE;
	size_t at = 0, used;
	struct view body;

	memcpy(twice, small.packed, n);
	memcpy(twice + n, small.packed, n);
	for (int round = 0; round < 2; round++) {
		assert_int_equal(
			zblock_reader_begin(reader, &small.len, &err), GS_OK);
		do {
			struct view in = {twice + at, 2 * n - at};

			assert_int_equal(zblock_feed(reader, in, &used, &event,
						 &body, &err),
				GS_OK);
			at += used;
		} while (event != BLOCK_END);
		assert_int_equal(at, n * (size_t)(round + 1));
	}
	free(twice);
}

static void
another_length_is_refused(void **state)
{
	struct sample s = small;
	struct view in = {s.packed, (size_t)s.len.packed};
	struct outcome o;

	s.len.packed--;
	o = read_pieces(&s, in, in.n);
	assert_int_equal(o.code, GS_BAD);
	assert_true(o.taken <= s.len.packed);
	s.len.packed += 2;
	assert_int_equal(read_pieces(&s, in, in.n).code, GS_BAD);
	s = small;
	s.len.raw++;
	assert_int_equal(read_pieces(&s, in, in.n).code, GS_BAD);
	s.len.raw -= 2;
	assert_int_equal(read_pieces(&s, in, in.n).code, GS_BAD);
	s = small;
	s.len.count++;
	assert_int_equal(read_pieces(&s, in, in.n).code, GS_BAD);
	s.len.count -= 2;
	assert_int_equal(read_pieces(&s, in, in.n).code, GS_BAD);
	s.len = (struct zblock_len){0, 0, 0};
	assert_int_equal(read_pieces(&s, in, in.n).code, GS_BAD);
}

static void
a_cut_block_never_ends(void **state)
{
	for (size_t cut = 0; cut < small.len.packed; cut++) {
		struct view in = {small.packed, cut};
		struct outcome o = read_pieces(&small, in, cut + 1);

		assert_int_equal(o.code, GS_OK);
		assert_false(o.complete);
	}
}

/* Either it is refused, or a body is not what it should be, or the bit had no
 * meaning and all is well. */
static void
no_flipped_bit_goes_unnoticed(void **state)
{
	size_t n = (size_t)small.len.packed, unnoticed = 0;
	struct view in = {small.packed, n};

	for (size_t bit = 0; bit < 8 * n; bit++) {
		small.packed[bit / 8] ^= (char)(1 << bit % 8);
		struct outcome o = read_pieces(&small, in, n);

		small.packed[bit / 8] ^= (char)(1 << bit % 8);
		assert_true(o.ended <= small.count);
		if (o.complete && o.wrong == 0) {
			unnoticed++;
		}
	}
	assert_true(unnoticed <= 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_block_travels_in_any_pieces),
		cmocka_unit_test(nothing_behind_it_is_taken),
		cmocka_unit_test(another_length_is_refused),
		cmocka_unit_test(a_cut_block_never_ends),
		cmocka_unit_test(no_flipped_bit_goes_unnoticed),
	};

	return cmocka_run_group_tests_name("zblock", tests, set_up, tear_down);
}
