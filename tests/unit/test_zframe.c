#include "pack/zframe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "packs.h"

enum { TEXT_MAX = 1200 * 1000 };

static char text[TEXT_MAX], back[TEXT_MAX + 64];
static _Alignas(16) char memory[ZFRAME_READER_BYTES];
static struct zframe_reader reader;

static int
set_up(void **state)
{
	zframe_reader_init(&reader, memory);
	packs_body(5, text, sizeof(text));
	return 0;
}

/* Feeds a frame in pieces, takes what comes in rooms of out_len bytes. */
static enum gs_code
decode(struct view in, size_t raw_len, size_t piece, size_t room, size_t *got)
{
	struct gs_err err = {0};

	*got = 0;
	zframe_reader_begin(&reader, raw_len);
	while (!reader.ended) {
		struct view now = {in.p, in.n < piece ? in.n : piece};
		struct buf out = buf_over(back + *got,
			room < sizeof(back) - *got ? room
						   : sizeof(back) - *got);
		size_t used;

		if (zframe_read(&reader, now, &used, &out, &err) != GS_OK) {
			assert_int_equal(err.code, GS_BAD);
			return err.code;
		}
		in = view_skip(in, used);
		*got += out.len;
		if (in.n == 0 && out.len < out.cap && !reader.ended) {
			return GS_CLOSED;
		}
	}
	return in.n == 0 ? GS_OK : GS_TOOBIG;
}

static void
assert_round_trip(struct view raw)
{
	size_t n, got;
	char *frame = packs_compress(raw, &n);

	assert_int_equal(
		decode((struct view){frame, n}, raw.n, n, 32768, &got), GS_OK);
	assert_int_equal(got, raw.n);
	assert_memory_equal(back, raw.p, got);
	free(frame);
}

/* Each size has parameters of its own in zstd; the largest body that is ever
 * packed needs no more memory than these. */
static void
round_trips(void **state)
{
	static const size_t lens[] = {0, 1, 2, 100, 255, 256, 257, 16384, 16385,
		65791, 65792, ZFRAME_WINDOW_BYTES, ZFRAME_WINDOW_BYTES + 1,
		262144, 262145, 1000000, TEXT_MAX};
	static char noise[TEXT_MAX];
	uint32_t seed = 1;

	for (size_t i = 0; i < sizeof(noise); i++) {
		seed = seed * 1664525 + 1013904223;
		noise[i] = (char)(seed >> 24);
	}
	for (size_t i = 0; i < sizeof(lens) / sizeof(*lens); i++) {
		assert_round_trip((struct view){text, lens[i]});
		assert_round_trip((struct view){noise, lens[i]});
	}
}

static void
pieces_do_not_matter(void **state)
{
	static const size_t sizes[] = {1, 2, 3, 17, 18, 19, 4096, 65536};
	size_t n, got;
	char *frame = packs_compress((struct view){text, 300000}, &n);

	for (size_t i = 0; i < 8; i++) {
		for (size_t j = 0; j < 8; j++) {
			assert_int_equal(decode((struct view){frame, n}, 300000,
						 sizes[i], sizes[j], &got),
				GS_OK);
			assert_int_equal(got, 300000);
			assert_memory_equal(back, text, got);
		}
	}
	free(frame);
}

static void
another_length_is_refused(void **state)
{
	size_t n, got;
	char *frame = packs_compress((struct view){text, 5000}, &n);
	struct view in = {frame, n};

	for (size_t i = 0; i < 3; i++) {
		static const size_t wrong[] = {4999, 5001, 0};

		assert_int_equal(decode(in, wrong[i], n, 64, &got), GS_BAD);
		assert_int_equal(got, 0);
	}
	assert_int_equal(decode(in, 5000, n, 9999, &got), GS_OK);
	free(frame);
}

