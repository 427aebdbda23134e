/* What is fetched ahead of go, when all goes well. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ahead_fixture.h"

static void
everything_lands(void **state)
{
	static const struct flight_block b[] = {
		{SNAPSHOT_INLINE, 1000, 5, 30, 0},
		{0, 1010, 8, 900, 0},
		{1, 1020, 8, 20000, 0},
		{SNAPSHOT_INLINE, 1030, 3, 0, 0},
		{0, 1040, 1, 300000, 0},
	};

	leave(2, b, 5);
	take_off(UINT64_MAX);
	await_landing();
	for (size_t i = 0; i < 5; i++) {
		assert_block(&b[i], true);
	}
	assert_int_equal(ahead_counts(ahead).entries, 25);
	assert_int_equal(ahead_counts(ahead).rejected, 0);
	assert_int_equal(ahead_counts(ahead).bytes,
		sample->pack[0].size + sample->pack[1].size -
			2 * PACK_HEAD_LEN);
	assert_int_equal(bucket.shared, 25);
	assert_int_equal(bucket.shared_late, 0);
	assert_int_equal(bucket.connects, 0);
	assert_int_equal(bucket.said, 0);
	assert_int_equal(answers.count, 0);
	end_flight();
}

static void
nothing_is_fetched_twice(void **state)
{
	static const struct flight_block b[] = {
		{SNAPSHOT_INLINE, 1000, 5, 30, 0},
		{0, 1010, 8, 900, 0},
	};

	leave(1, b, 2);
	take_off(UINT64_MAX);
	await_landing();
	assert_int_equal(bucket_count("packs"), 0);
	assert_int_equal(ahead_counts(ahead).entries, 0);
	assert_false(take(1010));
	assert_false(take(1000));
	end_flight();
}

static void
only_blocks_that_lack_something_are_fetched(void **state)
{
	static const struct flight_block b[] = {
		{0, 1100, 4, 100, 0},
		{0, 1110, 4, 100, 0},
		{0, 1120, 4, 100, 0},
	};

	leave(1, b, 3);
	for (unsigned n = 1110; n < 1114; n++) {
		struct id action = packs_action(n);
		struct entry e = {action, id_of("x"), 1, 7};
		struct gs_err err;

		assert_int_equal(cachedir_put(&dir, &e, &err), GS_OK);
	}
	take_off(UINT64_MAX);
	await_landing();
	assert_block(&b[0], true);
	assert_block(&b[1], false);
	assert_block(&b[2], true);
	assert_int_equal(bucket_count("packs"), 2);
	/* it has lost its body: its object is asked for */
	assert_false(take(1110));
	end_flight();
}

static void
a_get_waits_for_the_snapshot_and_its_block(void **state)
{
	static const struct flight_block b[] = {
		{SNAPSHOT_INLINE, 1200, 2, 30, 0},
		{0, 1210, 4, 100, 0},
	};

	leave(1, b, 2);
	the_snapshot()->held = 10;
	the_pack(0)->held = PACK_HEAD_LEN + 3;
	take_off(UINT64_MAX);
	bucket_await(1);
	assert_true(take(1212));
	assert_true(take(1201));
	assert_true(take(7));
	assert_true(ahead_is_awaited(ahead));
	bucket_release(the_snapshot());
	assert_answered(7, false);
	assert_answered(1201, true);
	bucket_await(1);
	assert_true(ahead_is_awaited(ahead));
	bucket_release(the_pack(0));
	assert_answered(1212, true);
	end_flight();
}

/* It is asked for while the front does not know yet that it has landed. */
static void
a_get_that_comes_late_is_answered_at_once(void **state)
{
	static const struct flight_block b[] = {{0, 1250, 4, 100, 0}};

	leave(1, b, 1);
	take_off(UINT64_MAX);
	await_landing();
	assert_true(take(1251));
	assert_answered(1251, true);
	end_flight();
}

static void
what_the_past_does_not_know_is_not_taken(void **state)
{
	static const struct flight_block b[] = {{0, 1260, 4, 100, 0}};

	leave(1, b, 1);
	take_off(UINT64_MAX);
	await_landing();
	assert_false(take(8));
	assert_false(ahead_is_awaited(ahead));
	end_flight();
}

static void
two_gets_for_one_action_have_one_answer(void **state)
{
	static const struct flight_block b[] = {{0, 1270, 4, 100, 0}};

	leave(1, b, 1);
	the_pack(0)->held = PACK_HEAD_LEN;
	take_off(UINT64_MAX);
	bucket_await(1);
	assert_true(take(1271));
	assert_true(take(1271));
	bucket_release(the_pack(0));
	assert_answered(1271, true);
	end_flight();
}

static void
the_first_get_that_is_early_opens_connections(void **state)
{
	static const struct flight_block b[] = {{0, 1280, 4, 100, 0}};

	leave(1, b, 1);
	the_snapshot()->held = 10;
	take_off(UINT64_MAX);
	bucket_await(1);
	assert_true(take(1281));
	assert_true(take(1282));
	bucket_release(the_snapshot());
	assert_answered(1281, true);
	assert_answered(1282, true);
	await_landing();
	/* two more come from the snapshot's requests */
	assert_true(bucket.connects >= AHEAD_HANDS_MIN - 2);
	assert_true(bucket.connects <= AHEAD_HANDS_MAX - 2);
	assert_int_equal(bucket_count("packs"), 1);
	end_flight();
}

/* The object that was put last. */
static struct bucket_object *
the_familys_snapshot(void)
{
	return &bucket.object[bucket.objects - 1];
}

