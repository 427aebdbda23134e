#include "base/view.h"

#include "base/ascii.h"

#include <string.h>

struct view
view_of(const char *s)
{
	return (struct view){s, s ? strlen(s) : 0};
}

bool
view_eq(struct view a, struct view b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool
view_eq_nocase(struct view a, struct view b)
{
	if (a.n != b.n) {
		return false;
	}
	for (size_t i = 0; i < a.n; i++) {
		if (ascii_lower(a.p[i]) != ascii_lower(b.p[i])) {
			return false;
		}
	}
	return true;
}

bool
view_starts(struct view s, struct view prefix)
{
	return s.n >= prefix.n && view_eq((struct view){s.p, prefix.n}, prefix);
}

bool
view_ends(struct view s, struct view suffix)
{
	return s.n >= suffix.n && view_eq(view_skip(s, s.n - suffix.n), suffix);
}

struct view
view_skip(struct view s, size_t n)
{
	if (s.n == 0) {
		return s;
	}
	n = n < s.n ? n : s.n;
	return (struct view){s.p + n, s.n - n};
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct view
view_trim(struct view s)
{
	while (s.n > 0 && is_blank(s.p[0])) {
		s = view_skip(s, 1);
	}
	while (s.n > 0 && is_blank(s.p[s.n - 1])) {
		s.n--;
	}
	return s;
}

size_t
view_index(struct view s, char c)
{
	const char *at = s.n > 0 ? memchr(s.p, c, s.n) : NULL;

	return at ? (size_t)(at - s.p) : s.n;
}

size_t
view_find(struct view s, struct view needle)
{
	for (size_t i = 0; i + needle.n <= s.n; i++) {
		if (view_starts(view_skip(s, i), needle)) {
			return i;
		}
	}
	return s.n;
}

bool
view_cut(struct view s, char delim, struct view *head, struct view *tail)
{
	size_t at = view_index(s, delim);

	*head = (struct view){s.p, at};
	*tail = view_skip(s, at + 1);
	return at < s.n;
}

bool
view_uint(struct view s, unsigned long long max, unsigned long long *value)
{
	unsigned long long sum = 0;

	if (s.n == 0) {
		return false;
	}
	for (size_t i = 0; i < s.n; i++) {
		unsigned digit = (unsigned)((unsigned char)s.p[i] - '0');

		if (digit > 9 || digit > max || sum > (max - digit) / 10) {
			return false;
		}
		sum = sum * 10 + digit;
	}
	*value = sum;
	return true;
}
