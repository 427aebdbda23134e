/* What a packer does with what earlier runs wrote. */
#include "packer_fixture.h"

enum { DAY = 86400, SOME = 30000 };

static struct snapshot_pack
only_pack(void)
{
	read_back();
	assert_int_equal(reader.s.head.packs, 1);
	return snapshot_pack_at(&reader.s, 0);
}

static void
what_is_old_is_written_again(void **state)
{
	struct entry e = use_new(0, LARGE), f = use_new(1, 100);

	end_run();
	struct snapshot_pack first = only_pack();

	keep_s = 10 * DAY;
	remember_past();
	age_past(9 * DAY);
	begin_run();
	packer_use(packer, &e);
	packer_use(packer, &f);
	end_run();
	assert_int_equal(bucket.writes, 0);
	remember_past();
	age_past(10 * DAY);
	f.time_ns++; /* so that the new pack is another */
	e.time_ns++;
	struct gs_err err;

	assert_int_equal(cachedir_put(&dir, &e, &err), GS_OK);
	begin_run();
	packer_use(packer, &e);
	packer_use(packer, &f);
	end_run();
	struct snapshot_pack second = only_pack();

	assert_false(id_eq(&first.id, &second.id));
	assert_true(second.created >= first.created);
	assert_int_equal(reader.count, 2);
	assert_true(place_of_entry(&e) >= 0);
}

/* One new entry in each of many runs. */
static void
small_packs_are_merged(void **state)
{
	static struct entry e[PLAN_PACKS_MAX + 2];
	size_t most = 0;

	for (unsigned run = 0; run < PLAN_PACKS_MAX + 2; run++) {
		e[run] = new_entry(run, LARGE);
		for (unsigned i = 0; i <= run; i++) {
			packer_use(packer, &e[i]);
		}
		end_run();
		remember_past();
		most = past.snapshot.head.packs > most
			       ? past.snapshot.head.packs
			       : most;
		begin_run();
	}
	assert_int_equal(most, PLAN_PACKS_MAX + 1);
	read_back();
	assert_int_equal(reader.s.head.packs, PLAN_PACKS_KEPT + 1);
	assert_int_equal(reader.count, PLAN_PACKS_MAX + 2);
	for (unsigned i = 0; i < PLAN_PACKS_MAX + 2; i++) {
		assert_true(place_of_entry(&e[i]) >= 0);
	}
}

/* Entries 0..9 in one block, of which the next run uses three. */
static void
leave_sparse(void)
{
	use_many(0, 10, SOME);
	use_many(10, 40, 100);
	end_run();
	remember_past();
	begin_run();
	use_many(10, 40, 100);
	use_many(0, 3, SOME);
}

static void
a_sparse_block_is_packed_again(void **state)
{
	leave_sparse();
	use_new(50, LARGE);
	end_run();
	assert_int_equal(count_objects(PACKS), 2);
	(void)only_pack();
	assert_int_equal(reader.count, 30 + 3 + 1);
}

/* The mirror that was told of the others is gone. */
static void
what_may_have_been_used_stays(void **state)
{
	leave_sparse();
	use_new(50, LARGE);
	packer_miss(packer);
	end_run();
	read_back();
	assert_int_equal(reader.s.head.packs, 2);
	assert_int_equal(reader.count, 30 + 10 + 1);
}

static void
what_lies_here_no_more_is_dropped(void **state)
{
	struct entry gone = new_entry(1, SOME), other = new_entry(2000, SOME);
	char path[PATH_LEN_MAX];
	struct gs_err err;

	leave_sparse();
	other.action = packs_action(2); /* somebody else's output */
	assert_int_equal(cachedir_put(&dir, &other, &err), GS_OK);
	use_new(50, LARGE);
	assert_int_equal(unlink(body_path(&gone, path)), 0);
	end_run();
	(void)only_pack();
	assert_int_equal(reader.count, 30 + 1 + 1);
	assert_int_equal(place_of_entry(&gone), -1);
	assert_int_equal(place_of_entry(&other), -1);
}

/* Else the next run would fetch them one by one. */
static void
what_cannot_be_packed_again_stays_where_it_is(void **state)
{
	leave_sparse();
	struct entry small = use_new(60, 10), large = use_new(50, LARGE);

	bucket.refuse = PACKS;
	bucket.refusals = 1;
	end_run();
	assert_int_equal(count_objects(PACKS), 1);
	(void)only_pack();
	assert_int_equal(reader.count, 30 + 10 + 1);
	assert_true(place_of_entry(&small) >= 0);
	assert_int_equal(place_of_entry(&large), -1);
}

/* As after a bucket's expiry rule, or on a bucket that somebody changed. */
static void
what_is_lost_is_packed_again(void **state)
{
	struct entry small = use_new(0, 100), large = use_new(1, LARGE);

	end_run();
	struct snapshot_pack first = only_pack();

	for (int turn = 0; turn < 2; turn++) {
		remember_past();
		spoilt = turn == 0 ? 0 : SNAPSHOT_INLINE;
		large.time_ns++; /* so that the new pack is another */
		struct gs_err err;

		assert_int_equal(cachedir_put(&dir, &large, &err), GS_OK);
		begin_run();
		packer_use(packer, &small);
		packer_use(packer, &large);
		end_run();
		assert_int_equal(bucket.writes, turn == 0 ? 3 : 2);
		struct snapshot_pack now = only_pack();

		assert_false(id_eq(&now.id, &first.id));
		assert_int_equal(reader.count, 2);
	}
}

