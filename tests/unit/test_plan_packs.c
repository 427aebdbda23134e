/* What a plan makes of many packs. */
#include "plans.h"

/* Pack i has i / 4 + 1 blocks. */
static void
many_packs_become_few(void **state)
{
	static struct made_block blocks[ITEMS];
	uint32_t n = 0, kept = 0;

	for (uint32_t i = 0; i < PLAN_PACKS_MAX + 1; i++) {
		for (uint32_t k = 0; k < i / 4 + 1; k++) {
			blocks[n++] = (struct made_block){i, 1, 0};
		}
	}
	begin(PLAN_PACKS_MAX, blocks, n - 33 / 4 - 1);
	use_entries(0, n - 9);
	assert_false(plan_judge(&plan, 0, 0));
	snapshots_free(&made);
	begin(PLAN_PACKS_MAX + 1, blocks, n);
	use_entries(0, n);
	assert_true(plan_judge(&plan, 0, 0));
	for (uint32_t i = 0; i < n; i++) {
		bool heavy = blocks[i].pack > PLAN_PACKS_MAX - PLAN_PACKS_KEPT;

		assert_int_equal(
			block[i].verdict, heavy ? PLAN_KEEP : PLAN_REWRITE);
		kept += heavy;
	}
	assert_true(kept > 0);
	snapshots_free(&made);
}

/* Packs of a block each, the first ones small, of which everything is used. */
static void
begin_packs(uint32_t packs, uint32_t small, uint32_t bytes)
{
	static struct made_block blocks[ITEMS];
	static uint32_t packed_len[ITEMS];
	const struct plan_memory m = {use, block, pack};

	for (uint32_t i = 0; i < packs; i++) {
		blocks[i] = (struct made_block){i, 1, 0};
		packed_len[i] = i < small ? MADE_PACKED_LEN : bytes;
	}
	snapshots_make_sized(&made, packs, blocks, packs, packed_len);
	plan_init(&plan, &made.s, &made.known, &m);
	use_entries(0, packs);
}

/* They would be as many as before, in every run again. */
static void
large_packs_stay_however_many(void **state)
{
	const uint32_t large = PLAN_SMALL_PACK_BYTES + 1;

	for (uint32_t small = 0; small <= 1; small++) {
		begin_packs(3 * PLAN_PACKS_MAX, small, large);
		assert_false(plan_judge(&plan, 0, 0));
		snapshots_free(&made);
	}
}

static void
only_small_packs_are_merged(void **state)
{
	const uint32_t large = PLAN_SMALL_PACK_BYTES + 1;

	begin_packs(3 * PLAN_PACKS_MAX, 2, large);
	assert_true(plan_judge(&plan, 0, 0));
	for (uint32_t i = 0; i < 3 * PLAN_PACKS_MAX; i++) {
		assert_int_equal(
			block[i].verdict, i < 2 ? PLAN_REWRITE : PLAN_KEEP);
	}
	snapshots_free(&made);
	begin_packs(PLAN_PACKS_MAX + 1, 0, large - 1);
	assert_true(plan_judge(&plan, 0, 0));
	snapshots_free(&made);
}

/* Of those that are written again anyway, none is counted as a small one. */
static void
old_packs_are_not_merged(void **state)
{
	begin_packs(PLAN_PACKS_MAX + 2, 2, PLAN_SMALL_PACK_BYTES + 1);
	assert_true(plan_judge(&plan, 40 * DAY, 40 * DAY));
	assert_int_equal(block[0].verdict, PLAN_REWRITE);
	assert_int_equal(block[1].verdict, PLAN_KEEP);
	snapshots_free(&made);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_packs_become_few),
		cmocka_unit_test(large_packs_stay_however_many),
		cmocka_unit_test(only_small_packs_are_merged),
		cmocka_unit_test(old_packs_are_not_merged),
	};

	return cmocka_run_group_tests_name("plan_packs", tests, NULL, NULL);
}
