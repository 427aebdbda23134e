/* Text as JSON has it (RFC 8259, section 7), for documents that we write. */
#ifndef BASE_JSON_TEXT_H
#define BASE_JSON_TEXT_H

#include "base/buf.h"

/* Appends text, which must be UTF-8, between quotes; only what must not stand
 * for itself is escaped. */
void json_add_text(struct buf *out, struct view text);

#endif