static void
a_cut_frame_never_ends(void **state)
{
	size_t n, got;
	char *frame = packs_compress((struct view){text, 5000}, &n);

	for (size_t cut = 0; cut < n; cut++) {
		assert_int_equal(decode((struct view){frame, cut}, 5000,
					 cut + 1, 9999, &got),
			GS_CLOSED);
	}
	free(frame);
}

/* Bytes that a decoder without our limits would take. Written by hand after
 * RFC 8878: magic, descriptor, window or size, then RLE blocks that make
 * 128 KiB of four bytes. */
static void
bombs_are_refused(void **state)
{
	/* single segment, 4-byte size: announces 4 GiB - 1 */
	static const char huge[] = "\x28\xb5\x2f\xfd\xa0\xff\xff\xff\xff";
	/* 8-byte size: announces 10 GB */
	static const char ten_gb[] =
		"\x28\xb5\x2f\xfd\xe0\x00\xe4\x0b\x54\x02\x00\x00\x00";
	/* no size, window of 2 MiB, then RLE blocks */
	static const char no_size[] = "\x28\xb5\x2f\xfd\x00\x58"
				      "\x02\x00\x10\x41\x02\x00\x10\x41";
	/* says 300 bytes, window 1 KiB, but blocks make 1 KiB each */
	static const char liar[] = "\x28\xb5\x2f\xfd\x40\x00\x2c\x00"
				   "\x02\x20\x00\x41\x02\x20\x00\x41";
	/* a window of 1 MiB for 300 bytes */
	static const char window[] = "\x28\xb5\x2f\xfd\x40\x50\x2c\x00"
				     "\x63\x09\x00\x41";
	/* a skippable frame, a dictionary, a checksum */
	static const char skip[] = "\x50\x2a\x4d\x18\x02\x00\x00\x00??";
	static const char dictionary[] =
		"\x28\xb5\x2f\xfd\x21\x07\x05\x2b\x00\x00\x41";
	static const char checksum[] = "\x28\xb5\x2f\xfd\x24\x05\x2b\x00\x00"
				       "A\x08\x70\xb2\x85";

	static const struct {
		const char *bytes;
		size_t n, raw_len;
	} cases[] = {
		{huge, sizeof(huge) - 1, 5000},
		{ten_gb, sizeof(ten_gb) - 1, 5000},
		{no_size, sizeof(no_size) - 1, 262144},
		{liar, sizeof(liar) - 1, 300},
		{window, sizeof(window) - 1, 300},
		{skip, sizeof(skip) - 1, 2},
		{dictionary, sizeof(dictionary) - 1, 5},
		{checksum, sizeof(checksum) - 1, 5},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct view in = {cases[i].bytes, cases[i].n};
		size_t got;

		assert_int_equal(
			decode(in, cases[i].raw_len, in.n, sizeof(back), &got),
			GS_BAD);
		assert_int_equal(
			decode(in, cases[i].raw_len, 1, 64, &got), GS_BAD);
		assert_true(got <= cases[i].raw_len);
	}
}

/* Even a frame with an announced size that is right may need too much. */
static void
a_large_window_is_refused(void **state)
{
	/* single segment: the window is the content, 512 KiB + 1 of it */
	static const char frame[] = "\x28\xb5\x2f\xfd\xa0\x01\x00\x08\x00"
				    "\x02\x00\x10\x41\x02\x00\x10\x41"
				    "\x02\x00\x10\x41\x02\x00\x10\x41"
				    "\x0b\x00\x00\x41";
	struct view in = {frame, sizeof(frame) - 1};
	size_t got;

	assert_int_equal(
		decode(in, ZFRAME_WINDOW_BYTES + 1, in.n, sizeof(back), &got),
		GS_BAD);
}

