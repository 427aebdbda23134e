#include "plans.h"

static void
a_run_that_adds_nothing_writes_nothing(void **state)
{
	BEGIN(1, {0, 10, 0}, {0, 10, 0});
	use_entries(0, 20);
	use_entries(0, 20);
	assert_int_equal(plan.uses, 20);
	assert_false(plan_judge(&plan, 400 * DAY, 0));
	snapshots_free(&made);
	BEGIN(1, {0, 10, 0}, {0, 10, 0});
	use_entries(0, 3);
	assert_false(plan_judge(&plan, 400 * DAY, 0));
	snapshots_free(&made);
	BEGIN(1, {0, 10, 0});
	assert_false(plan_judge(&plan, 400 * DAY, 5 * DAY));
	snapshots_free(&made);
}

static void
the_first_run_has_no_snapshot(void **state)
{
	const struct plan_memory m = {use, block, pack};
	struct snapshot none = {{.packs = 0}, NULL};
	uint32_t slot[16];
	struct index known;

	snapshot_index(&none, &known, slot);
	plan_init(&plan, &none, &known, &m);
	assert_false(plan_judge(&plan, 0, 0));
	assert_int_equal(use_new(1, 0), PLAN_INLINE);
	assert_true(plan_judge(&plan, 0, 0));
}

static void
new_entries_have_a_place(void **state)
{
	uint32_t order;
	struct block_entry e = snapshots_entry(500);

	BEGIN(1, {0, 10, 0});
	use_entries(5, 6);
	assert_int_equal(plan_use(&plan, &e, &order), PLAN_INLINE);
	assert_int_equal(order, 1);
	assert_int_equal(use_new(501, PLAN_INLINE_BODY_MAX), PLAN_INLINE);
	assert_int_equal(use_new(502, PLAN_INLINE_BODY_MAX + 1), PLAN_PACK);
	assert_int_equal(use_new(503, PACK_BODY_MAX), PLAN_PACK);
	assert_int_equal(use_new(504, (uint64_t)PACK_BODY_MAX + 1), PLAN_NEVER);
	assert_int_equal(plan.fresh, 4);
	assert_int_equal(plan.uses, 5);
	snapshots_free(&made);
}

/* Entry n of a run that makes very many. */
static enum plan_place
use_one_of_many(uint32_t n)
{
	struct block_entry e = {.size = 1};
	uint32_t order;

	memcpy(e.action.byte, &n, sizeof(n));
	e.action.byte[ID_LEN - 1] = 1;
	return plan_use(&plan, &e, &order);
}

/* Else what the next snapshot has no room for would be packed, and sent, by
 * every run again. */
static void
what_a_snapshot_has_no_room_for_is_never_packed(void **state)
{
	uint32_t n = 0;

	BEGIN(1, {0, 10, 0}, {0, 10, 0}, {0, 10, 0});
	use_entries(9, 11);
	while (n < SNAPSHOT_ENTRIES_MAX && use_one_of_many(n) != PLAN_NEVER) {
		n++;
	}
	assert_int_equal(n, SNAPSHOT_ENTRIES_MAX - 20);
	assert_int_equal(plan.fresh, n);
	use_entries(25, 26);
	assert_int_equal(use_one_of_many(n), PLAN_NEVER);
	snapshots_free(&made);
}

static void
inline_room_ends(void **state)
{
	unsigned n = 0;

	BEGIN(1, {SNAPSHOT_INLINE, 10, 0});
	while (use_new(500 + n, 4000) == PLAN_INLINE) {
		n++;
	}
	assert_int_equal(n, (PLAN_INLINE_RAW - 10008) / 4080);
	snapshots_free(&made);
}

/* A test's result that was written again has another output. */
static void
another_output_is_new(void **state)
{
	uint32_t order;
	struct block_entry e = snapshots_entry(3);

	BEGIN(1, {0, 10, 0});
	use_entries(0, 10);
	e.output = packs_action(77);
	e.size = 20000;
	assert_int_equal(plan_use(&plan, &e, &order), PLAN_PACK);
	assert_int_equal(use[3], PLAN_STALE);
	assert_int_equal(plan_use(&plan, &e, &order), PLAN_PACK);
	snapshots_free(&made);
}

/* They are packed again, or gone. */
static void
what_is_lost_goes(void **state)
{
	struct snapshot_entry e;
	size_t at = 0;

	BEGIN(1, {SNAPSHOT_INLINE, 10, 0}, {SNAPSHOT_INLINE, 10, 0},
		{0, 10, 0});
	plan.inline_lost = true;
	use_entries(3, 4);
	assert_true(plan_judge(&plan, 0, 0));
	assert_int_equal(block[0].verdict, PLAN_REWRITE);
	assert_int_equal(block[1].verdict, PLAN_DROP);
	assert_int_equal(block[2].verdict, PLAN_KEEP);
	assert_int_equal(plan_inline_room(&plan), SNAPSHOT_INLINE_MAX);
	assert_true(plan_next_rewrite(&plan, &at, &e));
	assert_false(plan_next_rewrite(&plan, &at, &e));
	plan_keep_rewrites(&plan);
	assert_int_equal(block[0].verdict, PLAN_DROP);
	snapshots_free(&made);
	BEGIN(2, {SNAPSHOT_INLINE, 10, 0}, {0, 10, 0}, {1, 10, 0});
	use_entries(0, 15);
	assert_false(plan_judge(&plan, 0, 0));
	pack[0].lost = true;
	assert_true(plan_judge(&plan, 0, 0));
	assert_int_equal(block[0].verdict, PLAN_KEEP);
	assert_int_equal(block[1].verdict, PLAN_REWRITE);
	assert_int_equal(block[2].verdict, PLAN_KEEP);
	snapshots_free(&made);
}

