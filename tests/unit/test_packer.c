/* What a packer writes, as the next run reads it. */
#include "packer_fixture.h"

#include <dirent.h>

/* The files in the directory where temporary ones are made. */
static unsigned
count_temporary_files(void)
{
	char path[PATH_LEN_MAX];
	unsigned n = 0;

	snprintf(path, sizeof(path), "%.2000s/00", dir.path);
	DIR *d = opendir(path);

	for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
		n += strstr(e->d_name, ".tmp") != NULL;
	}
	if (d) {
		closedir(d);
	}
	return n;
}

static void
what_was_used_can_be_read(void **state)
{
	struct entry e[5];

	e[0] = use_new(0, 100);
	e[1] = use_new(1, 0);
	e[2] = use_new(2, PLAN_INLINE_BODY_MAX + 1);
	e[3] = use_new(3, 1);
	e[4] = use_new(4, 3 * PLAN_BLOCK_BYTES);
	end_run();
	assert_int_equal(count_objects(PACKS), 1);
	assert_int_equal(count_objects(SNAPSHOTS), 2);
	assert_int_equal(bucket.writes, 3);
	read_back();
	assert_int_equal(reader.count, 5);
	for (int i = 0; i < 5; i++) {
		assert_true(place_of_entry(&e[i]) >= 0);
	}
	assert_int_equal(snapshot_block_at(&reader.s, 0).pack, SNAPSHOT_INLINE);
	assert_int_equal(snapshot_block_at(&reader.s, 0).entries, 3);
	assert_int_equal(reader.s.head.blocks, 3);
	assert_int_equal(count_temporary_files(), 0);
	assert_int_equal(said, 0);

	struct packer_counts c = packer_counts(packer);

	assert_int_equal(c.packs, 1);
	assert_int_equal(c.snapshots, 2);
	assert_int_equal(c.entries, 5);
	assert_int_equal(c.bytes, bucket.object[0].len + bucket.object[1].len +
					  bucket.object[2].len);
}

static void
both_keys_have_the_same(void **state)
{
	struct snapshot s;

	use_new(0, 10);
	end_run();
	parse_stored(&scope, &s);
	assert_true(id_eq(&s.head.scope, &scope));
	parse_stored(&family, &s);
	assert_true(id_eq(&s.head.family, &family));
	assert_int_equal(
		stored_snapshot(&scope)->len, stored_snapshot(&family)->len);
	remember_past();
	family = scope;
	begin_run();
	use_new(1, 10);
	end_run();
	assert_int_equal(bucket.writes, 1);
}

static void
nothing_new_asks_for_nothing(void **state)
{
	end_run();
	assert_int_equal(bucket.writes, 0);
	begin_run();
	use_many(0, 20, 5000);
	end_run();
	remember_past();
	begin_run();
	use_many(0, 20, 5000);
	use_many(0, 20, 5000);
	end_run();
	assert_int_equal(bucket.writes, 0);
}

static void
entries_stand_in_order_of_use(void **state)
{
	struct entry e[40];

	for (unsigned i = 0; i < 40; i++) {
		e[i] = new_entry(i, 5000 + i);
	}
	for (unsigned i = 0; i < 40; i++) {
		packer_use(packer, &e[(i * 7) % 40]);
		packer_use(packer, &e[0]);
	}
	end_run();
	read_back();
	assert_int_equal(reader.count, 40);
	for (int i = 0; i < 40; i++) {
		assert_int_equal(place_of_entry(&e[(i * 7) % 40]), i);
	}
}

/* Blocks are pressed while the run goes on, and stand in order too. */
static void
a_long_run_has_more_than_one_pack(void **state)
{
	enum { ENTRIES = 401, SIZE = 100000 };
	static struct entry e[ENTRIES];
	int last = -1;

	for (unsigned i = 0; i < ENTRIES; i++) {
		e[i] = new_noise(i, SIZE);
		packer_use(packer, &e[i]);
	}
	end_run();
	assert_int_equal(count_objects(PACKS), 3);
	assert_int_equal(packer_counts(packer).packs, 3);
	read_back();
	assert_int_equal(reader.count, ENTRIES);
	for (int i = 0; i < ENTRIES; i++) {
		assert_int_equal(place_of_entry(&e[i]), i);
	}
	for (size_t i = 0; i < reader.s.head.blocks; i++) {
		int pack = (int)snapshot_block_at(&reader.s, i).pack;

		assert_true(pack == last || pack == last + 1);
		last = pack;
	}
	assert_int_equal(reader.s.head.inline_len, 0);
	assert_true(snapshot_pack_at(&reader.s, 0).size >= PACKS_BYTES);
	assert_true(snapshot_pack_at(&reader.s, 0).size <
		    PACKS_BYTES + 2 * PLAN_BLOCK_BYTES);
}

