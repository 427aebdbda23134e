/*
 * Base64 as cmd/go writes it: the standard alphabet with padding (RFC 4648,
 * section 4). Refused: wrong or missing padding, anything after the padding,
 * bits of the last character that no byte uses (section 3.5).
 */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/buf.h"
#include "base/err.h"
#include "base/id.h"

/* How many characters stand for n bytes. */
#define BASE64_LEN(n) (((size_t)(n) + 2) / 3 * 4)

/* Decodes a stream, any number of characters at a time. All private. */
struct base64_decoder {
	int state;
	unsigned bits; /* read, but not a whole byte yet */
};

void base64_decoder_init(struct base64_decoder *d);

/*
 * Appends the bytes of in to out and says in *used how many characters that
 * took. It stops early, with GS_OK, where out has no room and before the first
 * byte that is neither of the alphabet nor `=`: what such a byte means is the
 * caller's business. GS_BAD is final; *used then counts what came before the
 * offending character, and what was appended is worth nothing.
 */
GS_CHECKED enum gs_code base64_decode(struct base64_decoder *d, struct view in,
	size_t *used, struct buf *out, struct gs_err *err);

/* True if the text may end here: nothing yet, whole groups, or padded. */
bool base64_decoder_at_end(const struct base64_decoder *d);

/* Reads the 44 characters of an identifier; false and *id untouched if text is
 * anything else. */
bool base64_decode_id(struct view text, struct id *id);

/* Appends the text for bytes[n], padded. */
void base64_encode(struct buf *out, const void *bytes, size_t n);

#endif
