#include "base/percent.h"

#include "base/hex.h"

bool
percent_is_unreserved(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
	       c == '~';
}

static void
encode(struct view text, bool keep_slash, struct buf *out)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		unsigned char byte = (unsigned char)c;

		if (percent_is_unreserved(c) || (keep_slash && c == '/')) {
			buf_char(out, c);
			continue;
		}
		buf_char(out, '%');
		buf_char(out, "0123456789ABCDEF"[byte >> 4]);
		buf_char(out, "0123456789ABCDEF"[byte & 15]);
	}
}

void
percent_encode(struct view text, struct buf *out)
{
	encode(text, false, out);
}

void
percent_encode_path(struct view text, struct buf *out)
{
	encode(text, true, out);
}

bool
percent_decode(struct view text, struct buf *out)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] != '%') {
			buf_char(out, text.p[i]);
			continue;
		}
		unsigned high =
			text.n - i > 2 ? hex_value(text.p[i + 1]) : HEX_NOT;
		unsigned low =
			high == HEX_NOT ? HEX_NOT : hex_value(text.p[i + 2]);

		if (low == HEX_NOT) {
			return false;
		}
		buf_char(out, (char)(high << 4 | low));
		i += 2;
	}
	return true;
}
