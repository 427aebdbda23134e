#include "mirror/ledger.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "snapshots.h"

static struct ledger ledger;
static struct ledger_batch batch;
static struct made made;

static int
set_up(void **state)
{
	ledger_init(&ledger);
	return 0;
}

static int
tear_down(void **state)
{
	for (int kind = 0; kind < LEDGER_KINDS; kind++) {
		free(ledger.queue[kind].item);
	}
	free(ledger.memory.use);
	free(ledger.memory.block);
	free(ledger.memory.pack);
	free(ledger.early);
	free(ledger.entries);
	free(ledger.slot);
	return 0;
}

static void
begin_without_past(void)
{
	ledger_begin(&ledger, &(struct ledger_past){.last = NULL});
}

static struct entry
entry_of(unsigned n, uint64_t size)
{
	struct block_entry b = snapshots_entry(n);

	return (struct entry){b.action, b.output, size, 0};
}

static bool
use(unsigned n, uint64_t size)
{
	struct entry e = entry_of(n, size);

	return ledger_use(&ledger, &e);
}

static void
assert_entry(size_t i, unsigned n)
{
	struct block_entry want = snapshots_entry(n);

	assert_true(i < batch.count);
	assert_true(id_eq(&batch.entry[i].action, &want.action));
}

static void
entries_wait_in_order(void **state)
{
	begin_without_past();
	use(0, 5000);
	use(1, 100);
	use(2, 5000);
	use(0, 5000);
	assert_true(ledger_take(&ledger, LEDGER_PACK, &batch));
	assert_int_equal(batch.count, 2);
	assert_int_equal(batch.first_use, 0);
	assert_entry(0, 0);
	assert_entry(1, 2);
	assert_false(ledger_take(&ledger, LEDGER_PACK, &batch));
	assert_true(ledger_take(&ledger, LEDGER_INLINE, &batch));
	assert_int_equal(batch.count, 1);
	assert_int_equal(batch.first_use, 1);
	assert_entry(0, 1);
	use(0, 5000);
	assert_false(ledger_take(&ledger, LEDGER_PACK, &batch));
	assert_int_equal(ledger.count, 3);
	assert_int_equal(ledger.fresh, 3);
}

static void
a_block_is_worth_work(void **state)
{
	enum { SIZE = 9920, PER_BLOCK = (PLAN_BLOCK_BYTES - 8) / 10000 };

	unsigned n = 0;

	begin_without_past();
	while (!use(n, SIZE)) {
		n++;
	}
	assert_int_equal(n, PER_BLOCK); /* one more than a block has */
	assert_true(ledger_has_block(&ledger, LEDGER_PACK));
	assert_true(ledger_take(&ledger, LEDGER_PACK, &batch));
	assert_int_equal(batch.count, PER_BLOCK);
	assert_false(ledger_has_block(&ledger, LEDGER_PACK));
	assert_true(ledger_take(&ledger, LEDGER_PACK, &batch));
	assert_int_equal(batch.count, 1);
	assert_int_equal(ledger.queue[LEDGER_PACK].raw_bytes, 0);
}

/* The link's thread may wait for the lock meanwhile. */
static void
no_more_is_copied_than_a_block_has(void **state)
{
	enum { SIZE = 9920, PER_BLOCK = (PLAN_BLOCK_BYTES - 8) / 10000 };

	begin_without_past();
	for (unsigned n = 0; n < 2 * PER_BLOCK; n++) {
		use(n, SIZE);
	}
	memset(&batch, 0, sizeof(batch));
	assert_true(ledger_take(&ledger, LEDGER_PACK, &batch));
	assert_int_equal(batch.count, PER_BLOCK);
	assert_int_equal(batch.number[PER_BLOCK - 1], PER_BLOCK - 1);
	assert_int_equal(batch.number[PER_BLOCK + 1], 0);
	assert_int_equal(batch.entry[PER_BLOCK + 1].size, 0);
}

/* Taken and added by turns, so that the queue is moved and grows. */
static void
no_entry_is_lost(void **state)
{
	enum { ALL = 5000, SIZE = 100000 };

	unsigned added = 0, taken = 0;

	begin_without_past();
	while (taken < ALL) {
		for (unsigned i = 0; i < 37 && added < ALL; i++) {
			use(added++, SIZE);
		}
		assert_true(ledger_take(&ledger, LEDGER_PACK, &batch));
		for (size_t i = 0; i < batch.count; i++) {
			assert_int_equal(batch.number[i], taken);
			assert_entry(i, taken++);
		}
	}
	assert_int_equal(added, ALL);
	assert_false(ledger_take(&ledger, LEDGER_PACK, &batch));
}

