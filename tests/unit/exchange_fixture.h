/*
 * One exchange after another with a scripted server, and what came of the last.
 */
#ifndef TESTS_EXCHANGE_FIXTURE_H
#define TESTS_EXCHANGE_FIXTURE_H

#include "mirror/exchange.h"
#include "os/clock.h"
#include "scripted_server.h"

#include <sys/mman.h>
#include <sys/socket.h>

enum { SOON_MS = 20000, BRIEFLY_MS = 100, LARGE = 3 * CONN_BUFFER_MAX + 7 };

/* Long, but for what a test makes short. */
static struct conn_patience patience;
static struct script server;
static struct conn_pool pool;
static struct exchange_outcome outcome;
static struct gs_err err;
static char taken[4096]; /* of what was asked for */
static struct buf body;
static char told[4096]; /* of anything else */
static struct buf words;
static size_t headers;
static enum gs_code dislike; /* what the sink says to a body */
static bool ranged;

static inline void
on_header(void *ctx, struct view name, struct view value)
{
	headers++;
}

static inline enum gs_code
on_body(void *ctx, struct view bytes, struct gs_err *e)
{
	buf_add(&body, bytes);
	return dislike ? gs_fail(e, dislike, "disliked", VIEW(""), NULL)
		       : GS_OK;
}

static inline void
begin(script_answer *answer)
{
	struct stream_target target = {.host = "127.0.0.1"};

	script_start(&server, answer);
	target.port = loopback_port(&server.where);
	patience = (struct conn_patience){
		.open = {SOON_MS, SOON_MS, SOON_MS},
		.answer_ms = SOON_MS,
		.stored_ms = SOON_MS,
		.speed_ms = SOON_MS,
		.speed_min = 1000,
		.refusal_ms = SOON_MS,
	};
	conn_pool_init(&pool, &target, &patience);
	body = BUF_OVER(taken);
	words = BUF_OVER(told);
	headers = 0;
	dislike = GS_OK;
	ranged = false;
	memset(&err, 0, sizeof(err));
}

static inline void
end(void)
{
	while (pool.count[CONN_GET] > 0) {
		conn_close(pool.idle[CONN_GET][--pool.count[CONN_GET]]);
	}
	script_stop(&server);
}

static inline enum gs_code
run(struct exchange_body b)
{
	struct conn *conn = conn_take(&pool, CONN_GET, false, &err);
	struct exchange x = {
		.method = b.fd < 0 ? VIEW("GET") : VIEW("PUT"),
		.body = b,
		.sink = {NULL, on_header, on_body},
		.words = &words,
		.ranged = ranged,
	};
	char head[128];

	snprintf(head, sizeof(head),
		"%s /b/key HTTP/1.1\r\nHost: h\r\nContent-Length: %llu\r\n\r\n",
		b.fd < 0 ? "GET" : "PUT", (unsigned long long)b.size);
	x.head = view_of(head);
	assert_non_null(conn);
	enum gs_code code = exchange_run(conn, &x, &outcome, &err);

	if (code == GS_OK && outcome.reusable) {
		conn_give(&pool, CONN_GET, conn);
	} else {
		assert_true(code == GS_OK || !outcome.reusable);
		conn_close(conn);
	}
	return code;
}

static inline enum gs_code
get(void)
{
	return run((struct exchange_body){.fd = -1});
}

/* A body of size bytes, of which the file has the right ones if sound. */
static inline struct exchange_body
new_body(size_t size, bool sound)
{
	struct exchange_body b = {
		.fd = memfd_create("body", MFD_CLOEXEC),
		.size = size,
		.hash = SHA256_PORTABLE,
	};
	char *bytes = malloc(size);

	memset(bytes, 'x', size);
	sha256_of((struct view){bytes, size}, &b.output);
	bytes[size - 1] = sound ? 'x' : 'y';
	assert_int_equal(write(b.fd, bytes, size), (ssize_t)size);
	assert_int_equal(lseek(b.fd, 0, SEEK_SET), 0);
	free(bytes);
	return b;
}

static inline enum gs_code
put(size_t size, bool sound)
{
	struct exchange_body b = new_body(size, sound);
	enum gs_code code = run(b);

	close(b.fd);
	return code;
}

static inline void
assert_text(const struct buf *b, const char *text)
{
	assert_int_equal(b->len, strlen(text));
	assert_memory_equal(b->p, text, b->len);
}

#endif
