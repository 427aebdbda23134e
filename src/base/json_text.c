#include "base/json_text.h"

static void
add_escaped(struct buf *out, char c)
{
	if (c == '"' || c == '\\') {
		buf_char(out, '\\');
		buf_char(out, c);
	} else if ((unsigned char)c < 0x20) {
		buf_str(out, "\\u00");
		buf_hex(out, &c, 1);
	} else {
		buf_char(out, c);
	}
}

void
json_add_text(struct buf *out, struct view text)
{
	buf_char(out, '"');
	for (size_t i = 0; i < text.n; i++) {
		add_escaped(out, text.p[i]);
	}
	buf_char(out, '"');
}
