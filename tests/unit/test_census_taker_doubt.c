/* Which gets are asked while the census is taken, and if it was given up. */
#include "listing_fixture.h"

static bool
declines(struct id id)
{
	return census_taker_declines(&taker, &id);
}

static unsigned
count_asked(unsigned gets)
{
	unsigned asked = 0;

	while (gets-- > 0) {
		if (!declines(gap_no(50))) {
			asked++;
			note_absent(1);
		}
	}
	return asked;
}

static void
asks_less_and_less_often_when_it_is_given_up(void **state)
{
	begin(100, 10, deny);
	struct id held = key_no(50);

	assert_int_equal(count_asked(CENSUS_AFTER_ABSENT), CENSUS_AFTER_ABSENT);
	await_stage(CENSUS_SETTLED);
	assert_in_range(count_asked(1000), 90, 150);
	assert_in_range(count_asked(1000), 60, 65);
	census_taker_note_found(&taker, &held);
	assert_int_equal(count_asked(DOUBT_STEP), DOUBT_STEP);
	end();
}

static void
asks_everything_that_a_complete_census_does_not_lack(void **state)
{
	begin(100, 1000, list_rightly);
	note_absent(1000);
	await_stage(CENSUS_SETTLED);
	for (int i = 0; i < 1000; i++) {
		assert_false(declines(key_no(50)));
		assert_true(declines(gap_no(50)));
	}
	end();
}

static void
asks_for_what_it_has_seen_however_much_was_in_vain(void **state)
{
	begin(100, 10, list_a_page_and_deny);
	note_absent(1000);
	await_stage(CENSUS_SETTLED);
	for (int i = 0; i < 100; i++) {
		assert_false(declines(key_no(5)));
		assert_true(declines(gap_no(5)));
	}
	assert_in_range(count_asked(160), 9, 11);
	end();
}

static void
asks_everything_before_the_census_has_ended(void **state)
{
	begin(1000, 2, list_rightly);
	note_absent(100);
	await_stage(CENSUS_PLANNED);
	for (int i = 0; i < 1000; i++) {
		assert_false(declines(gap_no(50)));
	}
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_less_and_less_often_when_it_is_given_up),
		cmocka_unit_test(
			asks_everything_that_a_complete_census_does_not_lack),
		cmocka_unit_test(
			asks_for_what_it_has_seen_however_much_was_in_vain),
		cmocka_unit_test(asks_everything_before_the_census_has_ended),
	};

	return cmocka_run_group_tests_name(
		"census_taker_doubt", tests, NULL, NULL);
}
