/* What a page of keys says (pack/census.h). */
#include "census_pages.h"

static void
a_page_begins_behind_its_positions_digits(void **state)
{
	char storage[CENSUS_AFTER_LEN];
	struct buf out = BUF_OVER(storage);

	begin(0x0123456789abcdef, LAST);
	census_page_after(&page, &out);
	assert_true(view_eq(buf_view(&out), VIEW("0123456789abcdef")));
}

static void
the_last_page_tells_of_the_whole_range(void **state)
{
	begin(5, 1000);
	action(5);
	action(7);
	assert_int_equal(census_page_end(&page, false), CENSUS_PAGE_LAST);
	assert_int_equal(page.count, 2);
	assert_int_equal(page.position[0], 5);
	assert_int_equal(page.position[1], 7);
	assert_int_equal(page.range.first, 5);
	assert_int_equal(page.range.last, 1000);
}

static void
a_page_with_more_tells_up_to_its_last_key(void **state)
{
	begin(5, 1000);
	action(5);
	action(7);
	assert_int_equal(census_page_end(&page, true), CENSUS_PAGE_MORE);
	assert_int_equal(page.range.first, 5);
	assert_int_equal(page.range.last, 7);
	assert_int_equal(page.next, 8);
}

static void
keys_behind_the_range_end_it(void **state)
{
	static const uint64_t ends[] = {1000, 1001, LAST};

	for (size_t i = 0; i < 3; i++) {
		begin(5, 1000);
		action(7);
		action(ends[i]);
		assert_int_equal(
			census_page_end(&page, true), CENSUS_PAGE_LAST);
		assert_int_equal(page.count, ends[i] == 1000 ? 2 : 1);
		assert_int_equal(page.range.last, 1000);
	}
}

static void
the_last_position_ends_the_space(void **state)
{
	begin(0, LAST);
	action(LAST);
	assert_int_equal(census_page_end(&page, true), CENSUS_PAGE_LAST);
	assert_int_equal(page.count, 1);
	assert_int_equal(page.range.last, LAST);
}

/* Where an action can follow a key that is none. */
static void
keys_that_are_not_ours_are_passed_over(void **state)
{
	static const struct {
		const char *key;
		uint64_t next; /* 0: none can */
	} cases[] = {
		{"1", 0x1000000000000000},
		{"1/x", 0x1000000000000000},
		{"1-", 0x1000000000000000},
		{"1:", 0x1a00000000000000},
		{"1Z", 0x1a00000000000000},
		{"1A", 0x1a00000000000000},
		{"1`", 0x1a00000000000000},
		{"1g", 0x2000000000000000},
		{"1\xc3\xa4", 0x2000000000000000},
		{"readme", 0},
		{"g", 0},
		{"fg", 0},
		{"ffffffffffffffeg", 0xfffffffffffffff0},
		{"fffffffffffffffg", 0},
		{"ffffffffffffffff", 0},
		{"ffffffffffffffff/1", 0},
		{"Readme", 0xa000000000000000},
		{"2024/01/01", 0x2024000000000000},
		{"data/1", 0xdb00000000000000},
		{"0123456789abcdef", 0x0123456789abcdf0},
		{"0123456789abcdefz", 0x0123456789abcdf0},
		{"0123456789abcdeg", 0x0123456789abcdf0},
		/* almost an action's */
		{"0123456789abcdef" TAIL "0", 0x0123456789abcdf0},
		{"0123456789abcdeF" TAIL, 0x0123456789abcdea},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		begin(1, LAST);
		key(cases[i].key);
		enum census_page_end end = census_page_end(&page, true);

		assert_int_equal(page.count, 0);
		assert_int_equal(end, cases[i].next > 0 ? CENSUS_PAGE_MORE
							: CENSUS_PAGE_LAST);
		assert_int_equal(page.range.last,
			cases[i].next > 0 ? cases[i].next - 1 : LAST);
	}
}

static void
a_page_without_progress_lies(void **state)
{
	begin(0, LAST);
	assert_int_equal(census_page_end(&page, true), CENSUS_PAGE_LIES);
	begin(0, LAST);
	key("");
	key(".config");
	assert_int_equal(census_page_end(&page, true), CENSUS_PAGE_LIES);
	begin(0x2024000000000000, LAST);
	key("2024/01/01");
	assert_int_equal(census_page_end(&page, true), CENSUS_PAGE_LIES);
}

static void
a_page_out_of_order_lies(void **state)
{
	begin(5, 1000);
	action(8);
	action(7);
	assert_int_equal(census_page_end(&page, false), CENSUS_PAGE_LIES);
	begin(5, 1000);
	action(4); /* before the range */
	assert_int_equal(census_page_end(&page, false), CENSUS_PAGE_LIES);
	begin(5, 1000);
	action(1001);
	action(7);
	assert_int_equal(census_page_end(&page, false), CENSUS_PAGE_LIES);
	begin(5, 1000);
	key("readme");
	action(7);
	assert_int_equal(census_page_end(&page, false), CENSUS_PAGE_LIES);
}

static void
actions_of_one_position_are_one(void **state)
{
	begin(5, 7);
	action(7);
	action(7);
	assert_int_equal(census_page_end(&page, true), CENSUS_PAGE_LAST);
	assert_int_equal(page.count, 1);
}

static void
keys_have_a_limit(void **state)
{
	for (uint64_t over = 0; over <= 1; over++) {
		begin(0, LAST);
		for (uint64_t i = 0; i < CENSUS_PAGE_KEYS_MAX + over; i++) {
			action(i);
		}
		assert_int_equal(census_page_end(&page, false),
			over ? CENSUS_PAGE_LIES : CENSUS_PAGE_LAST);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_begins_behind_its_positions_digits),
		cmocka_unit_test(the_last_page_tells_of_the_whole_range),
		cmocka_unit_test(a_page_with_more_tells_up_to_its_last_key),
		cmocka_unit_test(keys_behind_the_range_end_it),
		cmocka_unit_test(the_last_position_ends_the_space),
		cmocka_unit_test(keys_that_are_not_ours_are_passed_over),
		cmocka_unit_test(a_page_without_progress_lies),
		cmocka_unit_test(a_page_out_of_order_lies),
		cmocka_unit_test(actions_of_one_position_are_one),
		cmocka_unit_test(keys_have_a_limit),
	};

	return cmocka_run_group_tests_name("census_page", tests, NULL, NULL);
}
