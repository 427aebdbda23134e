/*
 * The requests for entries of the cache: one object per action, whose key is
 * the prefix and the action's 64 hex digits, whose body is the output as it
 * is, and whose metadata say which output, from when (docs/storage.md).
 *
 * And for other objects below the prefix: a part of one, or a file as one.
 *
 * Every head is complete and signed, ready to be sent. Accept-Encoding and
 * User-Agent are not signed, since proxies rewrite them; checksums, chunked
 * bodies and trailers are not used, since stores differ in them.
 */
#ifndef S3_OBJECT_H
#define S3_OBJECT_H

#include "s3/creds.h"
#include "s3/endpoint.h"
#include "s3/extras.h"
#include "s3/proxy.h"
#include "s3/sigv4.h"

enum { OBJECT_HEAD_MAX = 20 * 1024 };

/* Where a request is put together; one per thread, all private. */
struct object_scratch {
	struct http1_request request;
	char path[ENDPOINT_PATH_MAX];
	char authorization[SIGV4_AUTHORIZATION_MAX];
	char canonical[SIGV4_CANONICAL_MAX];
};

/* Who asks, where and when. Everything borrows from the caller. */
struct object_env {
	const struct endpoint *endpoint;
	const struct creds *creds;
	bool in_session; /* which creds are those of (s3/express.h) */
	const struct extras *extras; /* NULL: none */
	int64_t now_s; /* Unix time over there: ours and the skew */
	/* Sign the bodies that are sent too. Over plain http that is always
	 * done; over TLS it is for the stores that want it. */
	bool sign_bodies;
	const struct proxy *proxy; /* that reads the request, or NULL */
	struct object_scratch *scratch;
};

/* An entry that is sent. output is the SHA-256 of the body. */
struct object_put {
	struct id action, output;
	uint64_t size;
	int64_t time_ns;
};

/* What is read of an object that is no entry. */
struct object_part {
	struct view key;      /* below the prefix; KEY_NAME_MAX bytes at most */
	uint64_t offset, len; /* len 0: the whole, without a range */
};

/* An object that is no entry, to be sent. */
struct object_file {
	struct view key; /* likewise */
	uint64_t size;
	struct id digest; /* the SHA-256 of the body */
};

/* Each appends the head of a request to out, which should have room for
 * OBJECT_HEAD_MAX bytes; GS_TOOBIG if it has not. out then holds secrets. */

GS_CHECKED enum gs_code object_get_head(const struct object_env *env,
	const struct id *action, struct buf *out, struct gs_err *err);

GS_CHECKED enum gs_code object_put_head(const struct object_env *env,
	const struct object_put *put, struct buf *out, struct gs_err *err);

GS_CHECKED enum gs_code object_part_head(const struct object_env *env,
	const struct object_part *part, struct buf *out, struct gs_err *err);

GS_CHECKED enum gs_code object_file_head(const struct object_env *env,
	const struct object_file *file, struct buf *out, struct gs_err *err);

/* For what the doctor has put; a run deletes nothing. */
GS_CHECKED enum gs_code object_delete_head(const struct object_env *env,
	struct view key, struct buf *out, struct gs_err *err);

/* Asks for a session of the bucket, with the creds that it shall be granted
 * for (s3/express.h). */
GS_CHECKED enum gs_code object_session_head(const struct object_env *env,
	bool read_only, struct buf *out, struct gs_err *err);

/* Any other GET of the bucket itself; query as query_write makes it. */
GS_CHECKED enum gs_code object_bucket_head(const struct object_env *env,
	struct view query, struct buf *out, struct gs_err *err);

#endif
