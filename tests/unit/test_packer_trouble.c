/* What a packer cannot read, write or send. */
#include "packer_fixture.h"

#include <signal.h>
#include <sys/resource.h>

/* REST is more than what would stay in the snapshot. */
enum { MANY = 40, REST = 4, SIZE = 50000 };

static struct entry e[MANY];

static void
use_noise(unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++) {
		e[i] = new_noise(i, SIZE);
		packer_use(packer, &e[i]);
	}
}

static const char *
path_of(unsigned n)
{
	static char path[PATH_LEN_MAX];

	return body_path(&e[n], path);
}

static void
bad_bodies_are_left_out(void **state)
{
	for (unsigned i = 0; i < 20; i++) {
		e[i] = new_noise(i, SIZE);
	}
	assert_int_equal(unlink(path_of(0)), 0);
	poke(path_of(3), SIZE - 1, 'x');
	assert_int_equal(truncate(path_of(5), SIZE / 2), 0);
	assert_int_equal(truncate(path_of(7), SIZE + 1), 0);
	assert_int_equal(unlink(path_of(19)), 0);
	for (unsigned i = 0; i < 20; i++) {
		packer_use(packer, &e[i]);
	}
	end_run();
	read_back();
	assert_int_equal(reader.count, 15);
	assert_int_equal(packer_counts(packer).entries, 15);
	assert_int_equal(place_of_entry(&e[3]), -1);
	assert_int_equal(place_of_entry(&e[1]), 0);
	assert_int_equal(place_of_entry(&e[18]), 14);
	/* they are new to the next run */
	remember_past();
	begin_run();
	for (unsigned i = 0; i < 20; i++) {
		e[i] = new_noise(i, SIZE);
		packer_use(packer, &e[i]);
	}
	end_run();
	read_back();
	assert_int_equal(reader.count, 20);
}

static void
a_shared_body_may_be_bad(void **state)
{
	struct entry other;

	use_noise(0, 1);
	other = e[0];
	other.action = packs_action(100);
	assert_int_equal(unlink(path_of(0)), 0);
	packer_use(packer, &other);
	use_new(1, LARGE);
	end_run();
	read_back();
	assert_int_equal(reader.count, 1);
}

static void
nothing_good_writes_nothing(void **state)
{
	use_noise(0, 3);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(unlink(path_of(i)), 0);
	}
	end_run();
	assert_int_equal(bucket.writes, 0);
	assert_int_equal(packer_counts(packer).entries, 0);
}

/* An entry that no block can have would spoil it for all others. */
static void
impossible_entries_are_ignored(void **state)
{
	struct entry empty = new_entry(0, 0), some = new_entry(1, 10);

	empty.size = 1;
	some.size = 0;
	packer_use(packer, &empty);
	packer_use(packer, &some);
	end_run();
	assert_int_equal(bucket.writes, 0);
}

