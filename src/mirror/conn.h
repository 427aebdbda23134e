/*
 * A connection that carries one request after another, and the pool that
 * keeps idle ones. Uploads have connections of their own, so that they never
 * stand in a get's way.
 */
#ifndef MIRROR_CONN_H
#define MIRROR_CONN_H

#include "os/stream.h"
#include "s3/http1.h"

#include <pthread.h>

enum {
	CONN_BUFFER_MAX = 32 * 1024,
	CONN_HEAD_MAX = 16 * 1024,
	CONN_IDLE_MAX = 64, /* kept per use */
};

enum conn_use { CONN_GET, CONN_PUT, CONN_USES };

/* One thread at a time. The buffers live here since a thread's stack is
 * small. */
struct conn {
	struct stream *stream;
	bool used; /* has carried a request before */
	struct http1_answer answer;
	char head[CONN_HEAD_MAX];
	char buffer[CONN_BUFFER_MAX];
};

struct conn_pool {
	struct stream_target target;
	pthread_mutex_t lock; /* guards what follows */
	struct conn *idle[CONN_USES][CONN_IDLE_MAX];
	size_t count[CONN_USES];
	uint64_t opened; /* connections so far */
};

void conn_pool_init(struct conn_pool *pool);

/* The most recently used idle connection that still works, or a new one. With
 * fresh only a new one. NULL with err filled. Any thread. */
struct conn *conn_take(struct conn_pool *pool, enum conn_use use, bool fresh,
	struct gs_err *err);

/* Gives a connection back that can carry another request. Any thread. */
void conn_give(struct conn_pool *pool, enum conn_use use, struct conn *conn);

/* Closes and frees. NULL is fine. */
void conn_close(struct conn *conn);

#endif
