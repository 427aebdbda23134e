/*
 * Headers that some buckets want and most do not: a storage class, encryption,
 * an ACL, tags, whose bucket it must be, who pays, and any others by hand.
 * From what was configured to a small list that says for each header which
 * requests carry it (s3/object.h).
 *
 * Keys of one's own (SSE-C) are refused: every reader would need them, and
 * snapshots and packs with them.
 * Source: docs.aws.amazon.com AmazonS3/latest/API/API_PutObject.html,
 * API_CreateSession.html; botocore's model of s3 for the words.
 */
#ifndef S3_EXTRAS_H
#define S3_EXTRAS_H

#include "s3/http1.h"

enum {
	EXTRAS_HEADERS_MAX = 12, /* given by hand */
	EXTRAS_MAX = EXTRAS_HEADERS_MAX + 7,
	EXTRAS_BYTES_MAX = 3 * 1024, /* of all of them, as lines */
};

/* The requests that a header is for. */
enum extras_kind {
	EXTRAS_READ = 1,    /* of an object, or a part of one */
	EXTRAS_WRITE = 2,   /* of any object: entries, packs, snapshots */
	EXTRAS_LIST = 4,    /* of keys */
	EXTRAS_SESSION = 8, /* s3/express.h */
};

/* Each of one line or more; empty lines do not count. */
struct extras_texts {
	const char *text[EXTRAS_HEADERS_MAX];
	size_t count;
	bool replaceable; /* for cli/options.c: by the next text */
};

/* What is configured. Terminated; "" is not given. Zeroed is nothing too. */
struct extras_wish {
	const char *storage_class, *sse, *sse_kms_key_id, *acl, *tags;
	const char *bucket_owner;
	bool request_payer;
	struct extras_texts headers; /* `Name: value` */
};

/* Borrows from the wish's texts. A value may be a secret. */
struct extras {
	struct http1_header header[EXTRAS_MAX];
	unsigned char kinds[EXTRAS_MAX]; /* sums of enum extras_kind */
	size_t count, bytes;
};

/* GS_CONFIG names the option, and what its value must be; values of headers
 * are not repeated. GS_TOOBIG for more than the limits. */
GS_CHECKED enum gs_code extras_resolve(const struct extras_wish *wish,
	struct extras *extras, struct gs_err *err);

/* Adds those for this kind of request. */
GS_CHECKED enum gs_code extras_add(const struct extras *extras,
	enum extras_kind kind, struct http1_request *request,
	struct gs_err *err);

/* What to do about a refusal whose body names one of the headers that options
 * make, NULL if it names none. */
const char *extras_advice(struct view body);

#endif