static void
set_file_limit(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	signal(SIGXFSZ, SIG_IGN); /* threads have it blocked */
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* The first block fits, the second does not; what follows is in another pack. */
static void
a_full_disk_costs_what_had_no_room(void **state)
{
	for (unsigned i = 0; i < MANY; i++) {
		e[i] = new_noise(i, SIZE);
	}
	struct entry small = use_new(100, 10), last[REST];

	for (unsigned i = 0; i < REST; i++) {
		last[i] = new_noise(101 + i, SIZE);
	}
	set_file_limit(3 * PLAN_BLOCK_BYTES / 2);
	for (unsigned i = 0; i < MANY; i++) {
		packer_use(packer, &e[i]);
	}
	for (unsigned i = 0; i < REST; i++) {
		packer_use(packer, &last[i]);
	}
	end_run();
	set_file_limit(RLIM_INFINITY);
	assert_int_equal(said, 1);
	assert_int_equal(count_objects(PACKS), 2);
	read_back();
	assert_int_equal(reader.count, MANY / 2 + 1 + REST);
	assert_true(place_of_entry(&small) >= 0);
	assert_true(place_of_entry(&last[REST - 1]) >= 0);
}

/* Neither a pack nor a snapshot can be written. */
static void
a_disk_without_any_room_writes_nothing(void **state)
{
	for (unsigned i = 0; i < MANY; i++) {
		e[i] = new_noise(i, SIZE);
	}
	struct entry small = use_new(100, 10);

	set_file_limit(5);
	for (unsigned i = 0; i < MANY; i++) {
		packer_use(packer, &e[i]);
	}
	packer_use(packer, &small);
	end_run();
	set_file_limit(RLIM_INFINITY);
	assert_true(said > 0);
	assert_int_equal(bucket.writes, 0);
}

static void
a_pack_that_is_refused_is_not_named(void **state)
{
	struct entry small = use_new(100, 10);

	use_noise(0, 30);
	bucket.refuse = PACKS;
	bucket.refusals = 1;
	end_run();
	assert_int_equal(count_objects(PACKS), 0);
	read_back();
	assert_int_equal(reader.count, 1);
	assert_int_equal(place_of_entry(&small), 0);
	remember_past();
	begin_run();
	packer_use(packer, &small);
	use_noise(0, 30);
	end_run();
	read_back();
	assert_int_equal(reader.count, 31);
}

static void
the_rest_is_written(void **state)
{
	bucket.refuse = PACKS;
	bucket.refusals = 1;
	for (unsigned i = 0; i < 250; i++) {
		struct entry big = new_noise(i, 100000);

		packer_use(packer, &big);
	}
	end_run();
	assert_int_equal(count_objects(PACKS), 1);
	read_back();
	assert_in_range(reader.count, 50, 100);
}

static void
after_some_refusals_no_more_is_tried(void **state)
{
	bucket.refuse = PACKS;
	bucket.refusals = 100;
	for (unsigned i = 0; i < 450; i++) {
		struct entry big = new_noise(i, 100000);

		packer_use(packer, &big);
	}
	end_run();
	assert_int_equal(bucket.writes, PACKS_FAILURES_MAX);
	assert_int_equal(bucket.count, 0);
}

/* They need no pack. */
static void
inline_blocks_are_written_without_packs(void **state)
{
	struct entry small = use_new(1000, 10);

	bucket.refuse = PACKS;
	bucket.refusals = 100;
	for (unsigned i = 0; i < 450; i++) {
		struct entry big = new_noise(i, 100000);

		packer_use(packer, &big);
	}
	end_run();
	assert_int_equal(bucket.writes, PACKS_FAILURES_MAX + 2);
	read_back();
	assert_int_equal(reader.count, 1);
	assert_int_equal(place_of_entry(&small), 0);
}

static void
each_key_may_be_refused(void **state)
{
	for (unsigned refusals = 1; refusals <= 2; refusals++) {
		bucket.refuse = SNAPSHOTS;
		bucket.refusals = refusals;
		begin_run();
		use_noise(0, 1);
		end_run();
		assert_int_equal(packer_counts(packer).snapshots, 2 - refusals);
	}
	assert_int_equal(count_objects(SNAPSHOTS), 1);
}

static void
what_comes_after_the_end_is_ignored(void **state)
{
	use_noise(0, 1);
	packer_finish(packer);
	use_noise(1, 3);
	end_run();
	end_run();
	assert_int_equal(bucket.writes, 2);
	read_back();
	assert_int_equal(reader.count, 1);
}

/* Nobody says what the last run left. */
static void
too_many_that_wait_write_nothing(void **state)
{
	past_state = PAST_COMING;
	begin_run();
	for (unsigned i = 0; i <= LEDGER_EARLY_MAX; i++) {
		struct entry many = {.action = packs_action(i),
			.output = packs_action(0),
			.size = 1};

		packer_use(packer, &many);
	}
	past_state = PAST_NONE;
	end_run();
	assert_int_equal(bucket.writes, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		RUN_TEST(bad_bodies_are_left_out),
		RUN_TEST(a_shared_body_may_be_bad),
		RUN_TEST(nothing_good_writes_nothing),
		RUN_TEST(impossible_entries_are_ignored),
		RUN_TEST(a_full_disk_costs_what_had_no_room),
		RUN_TEST(a_disk_without_any_room_writes_nothing),
		RUN_TEST(a_pack_that_is_refused_is_not_named),
		RUN_TEST(the_rest_is_written),
		RUN_TEST(after_some_refusals_no_more_is_tried),
		RUN_TEST(inline_blocks_are_written_without_packs),
		RUN_TEST(each_key_may_be_refused),
		RUN_TEST(what_comes_after_the_end_is_ignored),
		RUN_TEST(too_many_that_wait_write_nothing),
	};

	return cmocka_run_group_tests_name(
		"packer_trouble", tests, set_up, tear_down);
}
