/* SHA-1 (FIPS 180-4), for the names of files that other programs chose; never
 * for trust. */
#ifndef BASE_SHA1_H
#define BASE_SHA1_H

#include "base/buf.h"

/* Appends the digest of text in lower-case hex. */
void sha1_hex(struct view text, struct buf *out);

#endif