/* Two actions with one output: the body is there once. */
static void
bodies_are_shared(void **state)
{
	struct entry e = use_new(0, 50000), other = e;

	other.action = packs_action(1);
	packer_use(packer, &other);
	end_run();
	read_back();
	assert_int_equal(place_of_entry(&e), 0);
	assert_int_equal(place_of_entry(&other), 1);
	assert_true(snapshot_block_at(&reader.s, 0).raw_len < 51000);
}

static void
the_last_output_of_an_action_wins(void **state)
{
	struct entry e = use_new(0, 100), f = new_entry(1, 100),
		     g = new_entry(2, 6000);
	struct entry other = use_new(3, 10);

	f.action = e.action;
	packer_use(packer, &f);
	end_run();
	read_back();
	assert_int_equal(reader.count, 2);
	assert_true(place_of_entry(&f) >= 0);
	remember_past();
	begin_run();
	packer_use(packer, &f);
	g.action = e.action;
	packer_use(packer, &g);
	packer_use(packer, &other);
	end_run();
	read_back();
	assert_int_equal(reader.count, 2);
	assert_true(place_of_entry(&g) >= 0);
	assert_int_equal(place_of_entry(&f), -1);
}

/* Until the last snapshot is known, entries wait; also at the end. */
static void
the_last_snapshot_may_come_late(void **state)
{
	use_many(0, 10, LARGE);
	end_run();
	remember_past();
	past_state = PAST_COMING;
	begin_run();
	use_many(0, 10, LARGE);
	past_state = PAST_WHOLE;
	use_many(10, 12, LARGE);
	end_run();
	assert_int_equal(count_objects(PACKS), 2);
	read_back();
	assert_int_equal(reader.count, 12);
	remember_past();
	past_state = PAST_COMING;
	begin_run();
	use_many(0, 13, LARGE);
	packer_finish(packer);
	assert_false(packer_wait(packer, clock_mono_ms() + 20));
	past_state = PAST_WHOLE;
	assert_true(packer_wait(packer, clock_mono_ms() + WAIT_MS));
	read_back();
	assert_int_equal(reader.count, 13);
}

/* Its packs are good. */
static void
lost_inline_blocks_are_written_again(void **state)
{
	struct entry small = use_new(0, 100), large = use_new(1, LARGE);

	use_new(2, 100);
	end_run();
	remember_past();
	past_state = PAST_BROKEN;
	begin_run();
	packer_use(packer, &small);
	packer_use(packer, &large);
	end_run();
	assert_int_equal(bucket.writes, 2);
	read_back();
	assert_int_equal(reader.count, 2);
	assert_true(place_of_entry(&small) >= 0);
	assert_true(place_of_entry(&large) >= 0);
	assert_int_equal(snapshot_block_at(&reader.s, 0).pack, SNAPSHOT_INLINE);
}

/* A pack would cost a request more, now and in each run that follows. */
static void
little_stays_in_the_snapshot(void **state)
{
	struct entry e = use_new(0, LARGE - 8 - 80);

	end_run();
	assert_int_equal(bucket.writes, 2);
	read_back();
	assert_int_equal(place_of_entry(&e), 0);
	assert_int_equal(snapshot_block_at(&reader.s, 0).pack, SNAPSHOT_INLINE);
	remember_past();
	begin_run();
	packer_use(packer, &e);
	use_new(1, LARGE - 8 - 79);
	end_run();
	assert_int_equal(bucket.writes, 3);
	read_back();
	assert_int_equal(reader.s.head.packs, 1);
	assert_int_equal(reader.count, 2);
}

static void
large_bodies_stay_objects(void **state)
{
	struct entry e = {.action = packs_action(1),
		.output = packs_action(2),
		.size = (uint64_t)PACK_BODY_MAX + 1};

	packer_use(packer, &e);
	end_run();
	assert_int_equal(bucket.writes, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		RUN_TEST(what_was_used_can_be_read),
		RUN_TEST(both_keys_have_the_same),
		RUN_TEST(nothing_new_asks_for_nothing),
		RUN_TEST(entries_stand_in_order_of_use),
		RUN_TEST(a_long_run_has_more_than_one_pack),
		RUN_TEST(bodies_are_shared),
		RUN_TEST(the_last_output_of_an_action_wins),
		RUN_TEST(the_last_snapshot_may_come_late),
		RUN_TEST(lost_inline_blocks_are_written_again),
		RUN_TEST(little_stays_in_the_snapshot),
		RUN_TEST(large_bodies_stay_objects),
	};

	return cmocka_run_group_tests_name("packer", tests, set_up, tear_down);
}
