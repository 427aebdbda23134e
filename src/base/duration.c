#include "base/duration.h"

#include "base/array.h"

/*
 *	duration = [ "+" ] ( "0" / 1*( number unit ) )
 *	number   = 1*DIGIT [ "." *DIGIT ] / "." 1*DIGIT
 */

static const struct unit {
	const char *name;
	uint64_t ns;
} units[] = {
	{"ns", 1},
	{"us", 1000},
	{"\xc2\xb5s", 1000}, /* micro sign */
	{"\xce\xbcs", 1000}, /* Greek mu */
	{"ms", 1000000},
	{"s", 1000000000},
	{"m", 60000000000},
	{"h", 3600000000000},
};

#define NS_PER_MS 1000000U
#define NS_MAX ((uint64_t)INT64_MAX)

/* Takes the digits off the front of *s. */
static struct view
take_digits(struct view *s)
{
	struct view digits = {s->p, 0};

	while (digits.n < s->n && s->p[digits.n] >= '0' &&
		s->p[digits.n] <= '9') {
		digits.n++;
	}
	*s = view_skip(*s, digits.n);
	return digits;
}

/* Takes everything before the next digit or point: a unit, or nonsense. */
static const struct unit *
take_unit(struct view *s)
{
	struct view name = {s->p, 0};

	while (name.n < s->n && s->p[name.n] != '.' &&
		(s->p[name.n] < '0' || s->p[name.n] > '9')) {
		name.n++;
	}
	*s = view_skip(*s, name.n);
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (view_eq(view_of(units[i].name), name)) {
			return &units[i];
		}
	}
	return NULL;
}

/* Reads a number and its unit off the front of *s and adds it to *sum_ns. */
static bool
add_term(struct view *s, uint64_t *sum_ns)
{
	struct view whole = take_digits(s), fraction = {s->p, 0};
	const struct unit *unit;
	unsigned long long n = 0;
	uint64_t ns, scale;

	if (view_starts(*s, VIEW("."))) {
		*s = view_skip(*s, 1);
		fraction = take_digits(s);
	}
	unit = take_unit(s);
	if (whole.n + fraction.n == 0 || !unit ||
		(whole.n > 0 && !view_uint(whole, NS_MAX / unit->ns, &n))) {
		return false;
	}
	ns = n * unit->ns;
	scale = unit->ns;
	for (size_t i = 0; i < fraction.n; i++) {
		scale /= 10;
		ns += scale * (unsigned)(fraction.p[i] - '0');
	}
	*sum_ns += ns;
	return *sum_ns <= NS_MAX;
}

bool
duration_parse_ms(struct view text, uint64_t *ms)
{
	uint64_t sum_ns = 0;

	if (view_starts(text, VIEW("+"))) {
		text = view_skip(text, 1);
	}
	if (view_eq(text, VIEW("0"))) {
		*ms = 0;
		return true;
	}
	do {
		if (!add_term(&text, &sum_ns)) {
			return false;
		}
	} while (text.n > 0);
	*ms = (sum_ns + NS_PER_MS - 1) / NS_PER_MS;
	return true;
}
