#include "base/xml.h"

#include "base/array.h"
#include "base/hex.h"
#include "base/utf8.h"

enum { CODE_POINT_MAX = 0x10ffff };

void
xml_init(struct xml *x, struct view document)
{
	struct view mark = VIEW("\xef\xbb\xbf"); /* of byte order */

	*x = (struct xml){.rest = document};
	if (view_starts(document, mark)) {
		x->rest = view_skip(document, mark.n);
	}
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

/* The length of a tag up to its `>`, which may also stand in quotes; s.n if it
 * has none before the next tag. */
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
		} else if (c == '>' || c == '<') {
			return c == '>' ? i : s.n;
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
open_element(struct xml *x)
{
	if (x->depth == 0 && x->begun) {
		return fail(x);
	}
	x->begun = true;
	x->depth++;
	return XML_OPEN;
}

static enum xml_event
close_element(struct xml *x)
{
	if (x->depth == 0) {
		return fail(x);
	}
	x->depth--;
	return XML_CLOSE;
}

static enum xml_event
take_tag(struct xml *x, struct view *value)
{
	size_t n = tag_length(x->rest);
	struct view tag = {x->rest.p, n};
	bool closes = view_starts(tag, VIEW("/"));

	*value = name_of(view_skip(tag, closes));
	if (n == x->rest.n || value->n == 0) {
		return fail(x);
	}
	x->rest = view_skip(x->rest, n + 1);
	if (closes) {
		return close_element(x);
	}
	if (view_ends(tag, VIEW("/"))) {
		x->empty = *value;
	}
	return open_element(x);
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

static enum xml_event
take_cdata(struct xml *x, struct view *value)
{
	return take_until(x, VIEW("]]>"), value) ? XML_CDATA : fail(x);
}

/* Passes over what says nothing: blanks around the document, comments and
 * processing instructions. False if there is nothing of that sort. */
static bool
skip(struct xml *x)
{
	struct view blanks, skipped;

	if (x->depth == 0 && x->rest.n > 0 && x->rest.p[0] != '<') {
		take_text(x, &blanks);
		x->bad = view_trim(blanks).n > 0;
	} else if (pass(x, VIEW("<?"))) {
		x->bad = !take_until(x, VIEW("?>"), &skipped);
	} else if (pass(x, VIEW("<!--"))) {
		x->bad = !take_until(x, VIEW("-->"), &skipped);
	} else {
		return false;
	}
	return !x->bad;
}

enum xml_event
xml_next(struct xml *x, struct view *value)
{
	if (x->empty.n > 0) {
		*value = x->empty;
		x->empty = VIEW("");
		return close_element(x);
	}
	while (!x->bad && skip(x)) {
	}
	if (x->bad) {
		return XML_BAD;
	}
	if (x->rest.n == 0) {
		return x->begun && x->depth == 0 ? XML_END : fail(x);
	}
	if (x->depth > 0 && pass(x, VIEW("<![CDATA["))) {
		return take_cdata(x, value);
	}
	if (x->rest.p[0] != '<') {
		return take_text(x, value);
	}
	x->rest = view_skip(x->rest, 1);
	return view_starts(x->rest, VIEW("!")) ? fail(x) : take_tag(x, value);
}

/* Reads the number of `&#39;` or `&#x27;`, from after the `#`. */
static bool
read_code_point(struct view text, uint32_t *c)
{
	unsigned base = view_starts(text, VIEW("x")) ? 16 : 10;
	uint32_t sum = 0;

	text = view_skip(text, base == 16);
	for (size_t i = 0; i < text.n; i++) {
		unsigned digit = hex_value(text.p[i]);

		sum = sum * base + digit;
		if (digit >= base || sum > CODE_POINT_MAX) {
			return false;
		}
	}
	*c = sum;
	return sum != 0 && utf8_can_say(sum);
}

static bool
decode_reference(struct view name, struct buf *out)
{
	static const struct {
		const char *name;
		char meaning;
	} known[] = {
		{"amp", '&'},
		{"lt", '<'},
		{"gt", '>'},
		{"quot", '"'},
		{"apos", '\''},
	};

	uint32_t c;

	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (view_eq(name, view_of(known[i].name))) {
			buf_char(out, known[i].meaning);
			return true;
		}
	}
	if (!view_starts(name, VIEW("#")) ||
		!read_code_point(view_skip(name, 1), &c)) {
		return false;
	}
	utf8_add(out, c);
	return true;
}

bool
xml_decode(struct view text, struct buf *out)
{
	struct view plain, name;

	while (view_cut(text, '&', &plain, &text)) {
		buf_add(out, plain);
		if (!view_cut(text, ';', &name, &text) ||
			!decode_reference(name, out)) {
			return false;
		}
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
	size_t len = out->len;
	enum xml_event event;
	struct view value;
	struct xml x;

	xml_init(&x, document);
	while ((event = xml_next(&x, &value)) != XML_END && event != XML_BAD) {
		if (event == XML_OPEN && view_eq(value, name)) {
			break;
		}
	}
	if (event == XML_OPEN && text_here(&x, out)) {
		return true;
	}
	out->len = len;
	return false;
}
