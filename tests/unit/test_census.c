/* What is known of a bucket, and how it is listed; what a page says is in
 * test_census_page.c. */
#include "census_pages.h"

static struct id
id_at(uint64_t position)
{
	struct id id = {{0}};

	for (int i = 0; i < 8; i++) {
		id.byte[i] = (uint8_t)(position >> (56 - 8 * i));
	}
	id.byte[31] = 9; /* beyond what is kept */
	return id;
}

static enum census_finding
find(const struct census *c, uint64_t position)
{
	struct id id = id_at(position);

	return census_find(c, &id);
}

static bool
add(struct census *c, uint64_t first, uint64_t last, uint64_t *position,
	size_t count)
{
	const struct census_part part = {{first, last}, position, count};

	return census_add(c, &part);
}

static uint64_t
next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed ^ *seed >> 29;
}

/* what is known */

static void
nothing_is_known_at_first(void **state)
{
	static struct census c;

	assert_int_equal(find(&c, 0), CENSUS_UNKNOWN);
	assert_int_equal(find(&c, LAST), CENSUS_UNKNOWN);
}

static void
an_empty_bucket_lacks_everything(void **state)
{
	static struct census c;

	assert_true(add(&c, 0, LAST, NULL, 0));
	assert_int_equal(find(&c, 0), CENSUS_LACKS);
	assert_int_equal(find(&c, LAST), CENSUS_LACKS);
}

static void
parts_are_known_in_any_order(void **state)
{
	static struct census c;
	uint64_t low[] = {10, 20}, high[] = {100, LAST}, middle[] = {50};

	static const struct {
		uint64_t position;
		enum census_finding before, then;
	} cases[] = {
		{0, CENSUS_UNKNOWN, CENSUS_UNKNOWN},
		{4, CENSUS_UNKNOWN, CENSUS_UNKNOWN},
		{5, CENSUS_LACKS, CENSUS_LACKS},
		{9, CENSUS_LACKS, CENSUS_LACKS},
		{10, CENSUS_HOLDS, CENSUS_HOLDS},
		{11, CENSUS_LACKS, CENSUS_LACKS},
		{20, CENSUS_HOLDS, CENSUS_HOLDS},
		{21, CENSUS_UNKNOWN, CENSUS_LACKS},
		{50, CENSUS_UNKNOWN, CENSUS_HOLDS},
		{99, CENSUS_UNKNOWN, CENSUS_LACKS},
		{100, CENSUS_HOLDS, CENSUS_HOLDS},
		{101, CENSUS_LACKS, CENSUS_LACKS},
		{LAST - 1, CENSUS_LACKS, CENSUS_LACKS},
		{LAST, CENSUS_HOLDS, CENSUS_HOLDS},
	};

	assert_true(add(&c, 100, LAST, high, 2));
	assert_true(add(&c, 5, 20, low, 2));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(find(&c, cases[i].position), cases[i].before);
	}
	assert_true(add(&c, 21, 99, middle, 1));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(find(&c, cases[i].position), cases[i].then);
	}
}

static void
parts_have_a_limit(void **state)
{
	static struct census c;

	for (uint64_t i = 0; i < CENSUS_PAGES_MAX; i++) {
		assert_true(add(&c, i, i, NULL, 0));
	}
	assert_false(add(&c, CENSUS_PAGES_MAX, CENSUS_PAGES_MAX, NULL, 0));
	assert_int_equal(find(&c, CENSUS_PAGES_MAX - 1), CENSUS_LACKS);
	assert_int_equal(find(&c, CENSUS_PAGES_MAX), CENSUS_UNKNOWN);
}

/* how it is listed */

/* Each position is either known or planned, once. */
static void
check_cover(const struct census *c, const struct census_plan *plan)
{
	static struct census all;

	all = *c;
	assert_true(plan->ranges <= CENSUS_PLAN_MAX);
	for (size_t i = 0; i < plan->ranges; i++) {
		assert_true(add(&all, plan->range[i].first, plan->range[i].last,
			NULL, 0));
	}
	for (size_t i = 0; i < all.parts; i++) {
		assert_int_equal(all.part[i].range.first,
			i > 0 ? all.part[i - 1].range.last + 1 : 0);
		assert_true(all.part[i].range.last >= all.part[i].range.first);
	}
	assert_int_equal(all.part[all.parts - 1].range.last, LAST);
}

static void
first_pages_are_as_many_as_the_entries_fill(void **state)
{
	static const struct census nothing;

	static const struct {
		size_t entries;
		uint64_t pages;
		size_t ranges;
	} cases[] = {
		{0, 1, 1},
		{999, 1, 1},
		{1000, 2, 2},
		{7999, 8, CENSUS_RANGES_MAX},
		{8000, 9, CENSUS_RANGES_MAX},
		{SIZE_MAX, SIZE_MAX / 1000 + 1, CENSUS_RANGES_MAX},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct census_plan plan;

		census_plan_first(cases[i].entries, &plan);
		assert_int_equal(plan.pages, cases[i].pages);
		assert_int_equal(plan.ranges, cases[i].ranges);
		check_cover(&nothing, &plan);
	}
}

/* After one page, which ends before next. */
static void
check_rest(uint64_t next, uint64_t pages, size_t ranges)
{
	static struct census c;
	struct census_plan plan;

	c.parts = 0;
	assert_true(add(&c, 0, next - 1, NULL, 0));
	census_plan_rest(&c, &plan);
	assert_int_equal(plan.pages, pages);
	assert_int_equal(plan.ranges, ranges);
	check_cover(&c, &plan);
}

