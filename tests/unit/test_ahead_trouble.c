/* What is fetched ahead of go, when it does not come, or is something else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ahead_fixture.h"

/* Four blocks in two packs, and an inline one. */
enum { INLINE, FIRST, SECOND, OTHER, BLOCKS };

static void
make_blocks(struct flight_block b[BLOCKS], unsigned first)
{
	b[INLINE] = (struct flight_block){SNAPSHOT_INLINE, first, 3, 30, 0};
	b[FIRST] = (struct flight_block){0, first + 10, 3, 90, 0};
	b[SECOND] = (struct flight_block){0, first + 20, 3, 90, 0};
	b[OTHER] = (struct flight_block){1, first + 30, 3, 90, 0};
}

/* Leaves them, for one run, each under numbers of its own. */
static void
leave_blocks(struct flight_block b[BLOCKS], unsigned first)
{
	make_blocks(b, first);
	leave(2, b, BLOCKS);
}

/* With gets for an entry of each block, taken before anything has come. */
static void
take_off_awaited(const struct flight_block b[BLOCKS])
{
	the_snapshot()->held = 10;
	take_off(UINT64_MAX);
	bucket_await(1);
	for (size_t i = 0; i < BLOCKS; i++) {
		assert_true(take(b[i].first + 1));
	}
	bucket_release(the_snapshot());
}

/* Puts another frame in the place of the last block's, the only one of pack 1. */
static void
replace_frame(size_t block, const char *frame, size_t len)
{
	struct bucket_object *o = the_pack(1);

	sample->block[block].packed_len = (uint32_t)len;
	sample->pack[1].size = PACK_HEAD_LEN + len;
	flights_seal(sample);
	memcpy(the_snapshot()->bytes, sample->bytes, sample->len);
	o->bytes = realloc(o->bytes, PACK_HEAD_LEN + len);
	o->len = o->announced = PACK_HEAD_LEN + len;
	memcpy(o->bytes + PACK_HEAD_LEN, frame, len);
}

static void
a_pack_that_is_not_there_fails_at_once(void **state)
{
	struct flight_block b[BLOCKS];

	leave_blocks(b, 2000);
	bucket_remove(the_pack(0));
	take_off_awaited(b);
	assert_answered(b[INLINE].first + 1, true);
	assert_answered(b[FIRST].first + 1, false);
	assert_answered(b[SECOND].first + 1, false);
	assert_answered(b[OTHER].first + 1, true);
	await_landing();
	assert_false(take(b[SECOND].first + 2));
	assert_true(ahead_is_spoilt(ahead, 0));
	assert_false(ahead_is_spoilt(ahead, 1));
	assert_false(ahead_is_spoilt(ahead, SNAPSHOT_INLINE));
	assert_int_equal(bucket.said, 1);
	assert_int_equal(bucket.level, LOG_INFO);
	assert_non_null(strstr(bucket.text, "it is not there"));
	end_flight();
}

/* Both blocks of the pack are one leg. The second is what it should be, but its
 * pack is no longer believed. */
static void
a_pack_that_is_wrong_is_given_up(void **state)
{
	struct flight_block b[BLOCKS];

	leave_blocks(b, 2100);
	memset(the_pack(0)->bytes + PACK_HEAD_LEN, 0x55, 20);
	take_off(UINT64_MAX);
	await_landing();
	assert_block(&b[FIRST], false);
	assert_block(&b[SECOND], false);
	assert_block(&b[OTHER], true);
	assert_false(take(b[SECOND].first));
	assert_int_equal(ahead_counts(ahead).rejected, 1);
	assert_int_equal(bucket.said, 1);
	assert_int_equal(bucket.level, LOG_INFO);
	end_flight();
}

static void
what_had_landed_before_stays(void **state)
{
	struct flight_block b[BLOCKS];

	leave_blocks(b, 2200);
	memset(the_pack(0)->bytes + sample->block[SECOND].offset, 0x55, 20);
	take_off(UINT64_MAX);
	await_landing();
	assert_block(&b[FIRST], true);
	assert_block(&b[SECOND], false);
	assert_int_equal(ahead_counts(ahead).rejected, 1);
	end_flight();
}

