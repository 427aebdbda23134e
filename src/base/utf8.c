#include "base/utf8.h"

#include "base/array.h"

/* The forms by length: what the first byte looks like, the least character
 * that needs so many. RFC 3629, section 3. */
static const struct form {
	unsigned char mask, mark;
	uint32_t least;
} forms[] = {
	{0x80, 0x00, 0},
	{0xe0, 0xc0, 0x80},
	{0xf0, 0xe0, 0x800},
	{0xf8, 0xf0, 0x10000},
};

enum { FORMS = ARRAY_LEN(forms) };

bool
utf8_can_say(uint32_t c)
{
	return c < 0xd800 || (c > 0xdfff && c <= 0x10ffff);
}

/* The number of bytes that a first byte announces less one; FORMS if it is
 * none. */
static size_t
form_of(unsigned char first)
{
	size_t i = 0;

	while (i < FORMS && (first & forms[i].mask) != forms[i].mark) {
		i++;
	}
	return i;
}

bool
utf8_take(struct view *s, uint32_t *c)
{
	unsigned char first = s->n > 0 ? (unsigned char)s->p[0] : 0xff;
	size_t more = form_of(first);
	uint32_t v;

	if (more == FORMS || s->n <= more) {
		return false;
	}
	v = first & ~(unsigned)forms[more].mask;
	for (size_t i = 1; i <= more; i++) {
		unsigned char next = (unsigned char)s->p[i];

		if ((next & 0xc0) != 0x80) {
			return false;
		}
		v = v << 6 | (next & 0x3f);
	}
	if (v < forms[more].least || !utf8_can_say(v)) {
		return false;
	}
	*s = view_skip(*s, more + 1);
	*c = v;
	return true;
}

void
utf8_add(struct buf *out, uint32_t c)
{
	size_t more = FORMS - 1;
	char bytes[FORMS];

	while (c < forms[more].least) {
		more--;
	}
	for (size_t i = more; i > 0; i--) {
		bytes[i] = (char)(unsigned char)(0x80 | (c & 0x3f));
		c >>= 6;
	}
	bytes[0] = (char)(unsigned char)(forms[more].mark | c);
	buf_add(out, (struct view){bytes, more + 1});
}
