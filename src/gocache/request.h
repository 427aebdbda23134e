/*
 * One request of cmd/go, read strictly from its JSON line.
 *
 * Accepted: one object of at most JSON_TOKENS_MAX tokens; members ID, Command,
 * ActionID, OutputID (or its old spelling ObjectID), BodySize; unknown members
 * are skipped; names must match exactly. Refused: a duplicate of a known
 * member, a value of the wrong type, a number that is not a plain integer,
 * base64 that does not decode to 32 bytes for an ID that the command needs.
 * Source: cmd/go/internal/cacheprog/cacheprog.go.
 */
#ifndef GOCACHE_REQUEST_H
#define GOCACHE_REQUEST_H

#include "base/err.h"
#include "base/id.h"

enum request_command {
	REQUEST_GET,
	REQUEST_PUT,
	REQUEST_CLOSE,
	REQUEST_UNKNOWN, /* answer it with an error; id is valid */
};

struct request {
	int64_t id;
	enum request_command command;
	struct id action;   /* get, put */
	struct id output;   /* put */
	uint64_t body_size; /* put; 0: no body line follows */
};

GS_CHECKED enum gs_code request_parse(
	struct view line, struct request *request, struct gs_err *err);

#endif
