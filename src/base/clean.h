/* Text of strangers for a person's terminal, and for documents that have to be
 * UTF-8. */
#ifndef BASE_CLEAN_H
#define BASE_CLEAN_H

#include "base/buf.h"

/* Appends text with a `?` for each control character (U+0000 to U+001F, U+007F
 * to U+009F, some of which command terminals) and for each byte that is not
 * UTF-8. Ends at the last character that leaves a byte of out free. */
void clean_add(struct buf *out, struct view text);

#endif
