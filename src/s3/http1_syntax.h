/*
 * The lines of HTTP/1.1, each without its CRLF: whole line in, parts out.
 * Everything here is total, writes its outputs only when it answers true, and
 * gives views of its input.
 */
#ifndef S3_HTTP1_SYNTAX_H
#define S3_HTTP1_SYNTAX_H

#include "base/view.h"

#include <stdint.h>

/* True for a token (RFC 9110, 5.6.2): at least one byte, all of them tchar. */
bool http1_is_token(struct view v);

/* True if v has no control byte but tabs: no CR, LF or NUL above all. */
bool http1_is_text(struct view v);

/* True for at least one byte, all of them visible ASCII. */
bool http1_is_visible(struct view v);

/* status-line of HTTP/1.x with a code from 100 to 999; the reason may be
 * empty, and the space before an empty one missing. */
bool http1_read_status(struct view line, unsigned *status, bool *http10);

/* field-line = token ":" OWS field-value OWS; no folding, no space before
 * the colon (RFC 9112, 5.1 and 5.2). */
bool http1_read_field(struct view line, struct view *name, struct view *value);

/* chunk-size [ BWS ";" anything ]; up to INT64_MAX (RFC 9112, 7.1). */
bool http1_read_chunk_size(struct view line, uint64_t *size);

/* Takes the first item, trimmed, off a comma-separated list; false when
 * nothing is left. Items may be empty. */
bool http1_next_item(struct view *list, struct view *item);

#endif
