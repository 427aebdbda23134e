/* Blocks that come down in a cache directory. */
#include "landing_fixture.h"

static void
all_entries_of_a_block_land(void **state)
{
	const struct flight_block b[] = {{0, 100, 20, 3000, 0}};

	begin_sample(b, 1);
	assert_int_equal(land(0, frame_of(0), SIZE_MAX), GS_OK);
	assert_int_equal(landed.new, 20);
	for (unsigned n = 100; n < 120; n++) {
		assert_true(is_there(b, n));
	}
	end_sample();
}

static void
any_pieces_will_do(void **state)
{
	const struct flight_block b[] = {
		{0, 200, 5, 300, 0}, {0, 210, 5, 300, 0}};

	begin_sample(b, 2);
	assert_int_equal(land(0, frame_of(0), 1), GS_OK);
	assert_int_equal(land(1, frame_of(1), 7), GS_OK);
	assert_int_equal(landed.new, 10);
	assert_true(is_there(b, 204) && is_there(b + 1, 214));
	end_sample();
}

static void
empty_bodies_land(void **state)
{
	const struct flight_block b[] = {{0, 300, 4, 0, 0}};

	begin_sample(b, 1);
	assert_int_equal(land(0, frame_of(0), SIZE_MAX), GS_OK);
	assert_int_equal(landed.new, 4);
	assert_true(is_there(b, 303));
	end_sample();
}

/* The bytes of one block are followed by the next one's. */
static void
a_block_ends_where_it_ends(void **state)
{
	const struct flight_block b[] = {
		{0, 320, 2, 50, 0}, {0, 330, 2, 50, 0}};
	struct gs_err err;
	bool complete;
	size_t used;

	begin_sample(b, 2);
	struct view in = frame_of(0);

	in.n += 10;
	assert_int_equal(landing_begin(landing, 0, &err), GS_OK);
	assert_int_equal(
		landing_feed(landing, in, &used, &complete, &err), GS_OK);
	assert_true(complete);
	assert_int_equal(used, in.n - 10);
	end_sample();
}

/* Whatever is there already stays as it is, and is told of. */
static void
what_is_there_is_left_alone(void **state)
{
	const struct flight_block b[] = {{0, 400, 3, 80, 0}};
	struct block_entry made = flights_entry(b, 401);
	struct entry newer = {.action = made.action,
		.output = id_of("newer"),
		.size = 5,
		.time_ns = made.time_ns + 1};
	struct gs_err err;

	begin_sample(b, 1);
	store("some action", "newer");
	assert_int_equal(cachedir_put(&dir, &newer, &err), GS_OK);
	assert_int_equal(land(0, frame_of(0), SIZE_MAX), GS_OK);
	assert_int_equal(landed.here, 3);
	assert_int_equal(landed.new, 2);
	assert_true(hits(&newer));
	assert_false(cachedir_has_body(&dir, &made.output, made.size));
	end_sample();
}

/* Its action file alone is not enough. */
static void
what_has_lost_its_body_lands_again(void **state)
{
	const struct flight_block b[] = {{0, 410, 1, 80, 0}};
	struct block_entry made = flights_entry(b, 410);
	struct entry e = {made.action, made.output, made.size, 1};
	struct gs_err err;

	begin_sample(b, 1);
	assert_int_equal(cachedir_put(&dir, &e, &err), GS_OK);
	assert_int_equal(land(0, frame_of(0), SIZE_MAX), GS_OK);
	assert_int_equal(landed.new, 1);
	assert_true(is_there(b, 410));
	end_sample();
}

/* Somebody puts the entry while its body comes. */
static void
what_comes_in_between_is_left_alone(void **state)
{
	const struct flight_block b[] = {{0, 420, 1, 300000, 0}};
	struct block_entry made = flights_entry(b, 420);
	struct entry newer = {.action = made.action,
		.output = id_of("in between"),
		.size = 10,
		.time_ns = made.time_ns + 1};
	struct gs_err err;
	bool complete;
	size_t used;

	begin_sample(b, 1);
	struct view in = frame_of(0), most = {in.p, in.n - 1};

	store("some action", "in between");
	assert_int_equal(landing_begin(landing, 0, &err), GS_OK);
	assert_int_equal(
		landing_feed(landing, most, &used, &complete, &err), GS_OK);
	assert_int_equal(count_temporary(&dir), 1);
	assert_int_equal(cachedir_put(&dir, &newer, &err), GS_OK);
	assert_int_equal(landing_feed(landing, view_skip(in, used), &used,
				 &complete, &err),
		GS_OK);
	assert_true(complete);
	assert_int_equal(landed.new, 0);
	assert_true(hits(&newer));
	assert_int_equal(count_temporary(&dir), 0);
	end_sample();
}

/* Two slots for one action: the later one counts. */
static void
only_the_slot_that_counts_is_taken(void **state)
{
	const struct flight_block b[] = {
		{0, 500, 2, 40, 0}, {0, 501, 2, 40, 0}};

	begin_sample(b, 2);
	assert_int_equal(land(0, frame_of(0), SIZE_MAX), GS_OK);
	assert_int_equal(landed.new, 1);
	assert_false(is_there(b, 501));
	assert_int_equal(land(1, frame_of(1), SIZE_MAX), GS_OK);
	assert_int_equal(landed.new, 3);
	assert_true(is_there(b, 501));
	end_sample();
}

