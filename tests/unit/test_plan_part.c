/* What a plan makes of a run that used little, or of which little is known. */
#include "plans.h"

static void
a_run_in_part_takes_nothing_away(void **state)
{
	BEGIN(1, {0, 10, 0}, {0, 10, 2}, {0, 2, PLAN_IDLE_MAX}, {0, 8, 0});
	use_entries(0, 2);
	use_entries(22, 28);
	(void)use_new(500, 1);
	assert_true(plan_judge(&plan, 0, 0));
	assert_false(plan.full);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(block[i].verdict, PLAN_KEEP);
	}
	assert_int_equal(block[1].idle, 2);
	snapshots_free(&made);
}

/* By what is known of it the run was full, and the second block sparse. */
static void
begin_in_part(void)
{
	BEGIN(1, {0, 10, 0}, {0, 10, 0}, {0, 4, 0});
	plan.partial = true;
	use_entries(0, 10);
	use_entries(14, 18);
}

static void
assert_all_stays(void)
{
	assert_false(plan.full);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(block[i].verdict, PLAN_KEEP);
		assert_int_equal(block[i].idle, 0);
	}
}

static void
a_run_known_in_part_takes_nothing_away(void **state)
{
	begin_in_part();
	assert_false(plan_judge(&plan, 0, 0));
	(void)use_new(500, 1);
	assert_true(plan_judge(&plan, 0, 0));
	assert_all_stays();
	snapshots_free(&made);
}

static void
it_leaves_old_packs_where_they_are(void **state)
{
	begin_in_part();
	assert_false(plan_judge(&plan, 400 * DAY, DAY));
	(void)use_new(500, 1);
	assert_true(plan_judge(&plan, 400 * DAY, DAY));
	assert_all_stays();
	snapshots_free(&made);
}

static void
it_does_not_adopt_a_family(void **state)
{
	begin_in_part();
	plan.adopts = true;
	assert_false(plan_judge(&plan, 0, 0));
	(void)use_new(500, 1);
	assert_true(plan_judge(&plan, 0, 0));
	assert_false(plan.adopts);
	assert_all_stays();
	snapshots_free(&made);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_in_part_takes_nothing_away),
		cmocka_unit_test(a_run_known_in_part_takes_nothing_away),
		cmocka_unit_test(it_leaves_old_packs_where_they_are),
		cmocka_unit_test(it_does_not_adopt_a_family),
	};

	return cmocka_run_group_tests_name("plan_part", tests, NULL, NULL);
}
