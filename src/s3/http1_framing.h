/* The fields of an answer that say where it ends and what comes after it.
 * Private to http1_answer.c. */
#ifndef S3_HTTP1_FRAMING_H
#define S3_HTTP1_FRAMING_H

#include "s3/http1.h"

/* Says that the answer is refused, why, and returns code. */
enum gs_code http1_refuse(
	struct gs_err *err, enum gs_code code, const char *why);

/* Takes down what a field line says about framing, if it does; GS_BAD for a
 * Content-Length that is no number or another than before, and for a
 * Transfer-Encoding that is not exactly `chunked`. */
GS_CHECKED enum gs_code http1_note_field(struct http1_answer *a,
	struct view name, struct view value, struct gs_err *err);

#endif
