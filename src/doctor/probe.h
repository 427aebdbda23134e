/*
 * One request of the doctor's, alone on a connection: sent once, nothing mended
 * or tried again, so that what the store says can be told.
 */
#ifndef DOCTOR_PROBE_H
#define DOCTOR_PROBE_H

#include "mirror/exchange.h"
#include "s3/errors.h"
#include "s3/meta.h"
#include "s3/object.h"

/* What is asked for, and how. */
struct probe {
	enum errors_op op; /* by which a refusal is judged */
	const char *method;
	void *ctx;
	/* Appends the head of the request. */
	enum gs_code (*head)(void *ctx, const struct object_env *env,
		struct buf *out, struct gs_err *err);
	struct exchange_body body; /* fd -1: none */
};

enum { PROBE_TAKEN_MAX = 16 * 1024 };

/* What came back. Large: not for a stack. */
struct probe_answer {
	unsigned status;
	bool success;
	struct meta meta;
	struct errors_judgement judgement; /* unless success */
	uint64_t took_ms;
	int64_t ended_s;             /* our clock when it had come, Unix time */
	uint64_t bytes;              /* of what was asked for */
	char taken[PROBE_TAKEN_MAX]; /* the beginning of that, terminated */
};

/* env but for scratch. GS_OK: there is an answer, whatever it says. */
GS_CHECKED enum gs_code probe_send(struct conn_pool *pool,
	const struct object_env *env, const struct probe *probe,
	struct probe_answer *answer, struct gs_err *err);

#endif
