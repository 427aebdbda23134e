#include "pack/index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "packs.h"

enum { COUNT = 5000 };

struct record {
	struct id id;
	uint32_t other;
};

static struct record records[COUNT];

static void
what_was_added_is_found(void **state)
{
	size_t slots = index_slots(COUNT);
	uint32_t *slot = malloc(slots * sizeof(*slot));
	struct index x;
	struct id stranger = packs_action(COUNT);

	index_init(&x, slot, slots, records, sizeof(*records));
	assert_int_equal(index_find(&x, &stranger), INDEX_NONE);
	for (uint32_t i = 0; i < COUNT; i++) {
		records[i].id = packs_action(i);
		assert_int_equal(index_find(&x, &records[i].id), INDEX_NONE);
		assert_true(index_add(&x, i));
	}
	for (uint32_t i = 0; i < COUNT; i++) {
		assert_int_equal(index_find(&x, &records[i].id), i);
	}
	assert_int_equal(index_find(&x, &stranger), INDEX_NONE);
	free(slot);
}

static void
the_last_of_two_counts(void **state)
{
	uint32_t slot[16];
	struct index x;

	index_init(&x, slot, 16, records, sizeof(*records));
	records[0].id = records[1].id = packs_action(7);
	assert_true(index_add(&x, 0));
	assert_true(index_add(&x, 1));
	assert_int_equal(index_find(&x, &records[0].id), 1);
}

/* Ids that somebody chose so that they meet. */
static void
a_search_is_bounded(void **state)
{
	size_t slots = index_slots(COUNT);
	uint32_t *slot = malloc(slots * sizeof(*slot));
	struct index x;

	memset(records, 0, sizeof(records));
	index_init(&x, slot, slots, records, sizeof(*records));
	for (uint32_t i = 0; i < COUNT; i++) {
		memcpy(&records[i].id.byte[8], &i, sizeof(i));
		assert_int_equal(index_add(&x, i), i < INDEX_PROBES);
	}
	assert_int_equal(index_find(&x, &records[INDEX_PROBES - 1].id),
		INDEX_PROBES - 1);
	assert_int_equal(index_find(&x, &records[INDEX_PROBES].id), INDEX_NONE);
	free(slot);
}

static void
slots_are_a_power_of_two(void **state)
{
	assert_int_equal(index_slots(0), 16);
	assert_int_equal(index_slots(8), 16);
	assert_int_equal(index_slots(9), 32);
	assert_int_equal(index_slots(SNAPSHOT_ENTRIES_MAX), 256 * 1024);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_added_is_found),
		cmocka_unit_test(the_last_of_two_counts),
		cmocka_unit_test(a_search_is_bounded),
		cmocka_unit_test(slots_are_a_power_of_two),
	};

	return cmocka_run_group_tests_name("index", tests, NULL, NULL);
}
