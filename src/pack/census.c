#include "pack/census.h"

#include "base/hex.h"

#include <assert.h>
#include <string.h>

enum { DIGITS = 16, DIGIT_BITS = 4 }; /* of a position */

const struct census_range census_space = {0, UINT64_MAX};

void
census_page_init(struct census_page *p, struct census_range range)
{
	p->range = range;
	p->next = range.first;
	p->passed = p->lies = false;
	p->count = 0;
}

/* All keys of the position follow its digits, since they are longer. */
void
census_page_after(const struct census_page *p, struct buf *out)
{
	uint8_t bytes[sizeof(uint64_t)];

	for (size_t i = sizeof(bytes); i-- > 0;) {
		bytes[i] = (uint8_t)(p->range.first >>
				     8 * (sizeof(bytes) - 1 - i));
	}
	buf_hex(out, bytes, sizeof(bytes));
}

/* How many of its first bytes are digits as keys have them: in lower case. */
static size_t
count_digits(struct view name)
{
	size_t n = 0;

	while (n < name.n && hex_value(name.p[n]) != HEX_NOT &&
		!(name.p[n] >= 'A' && name.p[n] <= 'F')) {
		n++;
	}
	return n;
}

/* The least position that begins with the first n digits of the name. */
static uint64_t
position_of(struct view name, size_t n)
{
	uint64_t position = 0;

	for (size_t i = 0; i < DIGITS; i++) {
		unsigned digit = i < n ? hex_value(name.p[i]) : 0;

		position = position << DIGIT_BITS | digit;
	}
	return position;
}

/* How many of the sixteen digits sort before what is none. */
static unsigned
digits_before(char c)
{
	if ((unsigned char)c < '0') {
		return 0;
	}
	return (unsigned char)c < 'a' ? 10 : 16;
}

/* The least position of the actions that sort behind a key that is none;
 * false if none can. */
static bool
find_next(struct view name, uint64_t *next)
{
	size_t n = count_digits(name);
	unsigned passed = 1; /* of the positions, or of the nth digits */
	uint64_t unit = 1;

	if (n < DIGITS) {
		passed = digits_before(n < name.n ? name.p[n] : '\0');
		unit <<= DIGIT_BITS * (DIGITS - 1 - n);
	}
	*next = position_of(name, n) + passed * unit;
	return passed == 0 || *next != 0; /* it wraps behind the last */
}

static void
add_action(struct census_page *p, uint64_t position)
{
	if (position > p->range.last) {
		p->passed = true;
		return;
	}
	if (p->count > 0 && position == p->position[p->count - 1]) {
		return;
	}
	if (p->passed || position < p->next ||
		p->count == CENSUS_PAGE_KEYS_MAX) {
		p->lies = true;
		return;
	}
	p->position[p->count++] = position;
	p->next = position + 1;
	p->passed = position == p->range.last;
}

static bool
is_action(struct view name)
{
	return name.n == ID_HEX_LEN && count_digits(name) == ID_HEX_LEN;
}

void
census_page_any_key(struct census_page *p, struct view name)
{
	if (!is_action(name)) {
		return;
	}
	if (p->count == CENSUS_PAGE_KEYS_MAX) {
		p->lies = true;
		return;
	}
	p->position[p->count++] = position_of(name, DIGITS);
}

void
census_page_key(struct census_page *p, struct view name)
{
	uint64_t next;

	if (is_action(name)) {
		add_action(p, position_of(name, DIGITS));
	} else if (!find_next(name, &next) || next > p->range.last) {
		p->passed = true;
	} else if (next > p->next) {
		p->next = next;
	}
}

enum census_page_end
census_page_end(struct census_page *p, bool truncated)
{
	bool more = truncated && !p->passed;

	if (p->lies || (more && p->next == p->range.first)) {
		return CENSUS_PAGE_LIES;
	}
	if (!more) {
		return CENSUS_PAGE_LAST;
	}
	p->range.last = p->next - 1;
	return CENSUS_PAGE_MORE;
}

/* How many of the parts begin at the position or before it. */
static size_t
parts_up_to(const struct census *c, uint64_t position)
{
	size_t low = 0, high = c->parts;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (c->part[middle].range.first <= position) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

bool
census_add(struct census *c, const struct census_part *part)
{
	if (c->parts == CENSUS_PAGES_MAX) {
		return false;
	}
	size_t at = parts_up_to(c, part->range.first);

	memmove(&c->part[at + 1], &c->part[at],
		(c->parts - at) * sizeof(*c->part));
	c->part[at] = *part;
	c->parts++;
	return true;
}

static bool
holds(const struct census_part *part, uint64_t position)
{
	size_t low = 0, high = part->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (part->position[middle] < position) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low < part->count && part->position[low] == position;
}

enum census_finding
census_find(const struct census *c, const struct id *action)
{
	uint64_t position = 0;

	for (size_t i = 0; i < sizeof(position); i++) {
		position = position << 8 | action->byte[i];
	}
	size_t n = parts_up_to(c, position);

	if (n == 0 || position > c->part[n - 1].range.last) {
		return CENSUS_UNKNOWN;
	}
	return holds(&c->part[n - 1], position) ? CENSUS_HOLDS : CENSUS_LACKS;
}

/* Cuts what is to be listed into n ranges of about the same size. */
static void
cut(struct census_plan *plan, struct census_range whole, uint64_t n)
{
	uint64_t step = (whole.last - whole.first) / n;

	for (uint64_t i = 0; i < n; i++) {
		struct census_range *r = &plan->range[plan->ranges++];

		r->first = whole.first + step * i;
		r->last = i + 1 < n ? r->first + step - 1 : whole.last;
	}
}

static uint64_t
limit_ranges(uint64_t pages)
{
	return pages < CENSUS_RANGES_MAX ? pages : CENSUS_RANGES_MAX;
}

void
census_plan_first(size_t entries, struct census_plan *plan)
{
	plan->pages = entries / CENSUS_PAGE_KEYS_MAX + 1;
	plan->ranges = 0;
	cut(plan, census_space, limit_ranges(plan->pages));
}

/* How many positions the parts have; 0 stands for every one. */
static uint64_t
count_known(const struct census *c)
{
	uint64_t known = 0;

	for (size_t i = 0; i < c->parts; i++) {
		known += c->part[i].range.last - c->part[i].range.first + 1;
	}
	return known;
}

/* What is between a part and the one before it, or one of them and an end.
 * False if nothing is. */
static bool
find_gap(const struct census *c, size_t part, struct census_range *gap)
{
	uint64_t next = part < c->parts ? c->part[part].range.first : 0;

	gap->first = part > 0 ? c->part[part - 1].range.last + 1 : 0;
	gap->last = next - 1;
	return gap->first != next;
}

/* Each gap is cut into as many ranges as are needed for none to be larger than
 * an even share, so that there is one more for each gap at most. */
void
census_plan_rest(const struct census *c, struct census_plan *plan)
{
	uint64_t known = count_known(c);
	struct census_range gap;

	assert(c->parts > 0 && c->parts <= CENSUS_RANGES_MAX);
	plan->pages = plan->ranges = 0;
	if (known == 0) {
		return;
	}
	uint64_t left = UINT64_MAX - known; /* and one more */

	plan->pages = left / (known / c->parts) + 1;
	uint64_t share = left / limit_ranges(plan->pages) + 1;

	for (size_t i = 0; i <= c->parts; i++) {
		if (find_gap(c, i, &gap)) {
			cut(plan, gap, (gap.last - gap.first) / share + 1);
		}
	}
}
