#include "base/id.h"

#include "base/hex.h"

#include <string.h>

bool
id_eq(const struct id *a, const struct id *b)
{
	return memcmp(a->byte, b->byte, ID_LEN) == 0;
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

		if (high == HEX_NOT || low == HEX_NOT) {
			return false;
		}
		result.byte[i] = (uint8_t)(high << 4 | low);
	}
	*id = result;
	return true;
}
