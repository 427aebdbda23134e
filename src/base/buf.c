#include "base/buf.h"

#include <string.h>

struct buf
buf_over(void *storage, size_t cap)
{
	return (struct buf){.p = storage, .cap = cap};
}

void
buf_clear(struct buf *b)
{
	b->len = 0;
	b->full = false;
}

void
buf_add(struct buf *b, struct view v)
{
	if (b->full || v.n > b->cap - b->len) {
		b->full = true;
		return;
	}
	if (v.n > 0) {
		memcpy(b->p + b->len, v.p, v.n);
		b->len += v.n;
	}
}

void
buf_str(struct buf *b, const char *s)
{
	buf_add(b, view_of(s));
}

void
buf_char(struct buf *b, char c)
{
	buf_add(b, (struct view){&c, 1});
}

void
buf_uint(struct buf *b, uint64_t n)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	buf_add(b, (struct view){digits + at, sizeof(digits) - at});
}

void
buf_hex(struct buf *b, const void *bytes, size_t n)
{
	const unsigned char *in = bytes;

	if (b->full || n > (b->cap - b->len) / 2) {
		b->full = true;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		b->p[b->len++] = "0123456789abcdef"[in[i] >> 4];
		b->p[b->len++] = "0123456789abcdef"[in[i] & 15];
	}
}

const char *
buf_cstr(struct buf *b)
{
	if (b->full || b->len == b->cap) {
		b->full = true;
		return "";
	}
	b->p[b->len] = '\0';
	return b->p;
}

struct view
buf_view(const struct buf *b)
{
	return (struct view){b->p, b->len};
}

bool
buf_ok(const struct buf *b)
{
	return !b->full;
}

void
wipe(void *p, size_t n)
{
	volatile unsigned char *at = p;

	while (n-- > 0) {
		*at++ = 0;
	}
}

void
buf_wipe(struct buf *b)
{
	wipe(b->p, b->cap);
	buf_clear(b);
}
