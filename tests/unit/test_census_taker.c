/* The census of buckets that are listed as they are. */
#include "listing_fixture.h"

static void
knows_an_empty_bucket(void **state)
{
	begin(0, 1000, list_rightly);
	assert_int_equal(find(id_at(1)), CENSUS_LACKS);
	assert_int_equal(find(id_at(UINT64_MAX)), CENSUS_LACKS);
	assert_int_equal(script_count_heard(&f->server), 1);
	assert_true(heard_starts(&f->server.heard[0],
		"GET /bucket?list-type=2&prefix=p%2F&"
		"start-after=p%2F0000000000000000 HTTP/1.1"));
	end();
}

/* Everything about a bucket of so many keys. */
static void
check_bucket(uint64_t keys, uint64_t page_keys)
{
	begin(keys, page_keys, list_rightly);
	note_absent(CENSUS_PAGES_MAX);
	for (uint64_t n = 0; n < keys; n++) {
		assert_int_equal(find(key_no(n)), CENSUS_HOLDS);
		assert_int_equal(find(gap_no(n)), CENSUS_LACKS);
		assert_true(lacks(gap_no(n)));
	}
	assert_true(lacks(id_at(0)));
	assert_true(lacks(id_at(UINT64_MAX)));

	/* a page more for each range that ends within one */
	size_t pages = (keys + page_keys - 1) / page_keys;

	assert_in_range(script_count_heard(&f->server), pages,
		pages + CENSUS_RANGES_MAX + 1);
	assert_said_nothing(f);
	end();
}