static void
blocks_that_nobody_uses_go_in_the_end(void **state)
{
	BEGIN(1, {0, 10, 0}, {0, 2, 0}, {0, 2, PLAN_IDLE_MAX - 1},
		{0, 2, PLAN_IDLE_MAX}, {0, 2, PLAN_IDLE_MAX},
		{0, 2, UINT16_MAX});
	use_entries(0, 10);
	use_entries(16, 18);
	(void)use_new(500, 1);
	assert_true(plan_judge(&plan, 0, 0));
	assert_true(plan.full);
	for (size_t i = 0; i < 6; i++) {
		bool goes = i == 3 || i == 5;

		assert_int_equal(
			block[i].verdict, goes ? PLAN_DROP : PLAN_KEEP);
	}
	assert_int_equal(block[0].idle, 0);
	assert_int_equal(block[1].idle, 1);
	assert_int_equal(block[2].idle, PLAN_IDLE_MAX);
	assert_int_equal(block[4].idle, 0);
	snapshots_free(&made);
}

/* The second is used before the first, the third was idle. */
static void
blocks_that_come_back_find_a_place(void **state)
{
	BEGIN(1, {0, 2, 0}, {0, 2, 0}, {0, 2, 1}, {0, 2, 0});
	use_entries(4, 6);
	use_entries(2, 4);
	use_entries(0, 2);
	use_entries(6, 8);
	assert_int_equal(use_new(20, 90000), PLAN_PACK);
	plan.fresh = 1;
	assert_true(plan_judge(&plan, 0, 0));
	assert_int_equal(block[0].first_use, 4);
	assert_int_equal(block[1].first_use, 4);
	assert_int_equal(block[2].first_use, 0);
	assert_int_equal(block[3].first_use, 6);
	snapshots_free(&made);
}

static void
half_used_blocks_stay_sparse_ones_are_written_again(void **state)
{
	struct snapshot_entry e;
	size_t at = 0;

	BEGIN(1, {0, 10, 0}, {0, 10, 0}, {0, 4, 0});
	use_entries(0, 6);
	use_entries(14, 18);
	use_entries(20, 24);
	(void)use_new(500, 1);
	assert_true(plan_judge(&plan, 0, 0));
	assert_true(plan.full);
	assert_int_equal(block[0].verdict, PLAN_KEEP);
	assert_int_equal(block[1].verdict, PLAN_REWRITE);
	assert_int_equal(block[2].verdict, PLAN_KEEP);
	for (unsigned i = 14; i < 18; i++) {
		struct block_entry want = snapshots_entry(i);

		assert_true(plan_next_rewrite(&plan, &at, &e));
		assert_true(id_eq(&e.action, &want.action));
		assert_int_equal(e.tag, snapshot_tag(&want.output));
	}
	assert_false(plan_next_rewrite(&plan, &at, &e));
	plan_keep_rewrites(&plan);
	at = 0;
	assert_false(plan_next_rewrite(&plan, &at, &e));
	snapshots_free(&made);
}

static void
blocks_are_cut_to_size(void **state)
{
	static struct block_entry e[BLOCK_ENTRIES_MAX + 5];

	for (size_t i = 0; i < BLOCK_ENTRIES_MAX + 5; i++) {
		e[i].size = 920;
	}
	assert_int_equal(plan_cut(e, 0, PLAN_BLOCK_BYTES), 0);
	assert_int_equal(plan_cut(e, 1, PLAN_BLOCK_BYTES), 1);
	assert_int_equal(
		plan_cut(e, BLOCK_ENTRIES_MAX + 5, 1024 * PLAN_BLOCK_BYTES),
		BLOCK_ENTRIES_MAX);
	assert_int_equal(plan_cut(e, 5, 3008), 3);
	assert_int_equal(plan_cut(e, 5, 3007), 2);
	for (size_t i = 0; i < BLOCK_ENTRIES_MAX; i++) {
		e[i].size = 9920;
	}
	assert_int_equal(plan_cut(e, BLOCK_ENTRIES_MAX, PLAN_BLOCK_BYTES),
		(PLAN_BLOCK_BYTES - 8) / 10000);
	e[1].size = PACK_BODY_MAX;
	assert_int_equal(plan_cut(e, 5, PLAN_BLOCK_BYTES), 1);
	assert_int_equal(plan_cut(e + 1, 5, PLAN_BLOCK_BYTES), 1);
}

static void
inline_room_is_what_is_left(void **state)
{
	BEGIN(1, {SNAPSHOT_INLINE, 10, 0}, {SNAPSHOT_INLINE, 10, PLAN_IDLE_MAX},
		{0, 10, 0});
	use_entries(0, 10);
	use_entries(20, 30);
	(void)use_new(500, 1);
	assert_true(plan_judge(&plan, 0, 0));
	assert_int_equal(
		plan_inline_room(&plan), SNAPSHOT_INLINE_MAX - MADE_PACKED_LEN);
	snapshots_free(&made);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_that_adds_nothing_writes_nothing),
		cmocka_unit_test(the_first_run_has_no_snapshot),
		cmocka_unit_test(new_entries_have_a_place),
		cmocka_unit_test(
			what_a_snapshot_has_no_room_for_is_never_packed),
		cmocka_unit_test(inline_room_ends),
		cmocka_unit_test(another_output_is_new),
		cmocka_unit_test(what_is_lost_goes),
		cmocka_unit_test(blocks_that_nobody_uses_go_in_the_end),
		cmocka_unit_test(blocks_that_come_back_find_a_place),
		cmocka_unit_test(
			half_used_blocks_stay_sparse_ones_are_written_again),
		cmocka_unit_test(blocks_are_cut_to_size),
		cmocka_unit_test(inline_room_is_what_is_left),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
