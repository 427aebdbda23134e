/*
 * Blocks of PEM text (RFC 7468): `-----BEGIN LABEL-----`, lines of base64,
 * `-----END LABEL-----`, with any other text between them. Lines may end in LF
 * or CR LF. Blocks with headers (RFC 1421) do not decode.
 *
 * BearSSL has a decoder too, but it takes 150 nanoseconds a byte and a CR for
 * a part of the label.
 */
#ifndef BASE_PEM_H
#define BASE_PEM_H

#include "base/buf.h"

/* Takes the next block off *rest, and whatever stands before it; false, and
 * nothing but *rest changed, if there is none. A BEGIN without its END is
 * passed over. */
bool pem_next(struct view *rest, struct view *label, struct view *body);

/* Appends the bytes of a block's body to out; false, with out worth nothing,
 * if it is not base64 or does not fit. */
bool pem_decode(struct view body, struct buf *out);

#endif
