#include "s3/http1_syntax.h"

#include "base/ascii.h"

static bool
is_tchar(char c)
{
	struct view marks = VIEW("!#$%&'*+-.^_`|~");

	return ascii_is_digit(c) || ascii_is_letter(c) ||
	       view_index(marks, c) < marks.n;
}

static bool
is_text(char c)
{
	unsigned char u = (unsigned char)c;

	return c == '\t' || (u >= 0x20 && u != 0x7f);
}

static bool
is_visible(char c)
{
	return c > 0x20 && c < 0x7f;
}

static bool
all(struct view v, bool (*is)(char))
{
	for (size_t i = 0; i < v.n; i++) {
		if (!is(v.p[i])) {
			return false;
		}
	}
	return true;
}

bool
http1_is_token(struct view v)
{
	return v.n > 0 && all(v, is_tchar);
}

bool
http1_is_text(struct view v)
{
	return all(v, is_text);
}

bool
http1_is_visible(struct view v)
{
	return v.n > 0 && all(v, is_visible);
}

bool
http1_read_status(struct view line, unsigned *status, bool *http10)
{
	struct view version, rest, code, reason;
	unsigned long long n = 0;

	view_cut(line, ' ', &version, &rest);
	view_cut(rest, ' ', &code, &reason);
	if (version.n != 8 || !view_starts(version, VIEW("HTTP/1.")) ||
		!ascii_is_digit(version.p[7])) {
		return false;
	}
	if (code.n != 3 || !view_uint(code, 999, &n) || n < 100 ||
		!http1_is_text(reason)) {
		return false;
	}
	*status = (unsigned)n;
	*http10 = version.p[7] == '0';
	return true;
}

bool
http1_read_field(struct view line, struct view *name, struct view *value)
{
	struct view head, tail;

	if (!view_cut(line, ':', &head, &tail) || !http1_is_token(head) ||
		!http1_is_text(tail)) {
		return false;
	}
	*name = head;
	*value = view_trim(tail);
	return true;
}

/* The value of a hex digit, 16 for anything else. */
static unsigned
hex_value(char c)
{
	if (ascii_is_digit(c)) {
		return (unsigned)(c - '0');
	}
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

static bool
is_extension(struct view v)
{
	struct view trimmed = view_trim(v);

	return v.n == 0 || (trimmed.n > 0 && trimmed.p[0] == ';');
}

bool
http1_read_chunk_size(struct view line, uint64_t *size)
{
	uint64_t sum = 0;
	size_t i = 0;

	for (; i < line.n && hex_value(line.p[i]) < 16; i++) {
		if (sum > INT64_MAX / 16) {
			return false;
		}
		sum = sum * 16 + hex_value(line.p[i]);
	}
	if (i == 0 || !is_extension(view_skip(line, i)) ||
		!http1_is_text(line)) {
		return false;
	}
	*size = sum;
	return true;
}

bool
http1_next_item(struct view *list, struct view *item)
{
	if (!list->p) {
		return false;
	}
	if (!view_cut(*list, ',', item, list)) {
		*list = (struct view){NULL, 0};
	}
	*item = view_trim(*item);
	return true;
}
