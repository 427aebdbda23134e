/*
 * Where the bucket is and how it is spoken to: host, port, the bucket in host
 * or path, the region to sign for. Made once from the settings, a plain value
 * that owns its text.
 *
 * Rules: AWS's hosts take the bucket in front of the host, every other one in
 * the path, except where a store is known to want it otherwise (s3/store.h).
 * An endpoint whose host already begins with the bucket's name is taken as it
 * is; the base path of an endpoint stays in front of bucket and key.
 * Source: aws-sdk-go-v2 service/s3/endpoints.go and its endpoint tests.
 */
#ifndef S3_ENDPOINT_H
#define S3_ENDPOINT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/id.h"

enum endpoint_addressing {
	ENDPOINT_AUTO,
	ENDPOINT_PATH,    /* the bucket in the path */
	ENDPOINT_VIRTUAL, /* the bucket in the host, where it can be */
};

/* What is configured; an empty view is not given. */
struct endpoint_wish {
	struct view bucket, prefix;
	struct view url;    /* not AWS's own */
	struct view region; /* to sign for */
	enum endpoint_addressing addressing;
};

enum {
	/* Host header: [IPv6]:port or name:port, and a NUL */
	ENDPOINT_HOST_HEADER_MAX = HOST_MAX + sizeof("[]:65535"),
	ENDPOINT_BASE_MAX = URL_MAX + 1 + BUCKET_NAME_MAX,
	/* the longest of a key */
	ENDPOINT_PATH_MAX = ENDPOINT_BASE_MAX + 1 + 3 * KEY_PREFIX_MAX + 1 +
			    3 * KEY_NAME_MAX,
};

/* All text is terminated. */
struct endpoint {
	bool tls;
	bool host_is_ip;
	bool region_is_guess; /* none was configured */
	uint16_t port;
	char host[HOST_MAX + 1]; /* to connect to and to verify */
	char host_header[ENDPOINT_HOST_HEADER_MAX];
	char region[REGION_MAX + 1];
	char bucket[BUCKET_NAME_MAX + 1];
	char base[ENDPOINT_BASE_MAX +
		  1]; /* path of the bucket: [/base][/bucket] */
	char prefix[KEY_PREFIX_MAX + 1 +
		    1]; /* of keys: empty, or ends in `/` */
};

/*
 * GS_CONFIG says which setting is wrong. To go on with another region, which
 * the store named (s3/errors.h), resolve the same wish with that region: AWS's
 * host moves with it, a configured URL stays.
 */
GS_CHECKED enum gs_code endpoint_resolve(const struct endpoint_wish *wish,
	struct endpoint *e, struct gs_err *err);

/* Appends the percent-encoded path of an entry's object. */
void endpoint_object_path(
	const struct endpoint *e, const struct id *action, struct buf *out);

/* Appends that of any other object; key is below the prefix. */
void endpoint_key_path(
	const struct endpoint *e, struct view key, struct buf *out);

/* Appends the path of the bucket itself. */
void endpoint_bucket_path(const struct endpoint *e, struct buf *out);

/* Appends the bucket's URL, for messages. */
void endpoint_url(const struct endpoint *e, struct buf *out);

#endif
