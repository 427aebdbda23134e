/*
 * A request to a service that grants keys, as sts.h, metadata.h and sso.h put
 * theirs together: with the headers that all have, through a proxy or not, and
 * with its body behind its head.
 */
#ifndef S3_CALL_H
#define S3_CALL_H

#include "s3/http1.h"
#include "s3/proxy.h"
#include "s3/query.h"
#include "s3/url.h"

enum { CALL_TARGET_MAX = 2048 };

/* Where it goes. proxy is NULL unless one passes on plain http. */
struct call_place {
	const struct url *url;
	const struct proxy *proxy;
};

/* All private, but that headers are added to the request. */
struct call {
	struct http1_request request;
	const struct proxy *proxy;
	char host[HOST_MAX + sizeof("[]:65535")];
	struct buf target; /* path and query */
	char target_text[CALL_TARGET_MAX];
};

/* A body that writes itself, each time the same. */
struct call_body {
	const void *ctx;
	void (*write)(const void *ctx, struct buf *out);
};

/* Begins a request for path, which is percent-encoded, below the service's own
 * path. Where that leaves nothing it is `/`. */
void call_begin(struct call *c, struct view method,
	const struct call_place *where, struct view path);

/* Adds a query, once. */
void call_query(struct call *c, const struct query_param *params, size_t count);

/* Appends all of it; body is NULL without one. GS_TOOBIG if it does not fit,
 * or path and query pass CALL_TARGET_MAX. Wipe the storage of out, which may
 * hold secrets in either case. */
GS_CHECKED enum gs_code call_write(struct call *c, const struct call_body *body,
	struct buf *out, struct gs_err *err);

#endif