/* A block whose bodies are other ones, of the same length. */
static void
bodies_that_do_not_hash_are_not_taken(void **state)
{
	struct flight_block b[BLOCKS];
	struct block_entry e[3];
	unsigned number[3];
	size_t raw_len, len;

	leave_blocks(b, 2300);
	for (unsigned i = 0; i < 3; i++) {
		e[i] = flights_entry(&b[OTHER], b[OTHER].first + i);
		number[i] = b[OTHER].first + i + (i == 1);
	}
	char *raw = packs_raw(e, number, 3, &raw_len);
	char *packed = packs_compress((struct view){raw, raw_len}, &len);

	replace_frame(OTHER, packed, len);
	take_off_awaited(b);
	assert_answered(b[OTHER].first + 1, false);
	await_landing();
	assert_true(is_there(&b[OTHER], b[OTHER].first));
	assert_false(is_there(&b[OTHER], b[OTHER].first + 1));
	assert_false(is_there(&b[OTHER], b[OTHER].first + 2));
	assert_int_equal(ahead_counts(ahead).rejected, 1);
	free(raw);
	free(packed);
	end_flight();
}

/* Flies with a bit of a byte changed: an entry is as it was, or not there. */
static void
fly_with_changed_byte(const struct flight_block *b, char *byte, int bit)
{
	*byte ^= (char)(1 << bit);
	take_off(UINT64_MAX);
	await_landing();
	for (unsigned n = b->first; n < b->first + b->count; n++) {
		struct id action = packs_action(n);
		struct entry e;

		assert_true(!cachedir_get(&dir, &action, &e) || is_there(b, n));
	}
	assert_true(ahead_counts(ahead).rejected <= 1);
	assert_int_equal(
		ahead_is_spoilt(ahead, b->pack), ahead_counts(ahead).rejected);
	leave_flight();
	forget_block(b);
	*byte ^= (char)(1 << bit);
}

static void
no_byte_of_a_pack_can_change(void **state)
{
	static const struct flight_block b[] = {{0, 2400, 3, 20, 0}};

	leave(1, b, 1);
	for (size_t at = PACK_HEAD_LEN; at < sample->pack[0].size; at += 5) {
		fill_bucket();
		fly_with_changed_byte(b, the_pack(0)->bytes + at, at % 8);
	}
	fill_bucket();
	take_off(UINT64_MAX);
	end_flight();
}

/* No hash in the snapshot covers these. */
static void
no_byte_of_an_inline_block_can_change(void **state)
{
	static const struct flight_block b[] = {
		{SNAPSHOT_INLINE, 2450, 3, 20, 0}};

	leave(1, b, 1);
	for (size_t at = sample->table_len; at < sample->len; at += 5) {
		fill_bucket();
		fly_with_changed_byte(b, the_snapshot()->bytes + at, at % 8);
	}
	fill_bucket();
	take_off(UINT64_MAX);
	end_flight();
}

/* An attempt that breaks off; the next goes on behind what has landed. */
static void
a_second_attempt_goes_on(void **state)
{
	struct flight_block b[BLOCKS];

	leave_blocks(b, 2500);
	the_pack(0)->cut = (size_t)sample->block[SECOND].offset + 5;
	the_pack(0)->cuts = 1;
	take_off_awaited(b);
	assert_answered(b[SECOND].first + 1, true);
	await_landing();
	assert_block(&b[FIRST], true);
	assert_block(&b[SECOND], true);
	assert_true(bucket_has_read(sample->block[SECOND].offset));
	assert_int_equal(bucket.said, 0);
	end_flight();
}

/* Eight blocks are one leg, of which an answer has less than two. */
static void
a_leg_goes_on_while_blocks_come(void **state)
{
	struct flight_block b[8];

	for (unsigned i = 0; i < 8; i++) {
		b[i] = (struct flight_block){0, 2550 + 3 * i, 3, 90, 0};
	}
	leave(1, b, 8);
	the_pack(0)->most = sample->block[0].packed_len * 3 / 2;
	take_off(UINT64_MAX);
	await_landing();
	for (unsigned i = 0; i < 8; i++) {
		assert_block(&b[i], true);
	}
	assert_true(bucket_count("packs") > 4); /* two were all */
	end_flight();
}

/* Nor does it go on for ever. */
static void
a_leg_ends_where_no_block_comes(void **state)
{
	struct flight_block b[BLOCKS];

	leave_blocks(b, 3400);
	the_pack(0)->most = 5;
	take_off(UINT64_MAX);
	await_landing();
	assert_block(&b[FIRST], false);
	assert_block(&b[OTHER], true);
	assert_int_equal(bucket_count("packs"), 3);
	end_flight();
}

