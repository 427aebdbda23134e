/*
 * What the headers of an answer tell about an object or an error, collected
 * one header at a time, and whether an object can be the entry that was asked
 * for. Names are compared in either case, since stores differ.
 *
 * Of an object that is no entry it says whether what comes is the part that was
 * asked for (RFC 9110, 14.4).
 *
 * The Go program gocache-s3 writes outputid and time; actionid is ours and may
 * be missing. An object without the first two is no entry.
 */
#ifndef S3_META_H
#define S3_META_H

#include "base/err.h"
#include "base/id.h"
#include "base/limits.h"
#include "s3/object.h"

enum { META_REQUEST_ID_MAX = 64 };

/* Bytes first to last of a whole of total bytes. */
struct meta_range {
	uint64_t first, last, total;
};

struct meta {
	unsigned status; /* of the answer; left to who reads it */
	struct id output, action;
	int64_t time_ns;
	uint64_t length;
	struct meta_range range; /* of Content-Range */
	int64_t date_s;          /* of the Date header, Unix time */
	uint64_t retry_after_s;  /* 0: not said in seconds */
	/* which of the above are there and well-formed */
	bool has_output, has_action, has_time, has_length, has_range, has_date;
	bool is_old;     /* has an Age: a cache answered */
	bool is_encoded; /* has a Content-Encoding that we did not store */
	bool is_odd;     /* an entry's header is malformed or there twice */
	bool is_torn;    /* so is Content-Range, or its numbers are absurd */
	char region[REGION_MAX + 1]; /* of the bucket; "": not said */
	char request_id[META_REQUEST_ID_MAX + 1]; /* for the store's operator */
};

void meta_init(struct meta *m);

/* Takes one header of the answer; those that tell nothing are left out. */
void meta_header(struct meta *m, struct view name, struct view value);

/*
 * After the headers of a GET that was answered with 200: GS_OK if the object
 * can be the entry for action; has_output and has_time are then true, and the
 * SHA-256 of the body is still to be compared with output. GS_BAD and
 * GS_TOOBIG (over ARTIFACT_MAX) mean a miss.
 */
GS_CHECKED enum gs_code meta_check(
	const struct meta *m, const struct id *action, struct gs_err *err);

/*
 * After the headers of a GET that was answered with 200 or 206: GS_OK if what
 * comes is what was wanted; *total is then the object's length. A 200 is as good
 * as a 206 where the part is the whole. GS_BAD for anything else, and for what
 * does not tell its length.
 */
GS_CHECKED enum gs_code meta_check_part(const struct meta *m,
	const struct object_part *wanted, uint64_t *total, struct gs_err *err);

#endif
