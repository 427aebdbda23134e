/* UTF-8 (RFC 3629), a character at a time: the shortest form only, no
 * surrogates, nothing past U+10FFFF. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/buf.h"

#include <stdint.h>

/* Takes the first character off *s; false, and nothing taken, if s is empty
 * or does not begin with a whole one. */
bool utf8_take(struct view *s, uint32_t *c);

/* True if UTF-8 has a form for c. */
bool utf8_can_say(uint32_t c);

/* Appends c, which UTF-8 must be able to say. */
void utf8_add(struct buf *out, uint32_t c);

#endif