static void
void_slots_are_passed_over(void **state)
{
	const struct flight_block b[] = {{0, 510, 3, 40, 0}};

	sample = flights_make(1, b, 1);
	memset(&sample->entry[1].action, 0, ID_LEN);
	flights_seal(sample);
	open_sample();
	assert_int_equal(land(0, frame_of(0), SIZE_MAX), GS_OK);
	assert_int_equal(landed.new, 2);
	assert_false(is_there(b, 511));
	end_sample();
}

/* Of a block that was not complete, nothing stays open. */
static void
a_block_can_begin_anew(void **state)
{
	const struct flight_block b[] = {{0, 600, 6, 40000, 0}};
	struct gs_err err;
	bool complete;
	size_t used;

	begin_sample(b, 1);
	struct view in = frame_of(0);

	for (size_t cut = 0; cut < in.n; cut += in.n / 16) {
		struct view some = {in.p, cut};

		assert_int_equal(landing_begin(landing, 0, &err), GS_OK);
		assert_int_equal(
			landing_feed(landing, some, &used, &complete, &err),
			GS_OK);
		assert_false(complete);
	}
	assert_int_equal(land(0, in, SIZE_MAX), GS_OK);
	assert_int_equal(landed.new, 6);
	assert_int_equal(count_temporary(&dir), 0);
	end_sample();
}

/* Makes a directory of a file's name, and its own directory if need be. */
static void
take_name(char *name)
{
	name[2] = '\0';
	(void)mkdirat(dir.dir, name, 0700);
	name[2] = '/';
	assert_int_equal(mkdirat(dir.dir, name, 0700), 0);
}

static void
an_odd_name_is_in_the_way_of_one_entry_alone(void **state)
{
	const struct flight_block b[] = {{0, 640, 4, 300, 0}};
	char body[ENTRY_NAME_MAX], action[ENTRY_NAME_MAX];
	struct block_entry first = flights_entry(b, 640);
	struct block_entry third = flights_entry(b, 642);

	begin_sample(b, 1);
	entry_output_name(&first.output, body);
	entry_action_name(&third.action, action);
	take_name(body);
	take_name(action);
	assert_int_equal(land(0, frame_of(0), SIZE_MAX), GS_OK);
	assert_false(is_there(b, 640) || is_there(b, 642));
	assert_true(is_there(b, 641) && is_there(b, 643));
	assert_int_equal(landed.here, 2);
	assert_int_equal(count_temporary(&dir), 0);
	assert_int_equal(unlinkat(dir.dir, body, AT_REMOVEDIR), 0);
	assert_int_equal(unlinkat(dir.dir, action, AT_REMOVEDIR), 0);
	end_sample();
}

/* A file of the name of a directory. */
static void
so_is_an_odd_directory(void **state)
{
	struct flight_block b = {0, 660, 1, 300, 0};
	char name[ENTRY_NAME_MAX];
	int fd;

	do { /* until there is none */
		struct block_entry e = flights_entry(&b, ++b.first);

		entry_output_name(&e.output, name);
		name[2] = '\0';
		fd = openat(dir.dir, name, O_CREAT | O_EXCL | O_WRONLY, 0600);
	} while (fd < 0 && b.first < 760);
	begin_sample(&b, 1);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(land(0, frame_of(0), SIZE_MAX), GS_OK);
	assert_int_equal(landed.here, 0);
	assert_int_equal(unlinkat(dir.dir, name, 0), 0);
	end_sample();
}

/* Everything else is told. */
static void
a_directory_that_refuses_ends_the_block(void **state)
{
	const struct flight_block b[] = {{0, 680, 2, 300, 0}};
	int fd = dir.dir;

	begin_sample(b, 1);
	dir.dir = -1;
	assert_int_equal(land(0, frame_of(0), SIZE_MAX), GS_SYS);
	dir.dir = fd;
	end_sample();
}

static void
nothing_temporary_stays_behind_an_abort(void **state)
{
	const struct flight_block b[] = {{0, 620, 1, 300000, 0}};
	struct gs_err err;
	bool complete;
	size_t used;

	begin_sample(b, 1);
	struct view in = frame_of(0), most = {in.p, in.n - 1};

	assert_int_equal(landing_begin(landing, 0, &err), GS_OK);
	assert_int_equal(
		landing_feed(landing, most, &used, &complete, &err), GS_OK);
	assert_int_equal(count_temporary(&dir), 1);
	landing_abort(landing);
	assert_int_equal(count_temporary(&dir), 0);
	end_sample();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_entries_of_a_block_land),
		cmocka_unit_test(any_pieces_will_do),
		cmocka_unit_test(empty_bodies_land),
		cmocka_unit_test(a_block_ends_where_it_ends),
		cmocka_unit_test(what_is_there_is_left_alone),
		cmocka_unit_test(what_has_lost_its_body_lands_again),
		cmocka_unit_test(what_comes_in_between_is_left_alone),
		cmocka_unit_test(only_the_slot_that_counts_is_taken),
		cmocka_unit_test(void_slots_are_passed_over),
		cmocka_unit_test(a_block_can_begin_anew),
		cmocka_unit_test(an_odd_name_is_in_the_way_of_one_entry_alone),
		cmocka_unit_test(so_is_an_odd_directory),
		cmocka_unit_test(a_directory_that_refuses_ends_the_block),
		cmocka_unit_test(nothing_temporary_stays_behind_an_abort),
	};

	return cmocka_run_group_tests_name("landing", tests, set_up, tear_down);
}
