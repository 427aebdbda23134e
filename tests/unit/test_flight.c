#include "pack/flight.h"

#include "base/le.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "snapshots.h"

enum { LEN = MADE_PACKED_LEN, COUNT = 9 };

static struct made made;
static uint8_t blocks_state[COUNT];
static struct flight flight;

/* Three of pack 0, an inline one, two of pack 1, one idle, two of pack 1. */
static int
set_up(void **state)
{
	static const struct made_block blocks[COUNT] = {{0, 1, 0}, {0, 1, 0},
		{0, 1, 0}, {SNAPSHOT_INLINE, 1, 0}, {1, 1, 0}, {1, 1, 0},
		{1, 1, 1}, {1, 1, 0}, {1, 1, 0}};

	snapshots_make(&made, 2, blocks, COUNT);
	flight_init(&flight, &made.s, blocks_state, UINT64_MAX);
	return 0;
}

static int
tear_down(void **state)
{
	snapshots_free(&made);
	return 0;
}

static void
check_all(void)
{
	for (size_t i = 0; i < COUNT; i++) {
		flight_check(&flight, i, true);
	}
}

static void
assert_leg(uint64_t span, size_t first, size_t count)
{
	struct flight_leg leg;
	struct snapshot_block b = snapshot_block_at(&made.s, first);

	assert_true(flight_take(&flight, span, &leg));
	assert_int_equal(leg.first, first);
	assert_int_equal(leg.count, count);
	assert_int_equal(leg.pack, b.pack);
	assert_int_equal(leg.offset, b.offset);
	assert_int_equal(leg.len, count * LEN);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(blocks_state[first + i], FLIGHT_UP);
	}
}

static void
assert_no_leg(void)
{
	struct flight_leg leg;

	assert_false(flight_take(&flight, 1000000, &leg));
}

static void
legs_follow_the_order(void **state)
{
	assert_no_leg();
	check_all();
	assert_int_equal(flight_left(&flight), 7 * LEN);
	assert_leg(1000000, 0, 3);
	assert_int_equal(flight_left(&flight), 4 * LEN);
	assert_leg(1000000, 4, 2);
	assert_leg(1000000, 7, 2);
	assert_no_leg();
	assert_int_equal(flight_left(&flight), 0);
}

static void
a_span_bounds_a_leg(void **state)
{
	check_all();
	assert_leg(LEN + 1, 0, 2);
	assert_leg(LEN, 2, 1);
	assert_leg(1, 4, 1);
}

static void
a_gap_ends_a_leg(void **state)
{
	unsigned char *offset = made.bytes + SNAPSHOT_HEAD_LEN +
				2 * SNAPSHOT_PACK_LEN + 8 * SNAPSHOT_BLOCK_LEN +
				16;

	le_put64(offset, le_get64(offset) + 1);
	check_all();
	assert_leg(1000000, 0, 3);
	assert_leg(1000000, 4, 2);
	assert_leg(1000000, 7, 1);
	assert_leg(1000000, 8, 1);
}

static void
what_is_here_is_left_out(void **state)
{
	flight_check(&flight, 0, true);
	flight_check(&flight, 1, false);
	flight_check(&flight, 2, true);
	assert_leg(1000000, 0, 1);
	assert_leg(1000000, 2, 1);
	assert_no_leg();
	flight_check(&flight, 1, true); /* is known already */
	assert_no_leg();
	flight_check(&flight, 8, true);
	assert_leg(1000000, 8, 1);
	flight_check(&flight, 4, true); /* late, but earlier in order */
	assert_leg(1000000, 4, 1);
}

static void
what_is_asked_for_goes_first(void **state)
{
	check_all();
	assert_true(flight_ask(&flight, 7));
	assert_true(flight_ask(&flight, 7));
	assert_true(flight_ask(&flight, 6));
	assert_leg(1000000, 6, 3);
	assert_leg(1000000, 0, 3);
	assert_true(flight_ask(&flight, 1));
	assert_true(flight_ask(&flight, 3)); /* comes with the snapshot */
	flight_land(&flight, 1);
	flight_land(&flight, 3);
	assert_false(flight_ask(&flight, 1));
	assert_false(flight_ask(&flight, 3));
	assert_leg(1000000, 4, 2);
	assert_no_leg();
}

static void
what_will_not_come_is_never_taken(void **state)
{
	check_all();
	assert_true(flight_ask(&flight, 7));
	assert_true(flight_cancel(&flight, 7));
	assert_false(flight_cancel(&flight, 7));
	assert_false(flight_ask(&flight, 7));
	assert_leg(1000000, 0, 3);
	assert_false(flight_cancel(&flight, 1)); /* it is on its way */
	assert_leg(1000000, 4, 2);
	assert_leg(1000000, 8, 1);
	assert_no_leg();
}

static void
legs_can_be_counted_before(void **state)
{
	assert_int_equal(flight_legs(&flight, 1000000), 0);
	check_all();
	assert_int_equal(flight_legs(&flight, 1000000), 3);
	assert_int_equal(flight_legs(&flight, 2 * LEN), 4);
	assert_int_equal(flight_legs(&flight, LEN + 1), 4);
	assert_int_equal(flight_legs(&flight, LEN), 7);
	assert_leg(2 * LEN, 0, 2);
	assert_int_equal(flight_legs(&flight, 1000000), 3);
	assert_true(flight_ask(&flight, 6)); /* joins two */
	assert_int_equal(flight_legs(&flight, 1000000), 2);
}

static void
asking_does_not_wait_for_a_check(void **state)
{
	assert_true(flight_ask(&flight, 8));
	assert_leg(1000000, 8, 1);
	check_all();
	assert_int_equal(blocks_state[8], FLIGHT_UP);
}

static void
a_budget_bounds_what_nobody_asked_for(void **state)
{
	flight_init(&flight, &made.s, blocks_state, 2 * LEN + 1);
	check_all();
	assert_leg(1000000, 0, 2);
	assert_no_leg();
	assert_true(flight_ask(&flight, 7));
	assert_leg(1000000, 7, 1);
	assert_no_leg();
	flight_init(&flight, &made.s, blocks_state, 0);
	check_all();
	assert_no_leg();
	assert_true(flight_ask(&flight, 0));
	assert_leg(1000000, 0, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(legs_follow_the_order),
		TEST(a_span_bounds_a_leg),
		TEST(a_gap_ends_a_leg),
		TEST(what_is_here_is_left_out),
		TEST(what_is_asked_for_goes_first),
		TEST(asking_does_not_wait_for_a_check),
		TEST(what_will_not_come_is_never_taken),
		TEST(legs_can_be_counted_before),
		TEST(a_budget_bounds_what_nobody_asked_for),
	};

	return cmocka_run_group_tests_name("flight", tests, NULL, NULL);
}
