/* The census where it is known what the last run used. */
#include "listing_fixture.h"

static void
expect(size_t entries)
{
	for (unsigned i = 0; i < CENSUS_AFTER_STRANGE; i++) {
		census_taker_note_strange(&taker, entries);
	}
}

static void
begins_before_anything_is_in_vain(void **state)
{
	begin(100, 1000, list_rightly);
	expect(100);
	await_stage(CENSUS_SETTLED);
	assert_true(lacks(gap_no(1)));
	assert_false(lacks(key_no(1)));
	expect(100);
	note_absent(CENSUS_AFTER_ABSENT);
	assert_int_equal(script_count_heard(&f->server), 1);
	end();
}

/* A program that is linked anew, and nothing else, is nothing to list for. */
static void
begins_with_the_second_get_for_what_was_not_used(void **state)
{
	begin(100, 1000, list_rightly);
	census_taker_note_strange(&taker, 100);
	note_absent(1);
	assert_int_equal(taker.stage, CENSUS_UNBEGUN);
	census_taker_note_strange(&taker, 100);
	await_stage(CENSUS_SETTLED);
	assert_int_equal(script_count_heard(&f->server), 1);
	end();
}

/* Each of the first pages is on its way before one of them is answered. */
static atomic_uint under_way, wanted;

static bool
list_together(struct script *s, int fd, const struct heard *h)
{
	under_way++;
	for (int i = 0; i < FIXTURE_SOON_MS && under_way < wanted; i++) {
		usleep(1000);
	}
	return list_rightly(s, fd, h);
}

static void
check_together(size_t entries, unsigned pages)
{
	under_way = 0;
	wanted = pages;
	begin(700 * pages, 1000, list_together);
	expect(entries);
	await_stage(CENSUS_SETTLED);
	assert_int_equal(under_way, pages);
	assert_int_equal(script_count_conns(&f->server), pages);
	assert_int_equal(f->remote.pool.count[CONN_GET], 0);
	for (uint64_t n = 0; n < listed.keys; n++) {
		assert_true(lacks(gap_no(n)));
		assert_false(lacks(key_no(n)));
	}
	end();
}

static void
lists_the_pages_of_the_last_run_at_the_same_time(void **state)
{
	check_together(1, 1);
	check_together(999, 1);
	check_together(1000, 2);
	check_together(2500, 3);
	check_together(7999, CENSUS_RANGES_MAX);
	check_together(100 * 1000, CENSUS_RANGES_MAX);
}

/* A page counts when it has come, and the rest is listed when it is worth it. */
static void
knows_buckets_that_are_larger_than_expected(void **state)
{
	begin(1000, 10, list_rightly);
	expect(1500);
	await_stage(CENSUS_PLANNED);
	assert_int_equal(script_count_heard(&f->server), 2);
	assert_int_equal(taker.stage, CENSUS_PLANNED);
	assert_true(lacks(gap_no(9)));
	assert_false(lacks(gap_no(11)));
	assert_true(lacks(gap_no(509)));
	assert_false(lacks(gap_no(511)));
	note_absent(100 / CENSUS_PAGES_WORTH);
	await_stage(CENSUS_SETTLED);
	for (uint64_t n = 0; n < listed.keys; n++) {
		assert_true(lacks(gap_no(n)));
		assert_false(lacks(key_no(n)));
	}
	assert_in_range(
		script_count_heard(&f->server), 100, 100 + CENSUS_PLAN_MAX);
	end();
}

static void
gives_up_at_the_first_pages_what_is_too_large(void **state)
{
	begin(1000 * 1000, 1000, list_rightly);
	expect(2500);
	await_stage(CENSUS_SETTLED);
	assert_int_equal(find(gap_no(900 * 1000)), CENSUS_HOLDS);
	assert_int_equal(script_count_heard(&f->server), 3);
	end();
}

static void
gives_up_what_may_not_be_listed(void **state)
{
	begin(100, 10, deny);
	expect(2500);
	await_stage(CENSUS_SETTLED);
	assert_int_equal(find(gap_no(5)), CENSUS_UNKNOWN);
	assert_in_range(script_count_heard(&f->server), 1, 3);
	assert_said_nothing(f);
	end();
}

static bool
lie_behind_the_first(struct script *s, int fd, const struct heard *h)
{
	struct buf page = page_begin();

	return start_of(h) == 0 ? list_rightly(s, fd, h)
				: page_end(fd, &page, true);
}

static void
believes_nothing_if_a_page_makes_no_sense(void **state)
{
	begin(1000, 1000, lie_behind_the_first);
	expect(2500);
	await_stage(CENSUS_SETTLED);
	assert_int_equal(find(gap_no(5)), CENSUS_UNKNOWN);
	assert_said(f, 1, "the store's list of keys makes no sense", "");
	end();
}

static void
begins_no_sooner_where_listings_are_in_no_order(void **state)
{
	begin(100, 10, list_rightly);
	f->remote.endpoint[0].is_directory = true;
	expect(2500);
	assert_int_equal(taker.stage, CENSUS_UNBEGUN);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(begins_before_anything_is_in_vain),
		cmocka_unit_test(
			begins_with_the_second_get_for_what_was_not_used),
		cmocka_unit_test(
			lists_the_pages_of_the_last_run_at_the_same_time),
		cmocka_unit_test(knows_buckets_that_are_larger_than_expected),
		cmocka_unit_test(gives_up_at_the_first_pages_what_is_too_large),
		cmocka_unit_test(gives_up_what_may_not_be_listed),
		cmocka_unit_test(believes_nothing_if_a_page_makes_no_sense),
		cmocka_unit_test(
			begins_no_sooner_where_listings_are_in_no_order),
	};

	return cmocka_run_group_tests_name(
		"census_taker_first", tests, NULL, NULL);
}
