#include "base/xml.h"

#include <stdint.h>

enum {
	REFERENCE_MAX = 10, /* characters between & and ; */
	CODE_POINT_MAX = 0x10ffff,
};

void
xml_init(struct xml *x, struct view document)
{
	*x = (struct xml){.rest = document};
}

static enum xml_event
fail(struct xml *x)
{
	x->bad = true;
	return XML_BAD;
}

/* Takes what stands before the end mark; false if the mark is missing. */
static bool
take_until(struct xml *x, struct view mark, struct view *taken)
{
	size_t at = view_find(x->rest, mark);

	if (at == x->rest.n) {
		return false;
	}
	*taken = (struct view){x->rest.p, at};
	x->rest = view_skip(x->rest, at + mark.n);
	return true;
}

/* The length of a tag up to its `>`, which may also stand in quotes. */
static size_t
tag_length(struct view s)
{
	char quote = '\0';

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (quote) {
			quote = c == quote ? '\0' : quote;
		} else if (c == '"' || c == '\'') {
			quote = c;
		} else if (c == '>') {
			return i;
		}
	}
	return s.n;
}

static bool
ends_name(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '/';
}

/* The name at the start of a tag, without its prefix. */
static struct view
name_of(struct view tag)
{
	struct view head, tail;
	size_t n = 0;

	while (n < tag.n && !ends_name(tag.p[n])) {
		n++;
	}
	return view_cut((struct view){tag.p, n}, ':', &head, &tail) ? tail
								    : head;
}

static enum xml_event
take_tag(struct xml *x, struct view *value)
{
	size_t n = tag_length(x->rest);
	struct view tag = {x->rest.p, n};

	if (n == x->rest.n) {
		return fail(x);
	}
	x->rest = view_skip(x->rest, n + 1);
	bool closes = view_starts(tag, VIEW("/"));

	*value = name_of(view_skip(tag, closes ? 1 : 0));
	if (value->n == 0) {
		return fail(x);
	}
	if (!closes && view_ends(tag, VIEW("/"))) {
		x->empty = *value;
	}
	return closes ? XML_CLOSE : XML_OPEN;
}

/* True if the rest begins with prefix, which is then passed over. */
static bool
pass(struct xml *x, struct view prefix)
{
	if (!view_starts(x->rest, prefix)) {
		return false;
	}
	x->rest = view_skip(x->rest, prefix.n);
	return true;
}

static enum xml_event
take_text(struct xml *x, struct view *value)
{
	size_t n = view_index(x->rest, '<');

	*value = (struct view){x->rest.p, n};
	x->rest = view_skip(x->rest, n);
	return XML_TEXT;
}

enum xml_event
xml_next(struct xml *x, struct view *value)
{
	struct view skipped;

	if (x->empty.n > 0) {
		*value = x->empty;
		x->empty = VIEW("");
		return XML_CLOSE;
	}
	while (!x->bad && x->rest.n > 0) {
		if (x->rest.p[0] != '<') {
			return take_text(x, value);
		}
		if (pass(x, VIEW("<![CDATA["))) {
			return take_until(x, VIEW("]]>"), value) ? XML_CDATA
								 : fail(x);
		}
		if (pass(x, VIEW("<?"))) {
			x->bad = !take_until(x, VIEW("?>"), &skipped);
		} else if (pass(x, VIEW("<!--"))) {
			x->bad = !take_until(x, VIEW("-->"), &skipped);
		} else if (pass(x, VIEW("<!"))) {
			x->bad = true;
		} else {
			x->rest = view_skip(x->rest, 1);
			return take_tag(x, value);
		}
	}
	return x->bad ? XML_BAD : XML_END;
}

static void
add_utf8(struct buf *out, uint32_t c)
{
	if (c < 0x80) {
		buf_char(out, (char)c);
		return;
	}
	if (c < 0x800) {
		buf_char(out, (char)(0xc0 | c >> 6));
	} else {
		if (c < 0x10000) {
			buf_char(out, (char)(0xe0 | c >> 12));
		} else {
			buf_char(out, (char)(0xf0 | c >> 18));
			buf_char(out, (char)(0x80 | (c >> 12 & 0x3f)));
		}
		buf_char(out, (char)(0x80 | (c >> 6 & 0x3f)));
	}
	buf_char(out, (char)(0x80 | (c & 0x3f)));
}

static int
digit_of(char c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

/* Reads the number of `&#39;` or `&#x27;`, from after the `#`. */
static bool
read_code_point(struct view text, uint32_t *c)
{
	int base = view_starts(text, VIEW("x")) ? 16 : 10;
	uint32_t sum = 0;

	text = view_skip(text, base == 16 ? 1 : 0);
	if (text.n == 0) {
		return false;
	}
	for (size_t i = 0; i < text.n; i++) {
		int digit = digit_of(text.p[i]);

		if (digit >= base) {
			return false;
		}
		sum = sum * (uint32_t)base + (uint32_t)digit;
		if (sum > CODE_POINT_MAX) {
			return false;
		}
	}
	*c = sum;
	return sum != 0 && (sum < 0xd800 || sum > 0xdfff);
}

static bool
decode_reference(struct view name, struct buf *out)
{
	static const struct {
		struct view name;
		char is;
	} known[] = {
		{{"amp", 3}, '&'},
		{{"lt", 2}, '<'},
		{{"gt", 2}, '>'},
		{{"quot", 4}, '"'},
		{{"apos", 4}, '\''},
	};

	uint32_t c;

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (view_eq(name, known[i].name)) {
			buf_char(out, known[i].is);
			return true;
		}
	}
	if (!view_starts(name, VIEW("#")) ||
		!read_code_point(view_skip(name, 1), &c)) {
		return false;
	}
	add_utf8(out, c);
	return true;
}

bool
xml_decode(struct view text, struct buf *out)
{
	struct view plain, name;

	while (view_cut(text, '&', &plain, &text)) {
		buf_add(out, plain);
		struct view near = {text.p,
			text.n < REFERENCE_MAX ? text.n : REFERENCE_MAX};

		if (!view_cut(near, ';', &name, &near) ||
			!decode_reference(name, out)) {
			return false;
		}
		text = view_skip(text, name.n + 1);
	}
	buf_add(out, plain);
	return true;
}

/* Appends the text up to the end of the element that has just begun. */
static bool
text_here(struct xml *x, struct buf *out)
{
	struct view value;

	for (;;) {
		switch (xml_next(x, &value)) {
		case XML_TEXT:
			if (!xml_decode(value, out)) {
				return false;
			}
			break;
		case XML_CDATA:
			buf_add(out, value);
			break;
		case XML_CLOSE:
			return true;
		case XML_OPEN:
		case XML_END:
		case XML_BAD:
			return false;
		}
	}
}

bool
xml_text_of(struct view document, struct view name, struct buf *out)
{
	enum xml_event event;
	struct view value;
	struct xml x;

	xml_init(&x, document);
	while ((event = xml_next(&x, &value)) != XML_END && event != XML_BAD) {
		if (event == XML_OPEN && view_eq(value, name)) {
			return text_here(&x, out);
		}
	}
	return false;
}
