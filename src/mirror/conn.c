#include "mirror/conn.h"

#include "base/buf.h"

#include <stdlib.h>

static const struct stream_patience patience = {
	.resolve_ms = 3000,
	.connect_ms = 2500,
	.handshake_ms = 5000,
};

void
conn_pool_init(struct conn_pool *pool)
{
	*pool = (struct conn_pool){.opened = 0};
	pthread_mutex_init(&pool->lock, NULL);
}

static struct conn *
pop_idle(struct conn_pool *pool, enum conn_use use)
{
	struct conn *conn = NULL;

	pthread_mutex_lock(&pool->lock);
	if (pool->count[use] > 0) {
		conn = pool->idle[use][--pool->count[use]];
	}
	pthread_mutex_unlock(&pool->lock);
	return conn;
}

static struct conn *
open_new(struct conn_pool *pool, struct gs_err *err)
{
	struct conn *conn = malloc(sizeof(*conn));

	if (!conn) {
		gs_fail(err, GS_SYS, "out of memory", VIEW(""), NULL);
		return NULL;
	}
	conn->used = false;
	conn->stream = stream_open(&pool->target, &patience, err);
	if (!conn->stream) {
		free(conn);
		return NULL;
	}
	pthread_mutex_lock(&pool->lock);
	pool->opened++;
	pthread_mutex_unlock(&pool->lock);
	return conn;
}

struct conn *
conn_take(struct conn_pool *pool, enum conn_use use, bool fresh,
	struct gs_err *err)
{
	struct conn *conn;

	while (!fresh && (conn = pop_idle(pool, use)) != NULL) {
		if (stream_is_idle(conn->stream)) {
			return conn;
		}
		conn_close(conn);
	}
	return open_new(pool, err);
}

void
conn_give(struct conn_pool *pool, enum conn_use use, struct conn *conn)
{
	conn->used = true;
	pthread_mutex_lock(&pool->lock);
	bool kept = pool->count[use] < CONN_IDLE_MAX;

	if (kept) {
		pool->idle[use][pool->count[use]++] = conn;
	}
	pthread_mutex_unlock(&pool->lock);
	if (!kept) {
		conn_close(conn);
	}
}

void
conn_close(struct conn *conn)
{
	if (conn) {
		stream_close(conn->stream);
		wipe(conn->head, sizeof(conn->head)); /* holds a signature */
		free(conn);
	}
}
