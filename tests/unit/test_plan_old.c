/* What a plan makes of packs that a bucket's expiry rule will soon take, and of a
 * family. */
#include "plans.h"

static void
old_packs_are_left_in_time(void **state)
{
	BEGIN(3, {0, 4, 0}, {1, 4, 0}, {2, 4, 0}, {0, 4, 0});
	use_entries(0, 12);
	assert_false(plan_judge(&plan, 30 * DAY - 1, 30 * DAY));
	assert_true(plan_judge(&plan, 30 * DAY, 30 * DAY));
	assert_int_equal(block[0].verdict, PLAN_REWRITE);
	assert_int_equal(block[1].verdict, PLAN_KEEP);
	assert_int_equal(block[3].verdict, PLAN_DROP);
	assert_true(plan_judge(&plan, 31 * DAY, 30 * DAY));
	assert_int_equal(block[1].verdict, PLAN_REWRITE);
	assert_int_equal(block[2].verdict, PLAN_KEEP);
	assert_false(plan_judge(&plan, 400 * DAY, 0));
	assert_false(plan_judge(&plan, -1, 1)); /* a clock that is wrong */
	assert_false(plan_judge(&plan, INT64_MIN, 1));
	snapshots_free(&made);
}

/* All that counts of a block moves, or nothing: what nobody used would be gone
 * although its pack is still there. */
static void
a_run_in_part_moves_whole_blocks_of_old_packs(void **state)
{
	struct snapshot_entry e;
	size_t at = 0;

	BEGIN(2, {0, 4, 0}, {0, 4, 0}, {0, 40, 0}, {1, 4, 0});
	use_entries(0, 4);
	use_entries(5, 8);
	assert_true(plan_judge(&plan, 30 * DAY, 30 * DAY));
	assert_false(plan.full);
	assert_int_equal(block[0].verdict, PLAN_REWRITE);
	assert_int_equal(block[1].verdict, PLAN_KEEP);
	assert_int_equal(block[2].verdict, PLAN_KEEP);
	assert_int_equal(block[3].verdict, PLAN_KEEP);
	while (plan_next_rewrite(&plan, &at, &e)) {
		assert_true(at <= 4);
	}
	use_entries(4, 5);
	assert_true(plan_judge(&plan, 30 * DAY, 30 * DAY));
	assert_int_equal(block[1].verdict, PLAN_REWRITE);
	snapshots_free(&made);
}

/* Else each up-to-date run would write the same snapshot again. */
static void
an_old_pack_that_stays_is_no_reason_to_write(void **state)
{
	BEGIN(1, {0, 4, 0}, {0, 40, 0});
	made.s.head.created = 30 * DAY;
	use_entries(0, 3);
	assert_false(plan_judge(&plan, 31 * DAY, 30 * DAY));
	assert_int_equal(block[0].verdict, PLAN_KEEP);
	assert_int_equal(block[1].verdict, PLAN_KEEP);
	use_entries(3, 4);
	assert_true(plan_judge(&plan, 31 * DAY, 30 * DAY));
	snapshots_free(&made);
}

/* What has another output does not count any more. */
static void
a_stale_entry_keeps_no_block(void **state)
{
	struct block_entry e = snapshots_entry(3);
	uint32_t order;

	BEGIN(1, {0, 4, 0}, {0, 40, 0});
	use_entries(0, 3);
	assert_true(plan_judge(&plan, 30 * DAY, 30 * DAY));
	assert_int_equal(block[0].verdict, PLAN_KEEP);
	e.output = packs_action(77);
	(void)plan_use(&plan, &e, &order);
	assert_true(plan_judge(&plan, 30 * DAY, 30 * DAY));
	assert_int_equal(block[0].verdict, PLAN_REWRITE);
	assert_int_equal(block[1].verdict, PLAN_KEEP);
	snapshots_free(&made);
}

/* The head is as old as the first pack. */
static void
an_old_snapshot_is_written_again(void **state)
{
	BEGIN(2, {1, 4, 0});
	use_entries(0, 4);
	assert_false(plan_judge(&plan, 30 * DAY - 1, 30 * DAY));
	assert_true(plan_judge(&plan, 30 * DAY, 30 * DAY));
	assert_int_equal(block[0].verdict, PLAN_KEEP);
	made.s.head.created = INT64_MIN; /* as a stranger may write it */
	assert_true(plan_judge(&plan, INT64_MAX, INT64_MAX));
	snapshots_free(&made);
}

static void
a_family_is_adopted(void **state)
{
	BEGIN(1, {0, 10, 0}, {0, 10, 0});
	plan.adopts = true;
	assert_false(plan_judge(&plan, 0, 0));
	use_entries(1, 10);
	use_entries(0, 1);
	assert_true(plan_judge(&plan, 0, 0));
	assert_true(plan_speaks_for_family(&plan));
	assert_int_equal(block[0].verdict, PLAN_KEEP);
	assert_int_equal(block[1].verdict, PLAN_DROP);
	snapshots_free(&made);
}

/* What it did not use is asked for by whoever comes after a run that failed,
 * and dropped in time if nobody comes. */
static void
little_of_a_family_leaves_the_rest_idle(void **state)
{
	BEGIN(1, {0, 10, 0}, {0, 10, 0}, {0, 10, 3});
	plan.adopts = true;
	use_entries(0, 9);
	assert_true(plan_judge(&plan, 0, 0));
	assert_false(plan.full);
	assert_false(plan_speaks_for_family(&plan));
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(block[i].verdict, PLAN_KEEP);
	}
	assert_int_equal(block[0].idle, 0);
	assert_int_equal(block[1].idle, 1);
	assert_int_equal(block[2].idle, 3);
	assert_true(plan_counts(&plan, 0, 8));
	assert_false(plan_counts(&plan, 0, 9));
	assert_true(plan_counts(&plan, 1, 10));
	snapshots_free(&made);
}

/* Whatever it used. */
static void
a_scope_speaks_for_its_family(void **state)
{
	BEGIN(1, {0, 10, 0}, {0, 10, 0});
	use_entries(0, 1);
	(void)use_new(500, 1);
	assert_true(plan_judge(&plan, 0, 0));
	assert_false(plan.full);
	assert_true(plan_speaks_for_family(&plan));
	assert_true(plan_counts(&plan, 0, 9));
	snapshots_free(&made);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(old_packs_are_left_in_time),
		cmocka_unit_test(a_run_in_part_moves_whole_blocks_of_old_packs),
		cmocka_unit_test(an_old_pack_that_stays_is_no_reason_to_write),
		cmocka_unit_test(a_stale_entry_keeps_no_block),
		cmocka_unit_test(an_old_snapshot_is_written_again),
		cmocka_unit_test(a_family_is_adopted),
		cmocka_unit_test(little_of_a_family_leaves_the_rest_idle),
		cmocka_unit_test(a_scope_speaks_for_its_family),
	};

	return cmocka_run_group_tests_name("plan_old", tests, NULL, NULL);
}