static void
failure_sticks_until_the_next_frame(void **state)
{
	struct gs_err err = {0};
	struct buf out = BUF_OVER(back);
	size_t used = 9, n, got;
	char *frame = packs_compress((struct view){text, 50}, &n);

	zframe_reader_begin(&reader, 50);
	assert_int_equal(
		zframe_read(&reader, VIEW("nonsense"), &used, &out, &err),
		GS_BAD);
	assert_int_equal(used, 0);
	assert_int_equal(zframe_read(&reader, (struct view){frame, n}, &used,
				 &out, &err),
		GS_BAD);
	assert_int_equal(
		decode((struct view){frame, n}, 50, n, 100, &got), GS_OK);
	frame[6] |= 6; /* a block of the reserved type */
	assert_int_equal(
		decode((struct view){frame, n}, 50, n, 100, &got), GS_BAD);
	assert_int_equal(
		zframe_read(&reader, VIEW(""), &used, &out, &err), GS_BAD);
	free(frame);
}

/* A flipped bit is refused, or changes bytes, or nothing; never more. */
static void
flipped_bits_stay_within_bounds(void **state)
{
	size_t n, got;
	char *frame = packs_compress((struct view){text, 700}, &n);

	for (size_t bit = 0; bit < 8 * n; bit++) {
		frame[bit / 8] ^= (char)(1 << bit % 8);
		(void)decode((struct view){frame, n}, 700, n, 99, &got);
		assert_true(got <= 700);
		frame[bit / 8] ^= (char)(1 << bit % 8);
	}
	free(frame);
}

static void
a_writer_wants_what_was_announced(void **state)
{
	char *storage = malloc(ZFRAME_WRITER_BYTES);
	struct zframe_writer w;
	struct gs_err err = {0};
	struct buf out = BUF_OVER(back);
	size_t used;
	bool ended;

	zframe_writer_init(&w, storage);
	zframe_writer_begin(&w, 10);
	assert_int_equal(
		zframe_write(&w, VIEW("too short"), &used, &out, &err), GS_OK);
	assert_int_equal(zframe_write_end(&w, &out, &ended, &err), GS_BAD);
	zframe_writer_begin(&w, 3);
	assert_int_equal(
		zframe_write(&w, VIEW("too long"), &used, &out, &err), GS_BAD);
	assert_int_equal(used, 0);
	free(storage);
}

/* The writer needs no room for the whole frame at once. */
static void
a_writer_goes_on_in_small_rooms(void **state)
{
	size_t n, got, len = 0, used, whole = 400000;
	char *frame = packs_compress((struct view){text, whole}, &n);
	char *storage = malloc(ZFRAME_WRITER_BYTES), *mine = malloc(n + 100);
	struct view in = {text, whole};
	struct zframe_writer w;
	struct gs_err err = {0};
	bool ended = false;

	zframe_writer_init(&w, storage);
	zframe_writer_begin(&w, whole);
	while (!ended) {
		struct buf out = buf_over(
			mine + len, n + 100 - len < 100 ? n + 100 - len : 100);

		if (in.n > 0) {
			assert_int_equal(
				zframe_write(&w, in, &used, &out, &err), GS_OK);
			in = view_skip(in, used);
		} else {
			assert_int_equal(
				zframe_write_end(&w, &out, &ended, &err),
				GS_OK);
		}
		len += out.len;
	}
	assert_int_equal(
		decode((struct view){mine, len}, whole, len, 9999, &got),
		GS_OK);
	assert_memory_equal(back, text, whole);
	free(frame);
	free(storage);
	free(mine);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trips),
		cmocka_unit_test(pieces_do_not_matter),
		cmocka_unit_test(another_length_is_refused),
		cmocka_unit_test(a_cut_frame_never_ends),
		cmocka_unit_test(bombs_are_refused),
		cmocka_unit_test(a_large_window_is_refused),
		cmocka_unit_test(failure_sticks_until_the_next_frame),
		cmocka_unit_test(flipped_bits_stay_within_bounds),
		cmocka_unit_test(a_writer_wants_what_was_announced),
		cmocka_unit_test(a_writer_goes_on_in_small_rooms),
	};

	return cmocka_run_group_tests_name("zframe", tests, set_up, NULL);
}
