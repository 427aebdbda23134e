#include "mirror/conn.h"

#include "base/buf.h"

#include <stdlib.h>

const struct conn_patience conn_usual_patience = {
	.open = {.resolve_ms = 3000,
		.connect_ms = 2000,
		.handshake_ms = 5000,
		.tunnel_ms = 5000},
	.answer_ms = 5000,
	.stored_ms = 15000,
	.speed_ms = 5000,
	.speed_min = 5 * 1024,
	.refusal_ms = 2000,
	.keys_ms = {[CONN_GET] = 5000, [CONN_PUT] = 60000},
	.turn_ms = {[CONN_GET] = 1000, [CONN_PUT] = 30000},
};

void
conn_pool_init(struct conn_pool *pool, const struct stream_target *target,
	const struct conn_patience *patience)
{
	*pool = (struct conn_pool){.target = *target, .patience = patience};
	pthread_mutex_init(&pool->lock, NULL);
}

void
conn_pool_retarget(struct conn_pool *pool, const struct stream_target *target)
{
	pthread_mutex_lock(&pool->lock);
	pool->target = *target;
	pool->target_no++;
	pthread_mutex_unlock(&pool->lock);
}

uint64_t
conn_pool_opened(struct conn_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	uint64_t opened = pool->opened;

	pthread_mutex_unlock(&pool->lock);
	return opened;
}

static struct conn *
pop_idle(struct conn_pool *pool, enum conn_use use, bool *current)
{
	struct conn *conn = NULL;

	pthread_mutex_lock(&pool->lock);
	if (pool->count[use] > 0) {
		conn = pool->idle[use][--pool->count[use]];
	}
	*current = conn && conn->target_no == pool->target_no;
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
	pthread_mutex_lock(&pool->lock);
	struct stream_target target = pool->target;

	conn->target_no = pool->target_no;
	pool->opened++;
	pthread_mutex_unlock(&pool->lock);
	conn->used = false;
	conn->pool = pool;
	conn->tls = target.tls;
	conn->proxy = target.tls ? NULL : target.proxy;
	conn->host = conn->proxy ? conn->proxy->host : target.host;
	conn->patience = pool->patience;
	conn->stream = stream_open(&target, &conn->patience->open, err);
	if (!conn->stream) {
		free(conn);
		return NULL;
	}
	return conn;
}

/* An idle one that still works, or a new one. */
static struct conn *
find(struct conn_pool *pool, enum conn_use use, bool fresh, struct gs_err *err)
{
	struct conn *conn;
	bool current;

	while (!fresh && (conn = pop_idle(pool, use, &current)) != NULL) {
		if (current && stream_is_idle(conn->stream)) {
			return conn;
		}
		conn_close(conn);
	}
	return open_new(pool, err);
}

struct conn *
conn_take(struct conn_pool *pool, enum conn_use use, bool fresh,
	struct gs_err *err)
{
	struct conn *conn = find(pool, use, fresh, err);

	if (conn && use == CONN_GET) {
		pthread_mutex_lock(&pool->lock);
		conn->next = pool->out;
		pool->out = conn;
		if (pool->shut) {
			stream_shut(conn->stream);
		}
		pthread_mutex_unlock(&pool->lock);
	}
	return conn;
}

void
conn_pool_shut(struct conn_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	pool->shut = true;
	for (struct conn *conn = pool->out; conn; conn = conn->next) {
		stream_shut(conn->stream);
	}
	pthread_mutex_unlock(&pool->lock);
}

/* It no longer carries a get, if it did. */
static void
unlist(struct conn *conn)
{
	struct conn **at = &conn->pool->out;

	pthread_mutex_lock(&conn->pool->lock);
	while (*at && *at != conn) {
		at = &(*at)->next;
	}
	if (*at) {
		*at = conn->next;
	}
	pthread_mutex_unlock(&conn->pool->lock);
}

void
conn_give(struct conn_pool *pool, enum conn_use use, struct conn *conn)
{
	conn->used = true;
	unlist(conn);
	pthread_mutex_lock(&pool->lock);
	bool kept = pool->count[use] < CONN_IDLE_MAX &&
		    conn->target_no == pool->target_no;

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
		unlist(conn);
		stream_close(conn->stream);
		wipe(conn, sizeof(*conn)); /* holds signatures, a token */
		free(conn);
	}
}
