#include "pack/compose.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "snapshots.h"

enum { ITEMS = 250 };

static struct made made;
static struct plan plan;
static struct compose compose;
static uint32_t use[10 * ITEMS], order[ITEMS], packs[ITEMS];
static struct plan_block block[ITEMS];
static struct plan_pack pack[ITEMS];
static unsigned char *bytes;

/* The last snapshot, with everything used but what a test leaves out. */
static int
set_up(void **state)
{
	static const struct made_block blocks[] = {{SNAPSHOT_INLINE, 2, 0},
		{0, 3, 0}, {1, 3, 0}, {SNAPSHOT_INLINE, 2, 0}, {0, 3, 0}};
	const struct plan_memory m = {use, block, pack};

	snapshots_make(&made, 2, blocks, 5);
	plan_init(&plan, &made.s, &made.known, &m);
	return 0;
}

static int
tear_down(void **state)
{
	snapshots_free(&made);
	free(bytes);
	bytes = NULL;
	return 0;
}

static uint32_t
use_entry(unsigned n, enum plan_place place)
{
	struct block_entry e = snapshots_entry(n);
	uint32_t when;

	e.size = place == PLAN_PACK ? 90000 : e.size;
	assert_int_equal(plan_use(&plan, &e, &when), place);
	return when;
}

static void
use_entries(unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++) {
		(void)use_entry(i, PLAN_KNOWN);
	}
}

/* Composes, and reads what came out. */
static void
write_next(const struct compose_new *new, struct snapshot *s)
{
	const struct compose_memory m = {order, packs};
	struct snapshot_head names = {.created = 5};
	struct gs_err err = {0};
	size_t len;

	names.scope = packs_action(98);
	names.family = packs_action(97);
	compose_init(&compose, &plan, new, &m, &names);
	len = snapshot_table_len(&compose.head);
	bytes = malloc(len);
	compose_write(&compose, bytes, SHA256_PORTABLE);
	assert_int_equal(snapshot_parse((struct view){(char *)bytes, len},
				 len + compose.head.inline_len, &names.scope,
				 SHA256_PORTABLE, s, &err),
		GS_OK);
	assert_int_equal(s->head.created, 5);
}

static void
assert_entry(const struct snapshot *s, size_t i, unsigned n)
{
	struct snapshot_entry e = snapshot_entry_at(s, i);
	struct block_entry want = snapshots_entry(n);

	assert_memory_equal(&e.action, &want.action, ID_LEN);
	assert_int_equal(e.tag, snapshot_tag(&want.output));
}

/* Entries 0 1 | 2 3 4 | 5 6 7 | 8 9 | 10 11 12; then 20 21 and 22 new. 8 is used
 * before 2, but stays behind it. */
static void
used_blocks_keep_their_order(void **state)
{
	struct snapshot_pack new_pack = {packs_action(55), 5000, 4};
	struct compose_block blocks[2] = {
		{{SNAPSHOT_INLINE, 100, 300, 0, 0, 2, 0}, 0},
		{{0, 400, 900, 2, 16, 1, 0}, 0}};
	struct snapshot_entry entries[3];
	const uint32_t numbers[3] = {2, 0, 1};
	struct compose_new new = {&new_pack, blocks, entries, numbers, 1, 2};
	struct compose_inline from;
	struct snapshot_pack second;
	struct snapshot s;
	size_t at = 0;

	for (unsigned i = 0; i < 3; i++) {
		struct block_entry e = snapshots_entry(20 + i);

		entries[numbers[i]] = (struct snapshot_entry){
			e.action, snapshot_tag(&e.output)};
	}
	use_entries(0, 2);
	blocks[0].first_use = use_entry(20, PLAN_INLINE);
	use_entries(8, 10);
	use_entries(2, 5);
	blocks[1].first_use = use_entry(22, PLAN_PACK);
	use_entries(10, 13);
	assert_true(plan_judge(&plan, 0, 0));
	write_next(&new, &s);

	assert_int_equal(s.head.blocks, 7);
	assert_int_equal(s.head.packs, 3);
	assert_int_equal(s.head.entries, 16);
	assert_int_equal(s.head.inline_len, 100 + 2 * MADE_PACKED_LEN);
	assert_entry(&s, 0, 0);
	assert_entry(&s, 2, 20);
	assert_entry(&s, 4, 2);
	assert_entry(&s, 7, 8);
	assert_entry(&s, 9, 22);
	assert_entry(&s, 10, 10);
	assert_entry(&s, 13, 5);
	assert_int_equal(snapshot_block_at(&s, 0).offset, 0);
	assert_int_equal(snapshot_block_at(&s, 1).offset, MADE_PACKED_LEN);
	assert_int_equal(snapshot_block_at(&s, 2).pack, 0);
	assert_int_equal(
		snapshot_block_at(&s, 3).offset, MADE_PACKED_LEN + 100);
	assert_int_equal(snapshot_block_at(&s, 4).pack, 1);
	assert_int_equal(snapshot_block_at(&s, 4).offset, 16);
	assert_int_equal(snapshot_block_at(&s, 5).pack, 0);
	assert_int_equal(snapshot_block_at(&s, 6).pack, 2);
	assert_int_equal(snapshot_block_at(&s, 6).idle, 1);
	second = snapshot_pack_at(&s, 1);
	assert_true(id_eq(&second.id, &new_pack.id));
	assert_int_equal(second.created, 4);
	assert_int_equal(snapshot_pack_at(&s, 2).created, 86400);

	assert_true(compose_next_inline(&compose, &at, &from));
	assert_false(from.is_new);
	assert_int_equal(from.block, 0);
	assert_true(compose_next_inline(&compose, &at, &from));
	assert_true(from.is_new);
	assert_int_equal(from.block, 0);
	assert_int_equal(from.len, 100);
	assert_true(compose_next_inline(&compose, &at, &from));
	assert_false(from.is_new);
	assert_int_equal(from.block, 3);
	assert_int_equal(from.offset, MADE_PACKED_LEN);
	assert_int_equal(from.len, MADE_PACKED_LEN);
	assert_false(compose_next_inline(&compose, &at, &from));
}

