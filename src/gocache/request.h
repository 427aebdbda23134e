/*
 * One request of cmd/go, read strictly from its JSON line.
 *
 * The members ID, Command, ActionID, OutputID (or, without it, its spelling
 * before go 1.24, ObjectID) and BodySize are known; names must match exactly,
 * which Go's decoder would not insist on and cmd/go does. Unknown members, and
 * known ones that the command does not need, are not looked at. Refused: what
 * base/json.h refuses, a member that the command needs and is missing or of the
 * wrong type, a number that is not a plain integer, an identifier that is not
 * base64 of 32 bytes.
 * Source: cmd/go/internal/cacheprog/cacheprog.go; docs/protocol.md.
 */
#ifndef GOCACHE_REQUEST_H
#define GOCACHE_REQUEST_H

#include "base/err.h"
#include "base/id.h"

enum request_command {
	REQUEST_GET,
	REQUEST_PUT,
	REQUEST_CLOSE,
	REQUEST_UNKNOWN, /* or none; answer with an error; id is valid */
};

struct request {
	int64_t id; /* any; cmd/go counts from 1 */
	enum request_command command;
	struct id action; /* get, put; else zero */
	struct id output; /* put; else zero */
	/* put: INT64_MAX at most; 0: no body line follows */
	uint64_t body_size;
};

/*
 * GS_BAD or GS_TOOBIG (JSON_TOKENS_MAX) for a request that is refused; *request
 * is written only on success. A BodySize over ARTIFACT_MAX is no error: such a
 * body can be stored here, though not in a bucket.
 */
GS_CHECKED enum gs_code request_parse(
	struct view line, struct request *request, struct gs_err *err);

#endif
