#include "pack/census.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static struct id
action(unsigned char first, unsigned char eighth)
{
	struct id id = {{0}};

	id.byte[0] = first;
	id.byte[7] = eighth;
	id.byte[31] = 9; /* beyond what is kept */
	return id;
}

static void
add(struct census *c, unsigned char first, unsigned char eighth)
{
	struct id id = action(first, eighth);

	assert_true(census_add(c, &id));
}

static bool
lacks(const struct census *c, unsigned char first, unsigned char eighth)
{
	struct id id = action(first, eighth);

	return census_lacks(c, &id);
}

static void
nothing_is_known_at_first(void **state)
{
	struct census c;
	uint64_t key[1];

	(void)state;
	census_init(&c, key, 1);
	assert_false(lacks(&c, 0, 0));
	assert_false(lacks(&c, 255, 255));
}

static void
an_empty_listing_lacks_everything(void **state)
{
	struct census c;
	uint64_t key[1];

	(void)state;
	census_init(&c, key, 1);
	census_finish(&c);
	assert_true(lacks(&c, 0, 0));
	assert_true(lacks(&c, 255, 255));
}

static void
a_part_is_known_up_to_its_last_key(void **state)
{
	struct census c;
	uint64_t key[8];

	(void)state;
	census_init(&c, key, 8);
	add(&c, 10, 0);
	add(&c, 20, 5);
	assert_true(lacks(&c, 9, 0));
	assert_false(lacks(&c, 10, 0));
	assert_true(lacks(&c, 10, 1));
	assert_true(lacks(&c, 20, 4));
	assert_false(lacks(&c, 20, 5));
	assert_false(lacks(&c, 20, 6));
	assert_false(lacks(&c, 30, 0));
	census_finish(&c);
	assert_true(lacks(&c, 30, 0));
}

static void
an_unordered_listing_counts_when_complete(void **state)
{
	struct census c;
	uint64_t key[8];

	(void)state;
	census_init(&c, key, 8);
	add(&c, 20, 0);
	add(&c, 10, 0);
	add(&c, 30, 0);
	add(&c, 5, 0);
	assert_false(lacks(&c, 1, 0));
	assert_false(lacks(&c, 15, 0));
	census_finish(&c);
	assert_true(lacks(&c, 1, 0));
	assert_true(lacks(&c, 15, 0));
	assert_false(lacks(&c, 5, 0));
	assert_false(lacks(&c, 10, 0));
	assert_false(lacks(&c, 20, 0));
	assert_false(lacks(&c, 30, 0));
}

static void
what_does_not_fit_is_refused(void **state)
{
	struct census c;
	uint64_t key[2];
	struct id third = action(3, 0);

	(void)state;
	census_init(&c, key, 2);
	add(&c, 1, 0);
	add(&c, 2, 0);
	assert_false(census_add(&c, &third));
	assert_true(lacks(&c, 1, 1));
	assert_false(lacks(&c, 3, 0));
}

static void
random_listings_agree_with_a_bitmap(void **state)
{
	uint64_t key[256];
	unsigned seed = 1;

	(void)state;
	for (int round = 0; round < 200; round++) {
		struct census c;
		bool there[256] = {false};

		census_init(&c, key, 256);
		for (int i = 0; i < round; i++) {
			seed = seed * 1103515245 + 12345;
			unsigned char k = (unsigned char)(seed >> 16);

			add(&c, k, 0);
			there[k] = true;
		}
		census_finish(&c);
		for (int k = 0; k < 256; k++) {
			assert_int_equal(
				lacks(&c, (unsigned char)k, 0), !there[k]);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_known_at_first),
		cmocka_unit_test(an_empty_listing_lacks_everything),
		cmocka_unit_test(a_part_is_known_up_to_its_last_key),
		cmocka_unit_test(an_unordered_listing_counts_when_complete),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(random_listings_agree_with_a_bitmap),
	};

	return cmocka_run_group_tests_name("census", tests, NULL, NULL);
}