/* A pack of which nothing is kept, and an entry that has another output. */
static void
what_does_not_count_goes(void **state)
{
	struct compose_new none = {NULL, NULL, NULL, NULL, 0, 0};
	struct block_entry again = snapshots_entry(3);
	struct snapshot_entry e;
	struct snapshot s;
	struct index known;
	uint32_t slot[64], when;

	use_entries(0, 13);
	again.output = packs_action(66);
	(void)plan_use(&plan, &again, &when);
	assert_true(plan_judge(&plan, 86400, 86400));
	assert_int_equal(block[2].verdict, PLAN_KEEP);
	assert_int_equal(block[1].verdict, PLAN_REWRITE);
	block[1].verdict = PLAN_KEEP; /* to see the entry */
	block[2].verdict = PLAN_DROP;
	write_next(&none, &s);
	assert_int_equal(s.head.packs, 1);
	assert_int_equal(s.head.blocks, 3);
	assert_entry(&s, 2, 2);
	e = snapshot_entry_at(&s, 3);
	assert_true(snapshot_is_void(&e));
	assert_entry(&s, 4, 4);
	snapshot_index(&s, &known, slot);
	assert_int_equal(index_find(&known, &again.action), INDEX_NONE);
	assert_int_equal(index_find(&known, &e.action), INDEX_NONE);
}

/* The rest of a block that it used does not count. */
static void
what_was_not_used_is_not_adopted(void **state)
{
	struct compose_new none = {NULL, NULL, NULL, NULL, 0, 0};
	struct snapshot_entry e;
	struct snapshot s;

	plan.adopts = true;
	use_entries(3, 10);
	assert_true(plan_judge(&plan, 0, 0));
	write_next(&none, &s);
	assert_int_equal(s.head.blocks, 3);
	assert_int_equal(s.head.entries, 8);
	e = snapshot_entry_at(&s, 0);
	assert_true(snapshot_is_void(&e));
	for (unsigned i = 1; i < 8; i++) {
		assert_entry(&s, i, i + 2);
	}
}

/* Whole blocks stay at the end. */
static void
of_little_that_was_used_the_rest_is_adopted(void **state)
{
	struct compose_new none = {NULL, NULL, NULL, NULL, 0, 0};
	struct snapshot_entry e;
	struct snapshot s;

	plan.adopts = true;
	use_entries(3, 4);
	assert_true(plan_judge(&plan, 0, 0));
	write_next(&none, &s);
	assert_int_equal(s.head.blocks, 5);
	assert_entry(&s, 1, 3);
	for (size_t i = 0; i < 3; i += 2) {
		e = snapshot_entry_at(&s, i);
		assert_true(snapshot_is_void(&e));
	}
	for (unsigned i = 0; i < 2; i++) {
		assert_entry(&s, 3 + i, i);
	}
	for (unsigned i = 5; i < 13; i++) {
		assert_entry(&s, i, i);
	}
	assert_int_equal(snapshot_block_at(&s, 0).idle, 0);
	assert_int_equal(snapshot_block_at(&s, 1).idle, 1);
}

static void
what_has_no_room_is_left_out(void **state)
{
	static struct compose_block blocks[ITEMS];
	static struct snapshot_entry entries[1];
	static uint32_t numbers[BLOCK_ENTRIES_MAX];
	struct snapshot_pack new_pack = {packs_action(55), 1000000, 4};
	struct compose_new new = {&new_pack, blocks, entries, numbers, 1, 3};
	struct snapshot s;

	for (uint32_t i = 0; i < 3; i++) {
		blocks[i] = (struct compose_block){
			{SNAPSHOT_INLINE, SNAPSHOT_INLINE_MAX / 2, 9, 0, 0, 1,
				0},
			i};
	}
	assert_int_equal(use_entry(22, PLAN_PACK), 0);
	assert_true(plan_judge(&plan, 0, 0));
	write_next(&new, &s);
	assert_int_equal(s.head.inline_len, SNAPSHOT_INLINE_MAX);
	assert_int_equal(s.head.blocks, 5);
	free(bytes);
	for (uint32_t i = 0; i < 123; i++) {
		blocks[i] = (struct compose_block){
			{0, 1, 9, 0, 16, BLOCK_ENTRIES_MAX, 0}, i};
	}
	/* The last of them is one too many, and so are the old ones but a
	 * few. */
	assert_int_equal(SNAPSHOT_ENTRIES_MAX / BLOCK_ENTRIES_MAX, 122);
	new.block_count = 123;
	write_next(&new, &s);
	assert_int_equal(s.head.entries, 122 * BLOCK_ENTRIES_MAX + 13);
	assert_int_equal(s.head.blocks, 122 + 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			used_blocks_keep_their_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_does_not_count_goes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_was_not_used_is_not_adopted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			of_little_that_was_used_the_rest_is_adopted, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			what_has_no_room_is_left_out, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("compose", tests, NULL, NULL);
}
