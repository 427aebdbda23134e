/*
 * Percent-encoding (RFC 3986, section 2.1) as SigV4 wants it: the unreserved
 * characters A-Z a-z 0-9 - . _ ~ stay, every other byte becomes %XX with
 * upper-case digits.
 */
#ifndef BASE_PERCENT_H
#define BASE_PERCENT_H

#include "base/buf.h"

bool percent_is_unreserved(char c);

/* Appends a name or value of a query: a slash is encoded too. */
void percent_encode(struct view text, struct buf *out);

/* Appends a path: slashes stay. */
void percent_encode_path(struct view text, struct buf *out);

/* Appends what the text stands for; a plus stays one. False for a percent sign
 * without two hex digits after it: what was appended is worth nothing then. */
bool percent_decode(struct view text, struct buf *out);

#endif
