#include "mirror/exchange.h"

#include "os/clock.h"
#include "os/fdio.h"

#include <errno.h>
#include <unistd.h>

/* Tells a transfer that is slow from one that goes on. */
struct pace {
	uint64_t window_end_ms;
	uint64_t moved;
};

static struct pace
pace_start(void)
{
	return (struct pace){clock_mono_ms() + EXCHANGE_SPEED_MS, 0};
}

/* Counts n moved bytes; false if the window ended with too few. */
static bool
pace_add(struct pace *pace, size_t n)
{
	uint64_t now = clock_mono_ms();

	pace->moved += n;
	if (now < pace->window_end_ms) {
		return true;
	}
	bool enough = pace->moved >= EXCHANGE_SPEED_MIN;

	*pace = (struct pace){now + EXCHANGE_SPEED_MS, 0};
	return enough;
}

/* Reads the next piece of a body's file; *n is never 0. */
static enum gs_code
read_piece(struct conn *conn, const struct exchange_body *body, uint64_t left,
	size_t *n, struct gs_err *err)
{
	size_t want = left < sizeof(conn->work.buffer)
			      ? (size_t)left
			      : sizeof(conn->work.buffer);
	ssize_t got;

	do {
		got = read(body->fd, conn->work.buffer, want);
	} while (got < 0 && errno == EINTR);
	if (got < 0) {
		return fd_fail(err, "cannot read from the cache directory",
			NULL, errno);
	}
	if (got == 0) {
		return gs_fail(err, GS_BAD, "a local body was cut short",
			VIEW(""), NULL);
	}
	*n = (size_t)got;
	return GS_OK;
}

/* Reads the next piece, and with the last one checks the whole. */
static enum gs_code
next_piece(struct conn *conn, const struct exchange_body *body, uint64_t left,
	struct sha256 *hash, size_t *n, struct gs_err *err)
{
	struct id digest;

	if (read_piece(conn, body, left, n, err) != GS_OK) {
		return err->code;
	}
	sha256_update(hash, (struct view){conn->work.buffer, *n});
	if (*n < left) {
		return GS_OK;
	}
	sha256_final(hash, &digest);
	return id_eq(&digest, &body->output)
		       ? GS_OK
		       : gs_fail(err, GS_BAD, "a local body was altered",
				 VIEW(""), NULL);
}

static enum gs_code
send_body(struct conn *conn, const struct exchange_body *body, bool *answered,
	struct exchange_outcome *outcome, struct gs_err *err)
{
	struct pace pace = pace_start();
	struct sha256 hash;
	size_t n = 0;

	sha256_init(&hash, body->hash);
	for (uint64_t left = body->size; left > 0 && !*answered; left -= n) {
		if (next_piece(conn, body, left, &hash, &n, err) != GS_OK) {
			outcome->own_fault = true;
			return err->code;
		}
		if (stream_write(conn->stream, conn->work.buffer, n,
			    clock_mono_ms() + EXCHANGE_SPEED_MS, answered,
			    err) != GS_OK) {
			return err->code;
		}
		if (!pace_add(&pace, n)) {
			return gs_fail(err, GS_TIMEOUT, "sending is too slow",
				VIEW(""), NULL);
		}
	}
	return GS_OK;
}

/* The receiving half of an exchange. */
struct receiver {
	struct conn *conn;
	const struct exchange_sink *sink;
	struct exchange_outcome *outcome;
	struct pace pace;
	uint64_t deadline_ms;
	uint64_t refusal_bytes;
	bool ended, enough;
};

static bool
is_success(unsigned status)
{
	return status >= 200 && status < 300;
}

static enum gs_code
on_body(struct receiver *r, struct view bytes, struct gs_err *err)
{
	if (!is_success(r->outcome->status)) {
		r->refusal_bytes += bytes.n;
		r->enough = r->refusal_bytes > ERROR_BODY_MAX;
	}
	return r->sink->body(r->sink->ctx, r->outcome->status, bytes, err);
}

