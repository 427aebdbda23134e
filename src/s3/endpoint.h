/*
 * Where the bucket is and how it is spoken to: host, port, the bucket in host
 * or path, the region and the service to sign for. Made once from the settings,
 * a plain value that owns its text.
 *
 * Rules: AWS's hosts take the bucket in front of the host, every other one in
 * the path, except where a store is known to want it otherwise (s3/store.h).
 * An endpoint whose host already begins with the bucket's name is taken as it
 * is; the base path of an endpoint stays in front of bucket and key.
 * docs/endpoints.md has the rules, and where they differ from AWS's SDKs.
 * Source: aws-sdk-go-v2 service/s3/endpoints.go and its endpoint tests.
 */
#ifndef S3_ENDPOINT_H
#define S3_ENDPOINT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/id.h"
#include "s3/partition.h"

enum endpoint_addressing {
	ENDPOINT_AUTO,
	ENDPOINT_PATH,    /* the bucket in the path */
	ENDPOINT_VIRTUAL, /* the bucket in the host, where it can be */
};

/* What is configured; an empty view is not given. */
struct endpoint_wish {
	struct view bucket; /* or the ARN of an access point */
	struct view prefix;
	struct view url;    /* not AWS's own */
	struct view region; /* to sign for */
	enum endpoint_addressing addressing;
	/* kinds of AWS's own hosts; they count for nothing with a URL */
	struct partition_variants variants;
	bool accelerate;
	bool use_arn_region; /* an access point may be in another region */
	/* The store named the region: AWS's hosts move to it, even one that is
	 * configured. */
	bool region_is_named;
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
	const char *service; /* to sign for: s3, or s3express */
	/* of a directory bucket: listings are in no order, and begin nowhere
	 * but at the first key (S3 Express One Zone) */
	bool is_directory;
	/* Settings that count for nothing here, and why, for a person; "" */
	const char *ignored;
	const char *store; /* its name if the host tells it, or "" */
	char region[REGION_MAX + 1];
	char bucket[BUCKET_NAME_MAX + 1];
	char base[ENDPOINT_BASE_MAX +
		  1]; /* path of the bucket: [/base][/bucket] */
	char prefix[KEY_PREFIX_MAX + 1 +
		    1]; /* of keys: empty, or ends in `/` */
};

/* GS_CONFIG says which setting is wrong. To go on with another region, which the
 * store named (s3/errors.h), resolve the same wish with that region. */
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