/* Entries 0..9 in a pack and ten small ones are the family's; the run that
 * begins is of another scope. */
static void
leave_family(void)
{
	use_many(0, 10, SOME);
	use_many(10, 20, 100);
	end_run();
	remember_past();
	past.adopts = true;
	scope = packs_action(7777);
	begin_run();
}

static void
a_snapshot_of_the_family_is_adopted(void **state)
{
	leave_family();
	use_many(0, 4, SOME);
	use_many(10, 16, 100);
	end_run();
	assert_int_equal(count_objects(PACKS), 1);
	assert_int_equal(count_objects(SNAPSHOTS), 3);
	assert_int_equal(bucket.writes, 2);
	struct snapshot_pack family_pack = only_pack();

	assert_true(id_eq(&reader.s.head.scope, &scope));
	assert_int_equal(reader.s.head.entries, 20);
	assert_int_equal(reader.count, 10);
	/* its own runs use all that counts, and so tidy up */
	remember_past();
	begin_run();
	use_many(0, 4, SOME);
	use_many(10, 16, 100);
	use_new(50, LARGE);
	end_run();
	struct snapshot_pack own_pack = only_pack();

	assert_false(id_eq(&own_pack.id, &family_pack.id));
	assert_int_equal(reader.s.head.entries, 10 + 4 + 1);
	assert_int_equal(reader.count, 11);
}

/* As after a first run that failed. */
static void
little_of_the_family_leaves_it_alone(void **state)
{
	leave_family();
	size_t before = stored_snapshot(&family)->len;

	use_many(0, 4, SOME);
	use_new(60, 100);
	end_run();
	assert_int_equal(bucket.writes, 1);
	assert_int_equal(stored_snapshot(&family)->len, before);
	(void)only_pack();
	assert_true(id_eq(&reader.s.head.scope, &scope));
	assert_int_equal(reader.count, 4 + 10 + 1);
	/* the next one is the family's again */
	remember_past();
	begin_run();
	use_many(0, 20, SOME);
	end_run();
	assert_int_equal(bucket.writes, 1 + 2);
	assert_int_equal(
		stored_snapshot(&family)->len, stored_snapshot(&scope)->len);
}

/* It may be all that the scope has. */
static void
what_was_not_read_is_not_written_over(void **state)
{
	leave_family();
	past.own_unread = true;
	use_many(0, 10, SOME);
	use_new(50, LARGE);
	end_run();
	assert_int_equal(bucket.writes, 0);
}

/* The old ones stay, the new ones follow in the order of use. */
static void
inline_blocks_are_carried_on(void **state)
{
	struct entry e = use_new(0, 100), f = new_entry(1, 200);

	end_run();
	remember_past();
	begin_run();
	packer_use(packer, &f);
	packer_use(packer, &e);
	end_run();
	assert_int_equal(bucket.writes, 2);
	read_back();
	assert_int_equal(reader.s.head.blocks, 2);
	assert_int_equal(place_of_entry(&f), 0);
	assert_int_equal(place_of_entry(&e), 1);
}

/* What has no room there goes into the pack. */
static void
inline_blocks_have_a_limit(void **state)
{
	enum { ENTRIES = 150, SIZE = 4000 };

	for (unsigned i = 0; i < ENTRIES; i++) {
		struct entry e = new_noise(i, SIZE);

		packer_use(packer, &e);
	}
	end_run();
	read_back();
	assert_int_equal(reader.count, ENTRIES);
	assert_int_equal(reader.s.head.packs, 1);
	assert_in_range(reader.s.head.inline_len,
		SNAPSHOT_INLINE_MAX - PLAN_INLINE_BLOCK_BYTES,
		SNAPSHOT_INLINE_MAX);
	for (size_t i = 0; i < reader.s.head.blocks; i++) {
		assert_true(snapshot_block_at(&reader.s, i).raw_len <=
			    PLAN_INLINE_BLOCK_BYTES);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		RUN_TEST(what_is_old_is_written_again),
		RUN_TEST(small_packs_are_merged),
		RUN_TEST(a_sparse_block_is_packed_again),
		RUN_TEST(what_may_have_been_used_stays),
		RUN_TEST(what_lies_here_no_more_is_dropped),
		RUN_TEST(what_cannot_be_packed_again_stays_where_it_is),
		RUN_TEST(what_is_lost_is_packed_again),
		RUN_TEST(a_snapshot_of_the_family_is_adopted),
		RUN_TEST(little_of_the_family_leaves_it_alone),
		RUN_TEST(what_was_not_read_is_not_written_over),
		RUN_TEST(inline_blocks_are_carried_on),
		RUN_TEST(inline_blocks_have_a_limit),
	};

	return cmocka_run_group_tests_name(
		"packer_again", tests, set_up, tear_down);
}