static void
knows_buckets_of_any_size(void **state)
{
	static const struct {
		uint64_t keys, page_keys;
	} cases[] = {
		{1, 1000},
		{10, 10}, /* a full page */
		{11, 10},
		{20, 10},
		{21, 10},
		{80, 10}, /* a page for each range */
		{1000, 7},
		{1000, 1000},
		{3000, 1000},
		{300, 1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		check_bucket(cases[i].keys, cases[i].page_keys);
	}
}

static void
begins_after_some_gets_in_vain(void **state)
{
	begin(100, 1000, list_rightly);
	note_absent(CENSUS_AFTER_ABSENT - 1);
	assert_false(lacks(gap_no(1)));
	assert_int_equal(taker.stage, CENSUS_UNBEGUN);
	note_absent(2);
	await_stage(CENSUS_SETTLED);
	assert_true(lacks(gap_no(1)));
	assert_false(lacks(key_no(1)));
	assert_int_equal(script_count_heard(&f->server), 1);
	end();
}

/* A hundred pages are not listed for the sake of three gets. */
static void
lists_no_more_than_the_gets_in_vain_are_worth(void **state)
{
	unsigned worth = 100 / CENSUS_PAGES_WORTH;

	begin(1000, 10, list_rightly);
	note_absent(CENSUS_AFTER_ABSENT);
	await_stage(CENSUS_PLANNED);
	note_absent(worth - CENSUS_AFTER_ABSENT - 1);
	assert_int_equal(script_count_heard(&f->server), 1);
	assert_true(lacks(gap_no(8)));
	assert_false(lacks(gap_no(10)));
	assert_int_equal(taker.stage, CENSUS_PLANNED);
	note_absent(2);
	await_stage(CENSUS_SETTLED);
	assert_true(lacks(gap_no(10)));
	assert_true(lacks(gap_no(999)));
	end();
}

static void
lists_more_for_older_entries(void **state)
{
	begin(10 * CENSUS_PAGES_WORTH_OFFERS, 10, list_rightly);
	assert_int_equal(find(key_no(400)), CENSUS_HOLDS);
	assert_int_equal(find(gap_no(400)), CENSUS_LACKS);
	end();
}

/* A few are left to a later run. */
static void
does_not_list_everything_for_a_few_older_entries(void **state)
{
	unsigned worth = (400 - CENSUS_PAGES_WORTH_OFFERS) / CENSUS_PAGES_WORTH;

	begin(4000, 10, list_rightly);
	for (unsigned offers = 2; offers < worth; offers += 2) {
		assert_int_equal(find(gap_no(2000)), CENSUS_UNKNOWN);
		assert_int_equal(find(gap_no(9)), CENSUS_LACKS);
	}
	assert_int_equal(script_count_heard(&f->server), 1);
	note_absent(2);
	assert_int_equal(find(gap_no(2000)), CENSUS_LACKS);
	assert_int_equal(find(key_no(2000)), CENSUS_HOLDS);
	end();
}

/* What lies behind the last page is taken for held, so that it is not looked
 * for in every run. */
static void
gives_up_at_the_first_page_what_is_too_large(void **state)
{
	begin(1000 * 1000, 1000, list_rightly);
	assert_int_equal(find(gap_no(900 * 1000)), CENSUS_HOLDS);
	assert_int_equal(find(gap_no(900)), CENSUS_LACKS);
	assert_int_equal(script_count_heard(&f->server), 1);
	end();
}

static void
lists_as_many_pages_as_the_budget_has(void **state)
{
	begin(CENSUS_PAGES_MAX + 1, 1, list_rightly);
	assert_int_equal(find(id_at(UINT64_MAX)), CENSUS_HOLDS);
	assert_int_equal(script_count_heard(&f->server), 1);
	end();
	begin(CENSUS_PAGES_MAX - 9, 1, list_rightly);
	note_absent(CENSUS_PAGES_MAX);
	assert_int_equal(find(id_at(UINT64_MAX)), CENSUS_LACKS);
	end();
}

/* Each of the pages that are listed at the same time is on its way before the
 * first is answered. */
static atomic_uint under_way;

static bool
list_together(struct script *s, int fd, const struct heard *h)
{
	if (h->number > 0 && ++under_way <= CENSUS_RANGES_MAX) {
		for (int i = 0;
			i < FIXTURE_SOON_MS && under_way < CENSUS_RANGES_MAX;
			i++) {
			usleep(1000);
		}
	}
	return list_rightly(s, fd, h);
}

static void
lists_ranges_at_the_same_time(void **state)
{
	under_way = 0;
	begin(400, 10, list_together);
	assert_int_equal(find(gap_no(399)), CENSUS_LACKS);
	assert_true(under_way >= CENSUS_RANGES_MAX);
	assert_true(script_count_conns(&f->server) >= CENSUS_RANGES_MAX);
	end();
}

/* The last range does not come to an end. */
static atomic_bool hold_back;

static bool
list_the_end_late(struct script *s, int fd, const struct heard *h)
{
	while (hold_back && start_of(h) > UINT64_MAX / 8 * 7) {
		usleep(1000);
	}
	return list_rightly(s, fd, h);
}

static void
counts_what_a_range_has_passed(void **state)
{
	hold_back = true;
	begin(100, 10, list_the_end_late);
	note_absent(100);
	for (int i = 0; i < FIXTURE_SOON_MS && !lacks(gap_no(50)); i++) {
		usleep(1000);
	}
	assert_true(lacks(gap_no(50)));
	assert_false(lacks(gap_no(97)));
	hold_back = false;
	assert_int_equal(find(gap_no(97)), CENSUS_LACKS);
	end();
}

/* Gets never find their connections in use. */
static void
leaves_the_connections_of_gets_alone(void **state)
{
	begin(400, 10, list_rightly);
	assert_int_equal(find(gap_no(399)), CENSUS_LACKS);
	assert_int_equal(f->remote.pool.count[CONN_GET], 0);
	assert_in_range(f->remote.pool.count[CONN_PUT], 1, CENSUS_RANGES_MAX);
	end();
}

/* The end of the run's gets is not the end of its uploads. */
static void
goes_on_when_fetches_are_cancelled(void **state)
{
	begin(100, 10, list_rightly);
	remote_cancel_fetches(&f->remote);
	assert_int_equal(find(gap_no(50)), CENSUS_LACKS);
	end();
}

static void *
find_in_thread(void *arg)
{
	bool good = find(gap_no(50)) == CENSUS_LACKS &&
		    find(key_no(50)) == CENSUS_HOLDS;

	return good ? arg : NULL;
}

static void
is_taken_once_for_all_who_wait(void **state)
{
	pthread_t thread[8];
	void *good;

	begin(60, 100, list_rightly);
	for (size_t i = 0; i < 8; i++) {
		pthread_create(&thread[i], NULL, find_in_thread, &taker);
	}
	for (size_t i = 0; i < 8; i++) {
		pthread_join(thread[i], &good);
		assert_non_null(good);
	}
	assert_int_equal(script_count_heard(&f->server), 1);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_an_empty_bucket),
		cmocka_unit_test(knows_buckets_of_any_size),
		cmocka_unit_test(begins_after_some_gets_in_vain),
		cmocka_unit_test(lists_no_more_than_the_gets_in_vain_are_worth),
		cmocka_unit_test(lists_more_for_older_entries),
		cmocka_unit_test(
			does_not_list_everything_for_a_few_older_entries),
		cmocka_unit_test(gives_up_at_the_first_page_what_is_too_large),
		cmocka_unit_test(lists_as_many_pages_as_the_budget_has),
		cmocka_unit_test(lists_ranges_at_the_same_time),
		cmocka_unit_test(counts_what_a_range_has_passed),
		cmocka_unit_test(leaves_the_connections_of_gets_alone),
		cmocka_unit_test(goes_on_when_fetches_are_cancelled),
		cmocka_unit_test(is_taken_once_for_all_who_wait),
	};

	return cmocka_run_group_tests_name("census_taker", tests, NULL, NULL);
}
