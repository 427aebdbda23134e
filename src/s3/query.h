/*
 * The query part of a request, in the one form that is both sent and signed:
 * percent-encoded and sorted by encoded name, then by encoded value (AWS
 * Signature Version 4, "CanonicalQueryString").
 */
#ifndef S3_QUERY_H
#define S3_QUERY_H

#include "base/buf.h"

enum { QUERY_PARAMS_MAX = 8 };

struct query_param {
	struct view name, value;
};

/* Appends name=value&name=value. More than QUERY_PARAMS_MAX parameters mark
 * the buffer full. */
void query_write(
	const struct query_param *params, size_t count, struct buf *out);

#endif
