#include "base/clean.h"

#include "base/utf8.h"

static bool
is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f);
}

/* Takes one character, or a byte that is none, off *text. */
static struct view
take(struct view *text)
{
	struct view rest = *text, taken = VIEW("?");
	uint32_t c;

	if (!utf8_take(&rest, &c)) {
		rest = view_skip(*text, 1);
	} else if (!is_control(c)) {
		taken = (struct view){text->p, text->n - rest.n};
	}
	*text = rest;
	return taken;
}

void
clean_add(struct buf *out, struct view text)
{
	while (text.n > 0) {
		struct view next = take(&text);

		if (next.n >= out->cap - out->len) {
			return;
		}
		buf_add(out, next);
	}
}
