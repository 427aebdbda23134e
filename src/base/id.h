/* A 32-byte identifier: an ActionID (of what was asked) or an OutputID (the
 * SHA-256 of a body). A plain value. */
#ifndef BASE_ID_H
#define BASE_ID_H

#include "base/limits.h"
#include "base/view.h"

#include <stdint.h>

struct id {
	uint8_t byte[ID_LEN];
};

bool id_eq(const struct id *a, const struct id *b);

/* Reads exactly 64 hex digits of either case; false and *id untouched if
 * text is anything else. */
bool id_parse(struct view text, struct id *id);

#endif
