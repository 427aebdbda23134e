/*
 * Whatever a bucket lists, what it holds is not taken for lacking, and what is
 * left to be listed is the rest of the space. A number of 8 bytes, after which
 * the first page begins, then a key a line; an empty line ends a page.
 */
#include "pack/census.h"

#include "fuzz.h"

static struct census census;
static struct census_page page;

/* The next key of a page; false at its end. */
static bool
next_name(struct view *rest, struct view *name)
{
	view_cut(*rest, '\n', name, rest);
	return name->n > 0;
}

static enum census_page_end
read_page(struct view *rest, struct census_range range)
{
	struct view name;

	census_page_init(&page, range);
	while (next_name(rest, &name)) {
		census_page_key(&page, name);
	}
	return census_page_end(&page, rest->n > 0);
}

static void
check_page(struct census_range asked, enum census_page_end end)
{
	uint64_t next = asked.first;

	check(page.range.first == asked.first);
	check(page.range.last >= asked.first && page.range.last <= asked.last);
	check(end == CENSUS_PAGE_LAST ? page.range.last == asked.last
				      : page.next == page.range.last + 1);
	for (size_t i = 0; i < page.count; i++) {
		check(page.position[i] >= next);
		check(page.position[i] <= page.range.last);
		next = page.position[i] + 1;
		check(next != 0 || i + 1 == page.count);
	}
}

static void
keep_page(void)
{
	struct census_part part = {.range = page.range, .count = page.count};
	size_t bytes = page.count * sizeof(*part.position);

	part.position = malloc(bytes + 1);
	memcpy(part.position, page.position, bytes);
	check(census_add(&census, &part));
}

/* Keys of a page, which is kept, as far as it tells of them. */
static void
check_keys(struct view names)
{
	const struct census_range *known = &page.range;
	struct view name;
	struct id action;

	while (next_name(&names, &name)) {
		uint64_t position = 0;
		bool ours = id_parse(name, &action);

		for (size_t i = 0; i < name.n; i++) {
			ours = ours && !(name.p[i] >= 'A' && name.p[i] <= 'F');
		}
		for (size_t i = 0; ours && i < sizeof(position); i++) {
			position = position << 8 | action.byte[i];
		}
		check(!ours || position < known->first ||
			position > known->last ||
			census_find(&census, &action) == CENSUS_HOLDS);
	}
}

/* Reads pages as far as they can be believed. */
static void
read_pages(struct view text, uint64_t first)
{
	struct census_range range = {first, UINT64_MAX};
	enum census_page_end end = CENSUS_PAGE_MORE;

	while (end == CENSUS_PAGE_MORE && census.parts < CENSUS_RANGES_MAX) {
		struct view names = text;

		end = read_page(&text, range);
		if (end != CENSUS_PAGE_LIES) {
			check_page(range, end);
			keep_page();
			check_keys(names);
			range.first = page.next;
		}
	}
}

static void
check_rest(void)
{
	struct census_plan plan;
	uint64_t sum = 0; /* of all positions: it wraps to 0 */

	census_plan_rest(&census, &plan);
	check(plan.ranges <= CENSUS_PLAN_MAX);
	for (size_t i = 0; i < census.parts; i++) {
		sum += census.part[i].range.last - census.part[i].range.first +
		       1;
	}
	for (size_t i = 0; i < plan.ranges; i++) {
		const struct census_part part = {plan.range[i], NULL, 0};

		check(part.range.first <= part.range.last);
		sum += part.range.last - part.range.first + 1;
		check(census_add(&census, &part));
	}
	check(sum == 0);
	for (size_t i = 1; i < census.parts; i++) {
		check(census.part[i].range.first ==
			census.part[i - 1].range.last + 1);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view text = {(const char *)data, size};
	uint64_t first = 0;

	if (size < sizeof(first)) {
		return 0;
	}
	memcpy(&first, data, sizeof(first));
	text = view_skip(text, sizeof(first));
	census.parts = 0;
	read_pages(text, first);
	if (census.parts > 0) {
		check_rest();
	}
	for (size_t i = 0; i < census.parts; i++) {
		free(census.part[i].position);
	}
	return 0;
}
