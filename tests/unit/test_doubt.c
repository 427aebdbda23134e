#include "pack/doubt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* How many of so many gets are asked, none of which finds anything. */
static unsigned
count_asked(struct doubt *d, unsigned gets)
{
	unsigned asked = 0;

	while (gets-- > 0) {
		if (doubt_asks(d)) {
			asked++;
			doubt_note_absent(d);
		}
	}
	return asked;
}

static void
everything_is_asked_at_first(void **state)
{
	struct doubt d = {0};

	assert_int_equal(count_asked(&d, DOUBT_STEP), DOUBT_STEP);
}

/* Every 2nd, 4th and so on, each so often as it was every single one. */
static void
gets_in_vain_are_asked_less_and_less_often(void **state)
{
	struct doubt d = {0};

	for (unsigned interval = 1; interval <= DOUBT_INTERVAL_MAX;
		interval *= 2) {
		assert_int_equal(
			count_asked(&d, interval * DOUBT_STEP), DOUBT_STEP);
	}
	assert_int_equal(count_asked(&d, DOUBT_INTERVAL_MAX * 1000), 1000);
}

static void
some_are_asked_however_long_it_was_in_vain(void **state)
{
	struct doubt d = {.in_vain = UINT32_MAX - 8};

	assert_int_equal(count_asked(&d, DOUBT_INTERVAL_MAX * 8), 8);
	assert_true(count_asked(&d, DOUBT_INTERVAL_MAX * 8) >= 8);
}

static void
one_that_is_found_ends_the_doubt(void **state)
{
	struct doubt d = {0};

	count_asked(&d, 1000);
	doubt_note_found(&d);
	assert_int_equal(count_asked(&d, DOUBT_STEP), DOUBT_STEP);
	assert_int_equal(count_asked(&d, 2 * DOUBT_STEP), DOUBT_STEP);
}

/* Gets that were asked at the same time all count. */
static void
answers_may_come_late(void **state)
{
	struct doubt d = {0};

	for (unsigned i = 0; i < 8; i++) {
		assert_true(doubt_asks(&d));
	}
	for (unsigned i = 0; i < DOUBT_STEP; i++) {
		doubt_note_absent(&d);
	}
	assert_false(doubt_asks(&d));
	assert_true(doubt_asks(&d));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_is_asked_at_first),
		cmocka_unit_test(gets_in_vain_are_asked_less_and_less_often),
		cmocka_unit_test(some_are_asked_however_long_it_was_in_vain),
		cmocka_unit_test(one_that_is_found_ends_the_doubt),
		cmocka_unit_test(answers_may_come_late),
	};

	return cmocka_run_group_tests_name("doubt", tests, NULL, NULL);
}
