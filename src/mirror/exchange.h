/*
 * One request and its answer on one connection: moves bytes between a
 * connection, the HTTP parser, a body's file and the caller's sink. Knows
 * deadlines (struct conn_patience), but nothing of S3.
 */
#ifndef MIRROR_EXCHANGE_H
#define MIRROR_EXCHANGE_H

#include "base/sha256.h"
#include "mirror/conn.h"

/* Where an answer goes. */
struct exchange_sink {
	void *ctx;
	void (*header)(void *ctx, struct view name, struct view value);
	/* Bytes of what was asked for. What is not GS_OK ends the exchange. */
	enum gs_code (*body)(void *ctx, struct view bytes, struct gs_err *err);
};

/* A body to send: exactly size bytes of fd that hash to output. If they do
 * not, the last of them are withheld, so that no server stores them. */
struct exchange_body {
	int fd; /* -1: none */
	uint64_t size;
	struct id output;
	enum sha256_kind hash;
};

/* Everything that is sent, and where the answer goes. */
struct exchange {
	struct view method, head;
	struct exchange_body body;
	struct exchange_sink sink;
	bool ranged; /* a part of an object was asked for */
	/* Takes the beginning of any other body: of a refusal, or of the answer
	 * to a body. It may lie over head, which has gone by then. */
	struct buf *words;
};

struct exchange_outcome {
	unsigned status;
	/* What was asked for, perhaps: 200, any 2xx to a body, or a part of an
	 * object (206) to a range. */
	bool success;
	bool answered; /* at least one byte of an answer came */
	bool reusable; /* the connection can carry another request */
	bool stalled;  /* the body of a refusal did not come in time */
	/* the body to send could not be read, or is not what it should be */
	bool own_fault;
	uint64_t sent_bytes, received_bytes; /* of HTTP */
};

/* Sends head and body and takes the answer. GS_OK means that a status is
 * known and its body was taken as far as it matters. The outcome is filled in
 * either case. */
GS_CHECKED enum gs_code exchange_run(struct conn *conn,
	const struct exchange *x, struct exchange_outcome *outcome,
	struct gs_err *err);

#endif