/* Its connections will take long to gain speed. */
static void
a_bucket_that_is_far_away_gets_more_of_them(void **state)
{
	static const struct flight_block b[] = {{0, 1285, 4, 100, 0}};

	leave(1, b, 1);
	put_under(sample->head.family, pack_snapshot_key, sample->bytes,
		sample->len);
	the_snapshot()->held = 0;
	the_familys_snapshot()->held = 0;
	take_off(UINT64_MAX);
	bucket_await(2);
	assert_true(take(1285));
	usleep((AHEAD_FAR_MS + 50) * 1000);
	bucket_release(the_snapshot());
	bucket_release(the_familys_snapshot());
	assert_answered(1285, true);
	await_landing();
	assert_true(ahead->is_far);
	assert_int_equal(bucket.connects, AHEAD_HANDS_MAX - 2);
	end_flight();
}

/* A service that grants keys is slow, or the line is thin. */
static void
what_else_takes_long_makes_no_bucket_far_away(void **state)
{
	static const struct flight_block b[] = {{0, 1288, 1, 100, 0}};

	leave(1, b, 1);
	bucket.slow_ms = AHEAD_FAR_MS + 50;
	the_snapshot()->held = 10;
	take_off(UINT64_MAX);
	bucket_await(1);
	usleep((AHEAD_FAR_MS + 50) * 1000);
	bucket_release(the_snapshot());
	await_landing();
	assert_block(&b[0], true);
	assert_false(ahead->is_far);
	end_flight();
}

static void
without_a_past_gets_go_on_alone(void **state)
{
	static const struct flight_block b[] = {{0, 1290, 4, 100, 0}};

	leave(1, b, 1);
	the_snapshot()->len = the_snapshot()->announced = 100;
	the_snapshot()->held = 10;
	take_off(UINT64_MAX);
	bucket_await(1);
	assert_true(take(1290));
	bucket_release(the_snapshot());
	assert_answered(1290, false);
	await_landing();
	assert_false(take(1291));
	assert_int_equal(bucket_count("packs"), 0);
	end_flight();
}

/* What go asks for out of order moves forward, and so does what nobody wanted
 * lately. */
static void
what_is_urgent_comes_first(void **state)
{
	struct flight_block b[30];

	for (unsigned i = 0; i < 30; i++) {
		b[i] = (struct flight_block){0, 1300 + 10 * i, 2, 100, i == 29};
	}
	/* between two that are wanted, so that no leg has more than one */
	for (unsigned i = 1; i < 29; i += 2) {
		b[i].idle = 1;
	}
	leave(1, b, 30);
	the_pack(0)->held = PACK_HEAD_LEN;
	take_off(UINT64_MAX);
	bucket_await(ahead->hands);
	assert_true(take(1300 + 290));
	bucket_await(ahead->hands + 1);
	assert_int_equal(
		bucket.read[bucket.reads - 1].offset, sample->block[29].offset);
	bucket_release(the_pack(0));
	assert_answered(1300 + 290, true);
	await_landing();
	assert_block(&b[0], true);
	assert_block(&b[1], false);
	assert_block(&b[28], true);
	assert_block(&b[29], true);
	/* nobody is at work any longer, but will be again */
	assert_true(take(1310));
	assert_answered(1310, true);
	end_flight();
}

static void
no_more_than_the_budget_is_fetched_unasked(void **state)
{
	static const struct flight_block b[] = {
		{0, 1700, 4, 100, 0},
		{0, 1710, 4, 100, 0},
	};

	leave(1, b, 2);
	take_off(sample->block[0].packed_len);
	await_landing();
	assert_block(&b[0], true);
	assert_block(&b[1], false);
	assert_true(take(1710));
	assert_answered(1710, true);
	end_flight();
}

static void
without_a_budget_only_the_past_is_loaded(void **state)
{
	static const struct flight_block b[] = {
		{SNAPSHOT_INLINE, 1720, 2, 30, 0}, {0, 1730, 2, 30, 0}};

	leave(1, b, 2);
	take_off(0);
	assert_false(take(1720));
	assert_int_equal(past_wait(ahead_past(ahead), CLOCK_NEVER), PAST_WHOLE);
	await_landing();
	assert_false(take(1720));
	assert_block(&b[0], false);
	assert_int_equal(bucket_count("packs"), 0);
	end_flight();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_lands),
		cmocka_unit_test(nothing_is_fetched_twice),
		cmocka_unit_test(only_blocks_that_lack_something_are_fetched),
		cmocka_unit_test(a_get_waits_for_the_snapshot_and_its_block),
		cmocka_unit_test(a_get_that_comes_late_is_answered_at_once),
		cmocka_unit_test(what_the_past_does_not_know_is_not_taken),
		cmocka_unit_test(two_gets_for_one_action_have_one_answer),
		cmocka_unit_test(the_first_get_that_is_early_opens_connections),
		cmocka_unit_test(a_bucket_that_is_far_away_gets_more_of_them),
		cmocka_unit_test(what_else_takes_long_makes_no_bucket_far_away),
		cmocka_unit_test(without_a_past_gets_go_on_alone),
		cmocka_unit_test(what_is_urgent_comes_first),
		cmocka_unit_test(no_more_than_the_budget_is_fetched_unasked),
		cmocka_unit_test(without_a_budget_only_the_past_is_loaded),
	};

	return cmocka_run_group_tests_name("ahead", tests, set_up, tear_down);
}
