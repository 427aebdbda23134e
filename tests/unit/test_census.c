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

/* how the rest is listed */

static void
check_plan(uint64_t next, uint64_t pages, size_t ranges)
{
	struct census_plan plan;

	census_plan(next, &plan);
	assert_int_equal(plan.pages, pages);
	assert_int_equal(plan.ranges, ranges);
	for (size_t i = 0; i < ranges; i++) {
		assert_int_equal(plan.range[i].first, next);
		assert_true(plan.range[i].last >= next);
		next = plan.range[i].last + 1;
	}
	assert_int_equal(next, 0); /* all the rest */
}

static void
ranges_are_as_many_as_pages(void **state)
{
	check_plan(LAST, 1, 1);
	check_plan(LAST / 2 + 1, 1, 1);
	check_plan(LAST / 2, 2, 2);
	check_plan(LAST / 8, 8, CENSUS_RANGES_MAX);
	check_plan(LAST / 9 + 1, 8, CENSUS_RANGES_MAX);
	check_plan(LAST / 100, 100, CENSUS_RANGES_MAX);
	check_plan(1, LAST, CENSUS_RANGES_MAX);
}

/* Buckets of random keys, listed as planned, page by page. */

enum { KEYS_MAX = 4000 };

static int
compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static uint64_t
next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed ^ *seed >> 29;
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

static void
list_all(struct census *c, const uint64_t *keys, size_t count, size_t per_page)
{
	struct census_plan plan = {.ranges = 0};

	begin(0, LAST);
	if (list_page(c, keys, count, per_page)) {
		census_plan(page.next, &plan);
	}
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
		list_all(&c, keys, count, 1 + count / 100);
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
		cmocka_unit_test(ranges_are_as_many_as_pages),
		cmocka_unit_test(random_buckets_are_known_whole),
	};

	return cmocka_run_group_tests_name("census", tests, NULL, NULL);
}