static enum gs_code
on_event(struct receiver *r, enum http1_event event, struct view name,
	struct view value, struct gs_err *err)
{
	switch (event) {
	case HTTP1_STATUS:
		r->outcome->status = r->conn->answer.status;
		if (!is_success(r->outcome->status)) {
			r->deadline_ms = clock_mono_ms() + EXCHANGE_REFUSAL_MS;
		}
		break;
	case HTTP1_HEADER:
		r->sink->header(r->sink->ctx, name, value);
		break;
	case HTTP1_BODY:
		return on_body(r, value, err);
	case HTTP1_END:
		r->ended = true;
		break;
	case HTTP1_MORE:
		break;
	}
	return GS_OK;
}

/* Feeds what has arrived to the parser. Bytes behind the end of the answer
 * mean that the connection cannot be trusted with another request. */
static enum gs_code
digest(struct receiver *r, struct view bytes, struct gs_err *err)
{
	struct http1_answer *answer = &r->conn->answer;
	enum http1_event event = HTTP1_MORE;
	struct view name, value;
	size_t used;

	while (!r->ended && !r->enough) {
		if (http1_answer_feed(answer, bytes, &used, &event, &name,
			    &value, err) != GS_OK) {
			return err->code;
		}
		if (on_event(r, event, name, value, err) != GS_OK) {
			return err->code;
		}
		bytes = view_skip(bytes, used);
		if (event == HTTP1_MORE) {
			return GS_OK;
		}
	}
	r->outcome->reusable = r->ended && bytes.n == 0 && answer->keep_alive;
	return GS_OK;
}

static uint64_t
next_deadline(const struct receiver *r)
{
	uint64_t stall = clock_mono_ms() + EXCHANGE_SPEED_MS;

	return stall < r->deadline_ms ? stall : r->deadline_ms;
}

static enum gs_code
receive_some(struct receiver *r, struct gs_err *err)
{
	size_t n;

	if (stream_read(r->conn->stream, r->conn->work.buffer,
		    sizeof(r->conn->work.buffer), &n, next_deadline(r),
		    err) != GS_OK) {
		return err->code;
	}
	if (n == 0) {
		r->ended = true;
		return http1_answer_eof(&r->conn->answer, err);
	}
	if (!r->outcome->answered) {
		r->outcome->answered = true;
		r->deadline_ms = CLOCK_NEVER;
		r->pace = pace_start();
	}
	if (!pace_add(&r->pace, n)) {
		return gs_fail(err, GS_TIMEOUT, "the answer comes too slowly",
			VIEW(""), NULL);
	}
	return digest(r, (struct view){r->conn->work.buffer, n}, err);
}

static enum gs_code
receive(struct conn *conn, const struct exchange *x,
	struct exchange_outcome *outcome, struct gs_err *err)
{
	struct receiver r = {
		.conn = conn,
		.sink = &x->sink,
		.outcome = outcome,
		.pace = pace_start(),
		.deadline_ms = clock_mono_ms() + EXCHANGE_ANSWER_MS,
	};

	http1_answer_init(&conn->answer, x->method);
	while (!r.ended && !r.enough) {
		if (receive_some(&r, err) == GS_OK) {
			continue;
		}
		outcome->reusable = false;
		if (outcome->status != 0 && !is_success(outcome->status)) {
			return GS_OK; /* a refusal whose body does not come */
		}
		return err->code;
	}
	return GS_OK;
}

enum gs_code
exchange_run(struct conn *conn, const struct exchange *x,
	struct exchange_outcome *outcome, struct gs_err *err)
{
	bool answered = false;

	*outcome = (struct exchange_outcome){0};
	if (stream_write(conn->stream, x->head.p, x->head.n,
		    clock_mono_ms() + EXCHANGE_SPEED_MS, &answered,
		    err) != GS_OK) {
		return err->code;
	}
	if (x->body.fd >= 0 &&
		send_body(conn, &x->body, &answered, outcome, err) != GS_OK) {
		return err->code;
	}
	if (receive(conn, x, outcome, err) != GS_OK) {
		return err->code;
	}
	if (answered) {
		outcome->reusable = false; /* part of the body was not sent */
	}
	return GS_OK;
}
