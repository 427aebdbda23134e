/*
 * One request and its answer on one connection: moves bytes between a
 * connection, the HTTP parser, a body's file and the caller's sink. Knows
 * deadlines, but nothing of S3.
 *
 * Patience: EXCHANGE_ANSWER_MS to the first byte of the answer; from then on,
 * and while sending, at least EXCHANGE_SPEED_MIN bytes in each EXCHANGE_SPEED_MS;
 * EXCHANGE_REFUSAL_MS for the whole body of an answer that is not 2xx, since
 * its status says enough.
 */
#ifndef MIRROR_EXCHANGE_H
#define MIRROR_EXCHANGE_H

#include "base/sha256.h"
#include "mirror/conn.h"

enum {
	EXCHANGE_ANSWER_MS = 5000,
	EXCHANGE_SPEED_MS = 5000,
	EXCHANGE_SPEED_MIN = 5 * 1024,
	EXCHANGE_REFUSAL_MS = 2000,
};

/* Where an answer goes. */
struct exchange_sink {
	void *ctx;
	void (*header)(void *ctx, struct view name, struct view value);
	/* Bytes of the body of an answer with this status. What is not GS_OK
	 * ends the exchange. */
	enum gs_code (*body)(void *ctx, unsigned status, struct view bytes,
		struct gs_err *err);
};

/* A body to send: exactly size bytes of fd that hash to output. If they do
 * not, the last of them are withheld, so that no server stores them. */
struct exchange_body {
	int fd; /* -1: none */
	uint64_t size;
	struct id output;
	enum sha256_kind hash;
};

struct exchange_outcome {
	unsigned status;
	bool answered;  /* at least one byte of an answer came */
	bool reusable;  /* the connection can carry another request */
	bool own_fault; /* the body to send could not be read, or is not what it
			 * should be */
};

/* Everything that is sent, and where the answer goes. */
struct exchange {
	struct view method, head;
	struct exchange_body body;
	struct exchange_sink sink;
};

/* Sends head and body and takes the answer. GS_OK means that a status is
 * known and the sink has taken the body as far as it matters. The outcome is
 * filled in either case. */
GS_CHECKED enum gs_code exchange_run(struct conn *conn,
	const struct exchange *x, struct exchange_outcome *outcome,
	struct gs_err *err);

#endif