static void
what_is_known_costs_nothing(void **state)
{
	static const struct made_block blocks[] = {{0, 10, 0}, {0, 10, 0}};
	struct ledger_past past = {&made.s, &made.known, true, true};

	snapshots_make(&made, 1, blocks, 2);
	use(3, 920);
	use(50, 920);
	assert_false(ledger_take(&ledger, LEDGER_INLINE, &batch));
	ledger_begin(&ledger, &past);
	assert_true(ledger.plan.adopts);
	assert_true(ledger.plan.inline_lost);
	use(4, 920);
	assert_int_equal(ledger.count, 1);
	assert_int_equal(ledger.plan.m.use[3], 0);
	assert_int_equal(ledger.plan.m.use[4], 2);
	assert_true(ledger_take(&ledger, LEDGER_INLINE, &batch));
	assert_entry(0, 50);
	assert_int_equal(batch.first_use, 1);
	snapshots_free(&made);
}

/* A changed output voids the one before, wherever that is. */
static void
the_last_output_counts(void **state)
{
	static const struct made_block blocks[] = {{0, 10, 0}};
	struct ledger_past past = {.last = &made.s, .known = &made.known};
	struct entry e, large;

	snapshots_make(&made, 1, blocks, 1);
	ledger_begin(&ledger, &past);
	use(3, 920);
	e = entry_of(3, 920);
	e.output = packs_action(5);
	ledger_use(&ledger, &e);
	assert_int_equal(ledger.plan.m.use[3], PLAN_STALE);
	assert_int_equal(ledger.count, 1);
	use(3, 920);
	use(3, 920);
	assert_int_equal(ledger.count, 2);
	assert_true(snapshot_is_void(&ledger.entries[0]));
	assert_false(snapshot_is_void(&ledger.entries[1]));
	large = e;
	large.size = (uint64_t)PACK_BODY_MAX + 1;
	ledger_use(&ledger, &large);
	assert_true(snapshot_is_void(&ledger.entries[1]));
	assert_int_equal(ledger.count, 2);
	snapshots_free(&made);
}

/* One that was bad is new when it comes again. */
static void
bad_ones_do_not_count(void **state)
{
	bool bad[3] = {false, true, false};

	begin_without_past();
	for (unsigned i = 0; i < 3; i++) {
		use(i, 5000);
	}
	assert_true(ledger_take(&ledger, LEDGER_PACK, &batch));
	assert_int_equal(ledger_settle(&ledger, &batch, bad), 2);
	assert_true(snapshot_is_void(&ledger.entries[1]));
	bad[1] = false;
	assert_int_equal(ledger_settle(&ledger, &batch, bad), 2);
	use(1, 5000);
	use(2, 5000);
	assert_int_equal(ledger.count, 4);
	assert_true(ledger_take(&ledger, LEDGER_PACK, &batch));
	assert_int_equal(batch.number[0], 3);
}

static void
what_is_packed_again_is_not_new(void **state)
{
	struct entry e = entry_of(7, 100);

	begin_without_past();
	use(0, 100);
	use(1, 5000);
	ledger_repeat(&ledger, LEDGER_PACK, &e, 0);
	assert_int_equal(ledger.fresh, 2);
	assert_int_equal(ledger.count, 3);
	assert_true(ledger_take(&ledger, LEDGER_PACK, &batch));
	assert_int_equal(batch.count, 2);
	assert_int_equal(batch.number[1], 2);
	assert_int_equal(batch.first_use, 0);
}

/* Its index may be gone with the memory that there was not. */
static void
nothing_is_added_to_one_that_has_failed(void **state)
{
	struct entry e = entry_of(7, 100);

	begin_without_past();
	use(0, 5000);
	ledger.failed = true;
	use(1, 5000);
	ledger_repeat(&ledger, LEDGER_PACK, &e, 0);
	assert_int_equal(ledger.count, 1);
}

static void
no_more_than_a_snapshot_has_room_for(void **state)
{
	begin_without_past();
	for (unsigned i = 0; i <= SNAPSHOT_ENTRIES_MAX; i++) {
		use(i, 5000);
	}
	assert_int_equal(ledger.count, SNAPSHOT_ENTRIES_MAX);
	assert_false(ledger.failed);
}

static void
early_ones_have_a_limit(void **state)
{
	for (unsigned i = 0; i < LEDGER_EARLY_MAX; i++) {
		use(i, 5000);
	}
	assert_false(ledger.failed);
	use(0, 5000);
	assert_true(ledger.failed);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(entries_wait_in_order),
		TEST(a_block_is_worth_work),
		TEST(no_more_is_copied_than_a_block_has),
		TEST(no_entry_is_lost),
		TEST(what_is_known_costs_nothing),
		TEST(the_last_output_counts),
		TEST(bad_ones_do_not_count),
		TEST(what_is_packed_again_is_not_new),
		TEST(nothing_is_added_to_one_that_has_failed),
		TEST(no_more_than_a_snapshot_has_room_for),
		TEST(early_ones_have_a_limit),
	};

	return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