/* Other legs of the pack may come all the same. */
static void
a_leg_that_does_not_come_fails_alone(void **state)
{
	struct flight_block b[BLOCKS];

	leave_blocks(b, 2600);
	the_pack(0)->cut = (size_t)sample->block[SECOND].offset + 5;
	the_pack(0)->cuts = 4;
	take_off_awaited(b);
	assert_answered(b[FIRST].first + 1, true);
	assert_answered(b[SECOND].first + 1, false);
	assert_answered(b[OTHER].first + 1, true);
	end_flight();
}

static void
inline_blocks_that_do_not_come_fail(void **state)
{
	struct flight_block b[BLOCKS];

	leave_blocks(b, 2700);
	the_snapshot()->cut = sample->table_len + 5;
	the_snapshot()->cuts = 2;
	take_off_awaited(b);
	assert_answered(b[INLINE].first + 1, false);
	assert_answered(b[OTHER].first + 1, true);
	end_flight();
}

/* The snapshot does not come: gets wait for a while, and then no longer. */
static void
gets_do_not_wait_for_ever(void **state)
{
	struct flight_block b[BLOCKS];
	uint64_t began = clock_mono_ms();

	leave_blocks(b, 2800);
	the_snapshot()->held = 10;
	take_off(UINT64_MAX);
	bucket_await(1);
	assert_true(take(b[FIRST].first));
	assert_answered(b[FIRST].first, false);
	assert_true(clock_mono_ms() - began >= AHEAD_PATIENCE_MS);
	assert_false(take(b[FIRST].first));
	bucket_release(the_snapshot());
	await_landing();
	assert_block(&b[FIRST], true);
	end_flight();
}

static void
so_many_gets_can_wait_and_no_more(void **state)
{
	struct flight_block b[BLOCKS];

	leave_blocks(b, 2900);
	the_snapshot()->held = 10;
	take_off(UINT64_MAX);
	bucket_await(1);
	for (unsigned i = 0; i < PENDING_GETS_MAX; i++) {
		assert_true(take(100000 + i));
	}
	assert_false(take(b[FIRST].first));
	bucket_release(the_snapshot());
	assert_answered(100000, false);
	assert_answered(100000 + PENDING_GETS_MAX - 1, false);
	end_flight();
}

/* As many legs fail as are on their way; the others end before they ask. */
static void
nothing_more_is_asked_of_a_pack_that_is_wrong(void **state)
{
	struct flight_block b[30];

	for (unsigned i = 0; i < 30; i++) {
		b[i] = (struct flight_block){0, 3200 + 3 * i, 2, 100, i % 2};
	}
	leave(1, b, 30);
	memset(the_pack(0)->bytes, 0x55, the_pack(0)->len);
	the_pack(0)->held = PACK_HEAD_LEN;
	take_off(UINT64_MAX);
	bucket_await(ahead->hands);
	bucket_release(the_pack(0));
	await_landing();
	assert_int_equal(bucket_count("packs"), ahead->hands);
	/* of an idle block: nobody knows yet that it will not come */
	assert_true(take(3203));
	assert_answered(3203, false);
	assert_false(take(3203));
	await_landing();
	assert_int_equal(bucket_count("packs"), ahead->hands);
	assert_int_equal(ahead_counts(ahead).entries, 0);
	end_flight();
}

#define TEST(name) cmocka_unit_test(name)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_pack_that_is_not_there_fails_at_once),
		TEST(a_pack_that_is_wrong_is_given_up),
		TEST(what_had_landed_before_stays),
		TEST(bodies_that_do_not_hash_are_not_taken),
		TEST(no_byte_of_a_pack_can_change),
		TEST(no_byte_of_an_inline_block_can_change),
		TEST(a_second_attempt_goes_on),
		TEST(a_leg_goes_on_while_blocks_come),
		TEST(a_leg_ends_where_no_block_comes),
		TEST(a_leg_that_does_not_come_fails_alone),
		TEST(inline_blocks_that_do_not_come_fail),
		TEST(gets_do_not_wait_for_ever),
		TEST(so_many_gets_can_wait_and_no_more),
		TEST(nothing_more_is_asked_of_a_pack_that_is_wrong),
	};

	return cmocka_run_group_tests_name(
		"ahead_trouble", tests, set_up, tear_down);
}
