/* The words of JSON: strings as they stand between their quotes, numbers. For
 * json.c, which makes documents of them. RFC 8259, sections 6 and 7. */
#ifndef BASE_JSON_SCALAR_H
#define BASE_JSON_SCALAR_H

#include "base/view.h"

#include <stdint.h>

/* Takes one character, escaped or not, off *s. False if there is none or it is
 * not allowed: control bytes, a bare quote, wrong escapes and UTF-8. */
bool json_take_char(struct view *s, uint32_t *c);

bool json_is_string(struct view s);

/* True if both are strings and mean the same. */
bool json_same_string(struct view a, struct view b);

/* As json_same_string, but ASCII letters are equal in either case. */
bool json_same_string_nocase(struct view a, struct view b);

bool json_is_number(struct view s);

#endif
