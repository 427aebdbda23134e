/*
 * A connection that carries one request after another, and the pool that
 * keeps idle ones. Uploads and lists of keys have connections of their own, so
 * that they never stand in a get's way.
 */
#ifndef MIRROR_CONN_H
#define MIRROR_CONN_H

#include "os/stream.h"
#include "s3/http1.h"
#include "s3/object.h"

#include <pthread.h>

enum {
	CONN_BUFFER_MAX = 32 * 1024,
	CONN_IDLE_MAX = 64, /* kept per use */
};

enum conn_use {
	CONN_GET,
	CONN_PUT, /* and what else nobody waits for */
	CONN_USES,
};

/* How long a server may take, in milliseconds. */
struct conn_patience {
	struct stream_patience open;
	unsigned answer_ms; /* to the status of an answer, no interim one */
	unsigned stored_ms; /* the same after a body, which stores keep first */
	unsigned
		speed_ms; /* in each such time, from then on and while sending, */
	unsigned speed_min; /* so many bytes */
	unsigned
		refusal_ms; /* for the body of a refusal: its status says enough */
	/* how long there may be no keys to sign with, before a get is a miss,
	 * or an upload dropped (mirror/credentials.h) */
	unsigned keys_ms[CONN_USES];
	/* how long a request waits for its turn (mirror/remote.h) once there
	 * have been too many, before it goes all the same */
	unsigned turn_ms[CONN_USES];
};

extern const struct conn_patience conn_usual_patience;

/* One thread at a time. The buffers live here since a thread's stack is
 * small. */
struct conn {
	struct stream *stream;
	struct conn_pool *pool;
	struct conn *next; /* on the pool's list */
	const struct conn_patience *patience;
	const char *host; /* that answers, for messages */
	bool tls;
	/* that reads the requests, which must be addressed to it, or NULL */
	const struct proxy *proxy;
	bool used;          /* has lain in the pool before */
	unsigned target_no; /* how often the pool had changed its target */
	struct http1_answer answer;
	char head[OBJECT_HEAD_MAX]; /* of a request; then of a refusal's body */

	union {
		struct object_scratch scratch; /* while the head is made */
		char buffer[CONN_BUFFER_MAX];  /* from then on */
	} work;
};

struct conn_pool {
	pthread_mutex_t lock; /* guards all of it */
	const struct conn_patience *patience;
	struct stream_target target;
	unsigned target_no;
	struct conn *idle[CONN_USES][CONN_IDLE_MAX];
	size_t count[CONN_USES];
	struct conn *out; /* those that carry gets */
	bool shut;        /* they carry no more */
	uint64_t opened;  /* connections so far */
};

/* Patience, and what the target points at, must outlive the pool. */
void conn_pool_init(struct conn_pool *pool, const struct stream_target *target,
	const struct conn_patience *patience);

/* From now on connects to another one; connections to the old one are closed
 * when they become idle. Any thread. */
void conn_pool_retarget(
	struct conn_pool *pool, const struct stream_target *target);

/* The most recently used idle connection that still works, or a new one. With
 * fresh only a new one. NULL with err filled. Any thread. */
struct conn *conn_take(struct conn_pool *pool, enum conn_use use, bool fresh,
	struct gs_err *err);

/* Gives a connection back that can carry another request. Any thread. */
void conn_give(struct conn_pool *pool, enum conn_use use, struct conn *conn);

/* Ends the gets that are under way, and all that follow. Any thread. */
void conn_pool_shut(struct conn_pool *pool);

/* How many were opened so far. Any thread. */
uint64_t conn_pool_opened(struct conn_pool *pool);

/* Closes and frees. NULL is fine. Any thread. */
void conn_close(struct conn *conn);

#endif
