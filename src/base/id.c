#include "base/id.h"

#include <string.h>

bool
id_eq(const struct id *a, const struct id *b)
{
	return memcmp(a->byte, b->byte, ID_LEN) == 0;
}

/* The value of a hex digit, 16 for anything else. */
static unsigned
hex_value(char c)
{
	if (c >= '0' && c <= '9') {
		return (unsigned)(c - '0');
	}
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10) : 16;
}

bool
id_parse(struct view text, struct id *id)
{
	struct id result;

	if (text.n != ID_HEX_LEN) {
		return false;
	}
	for (size_t i = 0; i < ID_LEN; i++) {
		unsigned high = hex_value(text.p[2 * i]);
		unsigned low = hex_value(text.p[2 * i + 1]);

		if (high > 15 || low > 15) {
			return false;
		}
		result.byte[i] = (uint8_t)(high << 4 | low);
	}
	*id = result;
	return true;
}