static void
ranges_are_as_many_as_pages(void **state)
{
	check_rest(LAST, 1, 1);
	check_rest(LAST / 2 + 1, 1, 1);
	check_rest(LAST / 2, 2, 2);
	check_rest(LAST / 8, 8, CENSUS_RANGES_MAX);
	check_rest(LAST / 9 + 1, 8, CENSUS_RANGES_MAX);
	check_rest(LAST / 100, 100, CENSUS_RANGES_MAX);
	check_rest(1, LAST, CENSUS_RANGES_MAX);
}

/* A sixteenth of all positions. */
#define UNIT (LAST / 16 + 1)

static void
the_rest_is_what_the_first_pages_leave(void **state)
{
	static const struct {
		uint64_t first[3], count[3]; /* of known units */
		uint64_t pages;
		size_t ranges;
	} cases[] = {
		{{0, 8}, {8, 8}, 0, 0}, {{0, 8}, {8, 7}, 1, 1},
		{{0, 8}, {7, 8}, 1, 1},
		{{0, 8}, {7, 7}, 1, 2}, /* a page, but not in one piece */
		{{0, 8}, {4, 4}, 2, 2}, {{0, 8}, {2, 2}, 6, 6},
		{{0, 8}, {1, 2}, 9, 9},                     /* 7 and 6 units */
		{{0, 8}, {1, 1}, 14, 8}, {{5}, {1}, 15, 9}, /* 5 and 10 units */
		{{0, 5, 10}, {1, 1, 1}, 13, 10}, /* 4, 4 and 5 units */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		static struct census c;
		struct census_plan plan;

		c.parts = 0;
		for (size_t n = 0; n < 3 && cases[i].count[n] > 0; n++) {
			uint64_t first = cases[i].first[n] * UNIT;

			assert_true(add(&c, first,
				first + cases[i].count[n] * UNIT - 1, NULL, 0));
		}
		census_plan_rest(&c, &plan);
		assert_int_equal(plan.pages, cases[i].pages);
		assert_int_equal(plan.ranges, cases[i].ranges);
		check_cover(&c, &plan);
	}
}

/* As many first pages as there can be, with gaps of any size around them. */
static void
a_plan_has_room_for_every_range(void **state)
{
	uint64_t seed = 1;

	for (int i = 0; i < 1000; i++) {
		static struct census c;
		struct census_plan plan;

		c.parts = 0;
		for (uint64_t n = 0; n < CENSUS_RANGES_MAX; n++) {
			uint64_t first = n * 2 * UNIT, at[2];

			at[0] = first + next_random(&seed) % (2 * UNIT);
			at[1] = at[0] +
				next_random(&seed) % (first + 2 * UNIT - at[0]);
			assert_true(add(&c, at[0], at[1], NULL, 0));
		}
		census_plan_rest(&c, &plan);
		check_cover(&c, &plan);
	}
}

/* Buckets of random keys, listed as planned, page by page. */

enum { KEYS_MAX = 4000 };

static int
compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Lists a page of so many keys; true if another follows. */
static bool
list_page(struct census *c, const uint64_t *keys, size_t count, size_t per_page)
{
	size_t i = 0, given = 0;

	while (i < count && keys[i] < page.range.first) {
		i++;
	}
	for (; i < count && given < per_page; given++) {
		action(keys[i++]);
	}
	enum census_page_end end = census_page_end(&page, i < count);
	size_t size = page.count * sizeof(uint64_t);
	uint64_t *kept = memcpy(malloc(size + 1), page.position, size);

	assert_int_not_equal(end, CENSUS_PAGE_LIES);
	assert_true(
		add(c, page.range.first, page.range.last, kept, page.count));
	return end == CENSUS_PAGE_MORE;
}

/* entries: how many are expected. */
static void
list_all(struct census *c, const uint64_t *keys, size_t count, size_t per_page,
	size_t entries)
{
	struct census_plan plan;

	census_plan_first(entries, &plan);
	for (size_t i = 0; i < plan.ranges; i++) {
		begin(plan.range[i].first, plan.range[i].last);
		list_page(c, keys, count, per_page);
	}
	census_plan_rest(c, &plan);
	for (size_t i = 0; i < plan.ranges; i++) {
		struct census_range range = plan.range[i];

		begin(range.first, range.last);
		while (list_page(c, keys, count, per_page)) {
			begin(page.next, range.last);
		}
	}
}

static void
random_buckets_are_known_whole(void **state)
{
	static uint64_t keys[KEYS_MAX];
	uint64_t seed = 1;

	for (size_t count = 0; count < KEYS_MAX; count = count * 5 / 4 + 1) {
		static struct census c;

		for (size_t i = 0; i < count; i++) {
			keys[i] = next_random(&seed);
		}
		qsort(keys, count, sizeof(*keys), compare);
		list_all(&c, keys, count, 1 + count / 100, count * 3);
		for (size_t i = 0; i < count; i++) {
			assert_int_equal(find(&c, keys[i]), CENSUS_HOLDS);
			assert_int_equal(
				find(&c, next_random(&seed)), CENSUS_LACKS);
		}
		while (c.parts > 0) {
			free(c.part[--c.parts].position);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_known_at_first),
		cmocka_unit_test(an_empty_bucket_lacks_everything),
		cmocka_unit_test(parts_are_known_in_any_order),
		cmocka_unit_test(parts_have_a_limit),
		cmocka_unit_test(first_pages_are_as_many_as_the_entries_fill),
		cmocka_unit_test(ranges_are_as_many_as_pages),
		cmocka_unit_test(the_rest_is_what_the_first_pages_leave),
		cmocka_unit_test(a_plan_has_room_for_every_range),
		cmocka_unit_test(random_buckets_are_known_whole),
	};

	return cmocka_run_group_tests_name("census", tests, NULL, NULL);
}
