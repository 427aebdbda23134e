#include "base/json_scalar.h"

#include "base/ascii.h"
#include "base/hex.h"
#include "base/utf8.h"

/* Takes four hex digits off *s. */
static bool
take_hex4(struct view *s, uint32_t *c)
{
	uint32_t v = 0;

	if (s->n < 4) {
		return false;
	}
	for (size_t i = 0; i < 4; i++) {
		unsigned digit = hex_value(s->p[i]);

		if (digit == HEX_NOT) {
			return false;
		}
		v = v << 4 | digit;
	}
	*s = view_skip(*s, 4);
	*c = v;
	return true;
}

/* Takes what follows \u: one code unit, or a pair with its second \u. */
static bool
take_code_point(struct view *s, uint32_t *c)
{
	uint32_t low;

	if (!take_hex4(s, c)) {
		return false;
	}
	if (*c >> 10 == 0xd800 >> 10 && view_starts(*s, VIEW("\\u"))) {
		*s = view_skip(*s, 2);
		if (!take_hex4(s, &low) || low >> 10 != 0xdc00 >> 10) {
			return false;
		}
		*c = 0x10000 + ((*c & 0x3ff) << 10 | (low & 0x3ff));
	}
	return utf8_can_say(*c);
}

static bool
take_escape(struct view *s, uint32_t *c)
{
	static const char names[] = "\"\\/bfnrt";
	static const char meanings[] = "\"\\/\b\f\n\r\t"; /* last: 0 */
	char name;

	if (s->n == 0) {
		return false;
	}
	name = s->p[0];
	*s = view_skip(*s, 1);
	if (name == 'u') {
		return take_code_point(s, c);
	}
	*c = (uint32_t)meanings[view_index(view_of(names), name)];
	return *c != 0;
}

bool
json_take_char(struct view *s, uint32_t *c)
{
	if (view_starts(*s, VIEW("\\"))) {
		*s = view_skip(*s, 1);
		return take_escape(s, c);
	}
	return utf8_take(s, c) && *c >= 0x20 && *c != '"';
}

bool
json_is_string(struct view s)
{
	uint32_t c;

	while (s.n > 0) {
		if (!json_take_char(&s, &c)) {
			return false;
		}
	}
	return true;
}

static uint32_t
lower(uint32_t c)
{
	return c < 0x80 ? (uint32_t)ascii_lower((char)c) : c;
}

static bool
same_string(struct view a, struct view b, bool nocase)
{
	while (a.n > 0 && b.n > 0) {
		uint32_t ca, cb;

		if (!json_take_char(&a, &ca) || !json_take_char(&b, &cb) ||
			(ca != cb && !(nocase && lower(ca) == lower(cb)))) {
			return false;
		}
	}
	return a.n == b.n;
}

bool
json_same_string(struct view a, struct view b)
{
	return same_string(a, b, false);
}

bool
json_same_string_nocase(struct view a, struct view b)
{
	return same_string(a, b, true);
}

/* Takes the digits off the front of *s and says how many. */
static size_t
take_digits(struct view *s)
{
	size_t n = 0;

	while (n < s->n && s->p[n] >= '0' && s->p[n] <= '9') {
		n++;
	}
	*s = view_skip(*s, n);
	return n;
}

/* Takes one character off *s if it is one of any. */
static bool
take_one_of(struct view *s, const char *any)
{
	struct view set = view_of(any);

	if (s->n == 0 || view_index(set, s->p[0]) == set.n) {
		return false;
	}
	*s = view_skip(*s, 1);
	return true;
}

bool
json_is_number(struct view s)
{
	bool zero_first;
	size_t whole;

	take_one_of(&s, "-");
	zero_first = view_starts(s, VIEW("0"));
	whole = take_digits(&s);
	if (whole == 0 || (zero_first && whole > 1)) {
		return false;
	}
	if (take_one_of(&s, ".") && take_digits(&s) == 0) {
		return false;
	}
	if (take_one_of(&s, "eE")) {
		take_one_of(&s, "+-");
		if (take_digits(&s) == 0) {
			return false;
		}
	}
	return s.n == 0;
}
