#include "mirror/exchange.h"

#include "os/clock.h"
#include "os/fdio.h"

#include <errno.h>
#include <unistd.h>

/* Tells a transfer that is slow from one that goes on. */
struct pace {
	const struct conn_patience *patience;
	uint64_t window_end_ms;
	uint64_t moved;
};

static struct pace
pace_start(const struct conn_patience *patience)
{
	return (struct pace){
		.patience = patience,
		.window_end_ms = clock_mono_ms() + patience->speed_ms,
	};
}

/* Counts n moved bytes; false if the window ended with too few. */
static bool
pace_add(struct pace *pace, size_t n)
{
	pace->moved += n;
	if (clock_mono_ms() < pace->window_end_ms) {
		return true;
	}
	bool enough = pace->moved >= pace->patience->speed_min;

	*pace = pace_start(pace->patience);
	return enough;
}

/* When a write or read that moves nothing is given up. */
static uint64_t
stall_deadline(const struct conn *conn)
{
	return clock_mono_ms() + conn->patience->speed_ms;
}

/* Says whose answer is of no use. */
static enum gs_code
blame(const struct conn *conn, enum gs_code code, const char *why,
	struct gs_err *err)
{
	return gs_fail(err, code, "trouble with", view_of(conn->host), why);
}

/* Says of a body in the cache directory why it is not sent. */
static enum gs_code
refuse_body(
	const struct exchange_body *body, const char *why, struct gs_err *err)
{
	char storage[ID_HEX_LEN];
	struct buf name = BUF_OVER(storage);

	buf_hex(&name, body->output.byte, ID_LEN);
	return gs_fail(
		err, GS_BAD, "did not upload body", buf_view(&name), why);
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
		return refuse_body(body, "its file was cut short", err);
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
		       : refuse_body(body, "its file was altered", err);
}

static enum gs_code
send_body(struct conn *conn, const struct exchange_body *body, bool *answered,
	struct exchange_outcome *outcome, struct gs_err *err)
{
	struct pace pace = pace_start(conn->patience);
	struct sha256 hash;
	size_t n = 0;

	sha256_init(&hash, body->hash);
	for (uint64_t left = body->size; left > 0 && !*answered; left -= n) {
		if (next_piece(conn, body, left, &hash, &n, err) != GS_OK) {
			outcome->own_fault = true;
			return err->code;
		}
		if (stream_write(conn->stream, conn->work.buffer, n,
			    stall_deadline(conn), answered, err) != GS_OK) {
			return err->code;
		}
		outcome->sent_bytes += n;
		if (!pace_add(&pace, n)) {
			return gs_fail(err, GS_TIMEOUT,
				"sending is too slow to", view_of(conn->host),
				NULL);
		}
	}
	return GS_OK;
}

/* Sends head and body; *early tells whether the server spoke before it had
 * all. */
static enum gs_code
send_all(struct conn *conn, const struct exchange *x, bool *early,
	struct exchange_outcome *outcome, struct gs_err *err)
{
	if (stream_write(conn->stream, x->head.p, x->head.n,
		    stall_deadline(conn), early, err) != GS_OK) {
		return err->code;
	}
	outcome->sent_bytes += x->head.n;
	if (*early && conn->used) {
		/* it ended, or speaks of an earlier request */
		return gs_fail(err, GS_CLOSED, "lost the connection to",
			view_of(conn->host), "the server ended it");
	}
	return x->body.fd >= 0 ? send_body(conn, &x->body, early, outcome, err)
			       : GS_OK;
}

/* The receiving half of an exchange. */
struct receiver {
	struct conn *conn;
	const struct exchange *x;
	struct exchange_outcome *outcome;
	bool early; /* the request was not sent whole */
	struct pace pace;
	uint64_t deadline_ms;
	uint64_t word_bytes;
	bool ended, enough;
};

static bool
is_success(const struct exchange *x, unsigned status)
{
	return status == 200 || (x->ranged && status == 206) ||
	       (x->body.fd >= 0 && status > 200 && status < 300);
}

static enum gs_code
on_status(struct receiver *r, struct gs_err *err)
{
	unsigned status = r->conn->answer.status;
	bool success = is_success(r->x, status);

	if (success && r->early) {
		return blame(r->conn, GS_CLOSED,
			"it agrees before it has the whole request", err);
	}
	r->outcome->status = status;
	r->outcome->success = success;
	if (!success) {
		r->deadline_ms =
			clock_mono_ms() + r->conn->patience->refusal_ms;
	}
	return GS_OK;
}

static enum gs_code
on_body(struct receiver *r, struct view bytes, struct gs_err *err)
{
	struct buf *words = r->x->words;
	size_t room = words->cap - words->len;

	if (r->outcome->success && r->x->body.fd < 0) {
		return r->x->sink.body(r->x->sink.ctx, bytes, err);
	}
	r->word_bytes += bytes.n;
	r->enough = r->word_bytes > ERROR_BODY_MAX;
	buf_add(words, (struct view){bytes.p, bytes.n < room ? bytes.n : room});
	return GS_OK;
}

static enum gs_code
on_event(
	struct receiver *r, const struct http1_event *event, struct gs_err *err)
{
	switch (event->kind) {
	case HTTP1_STATUS:
		return on_status(r, err);
	case HTTP1_HEADER:
		r->x->sink.header(r->x->sink.ctx, event->name, event->value);
		break;
	case HTTP1_BODY:
		return on_body(r, event->value, err);
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
	struct http1_event event;
	struct gs_err why;
	size_t used;

	while (!r->ended && !r->enough) {
		if (http1_answer_feed(answer, bytes, &used, &event, &why) !=
			GS_OK) {
			return blame(r->conn, why.code, why.text, err);
		}
		if (on_event(r, &event, err) != GS_OK) {
			return err->code;
		}
		bytes = view_skip(bytes, used);
		if (event.kind == HTTP1_MORE) {
			return GS_OK;
		}
	}
	r->outcome->reusable =
		r->ended && bytes.n == 0 && !r->early && answer->keep_alive;
	return GS_OK;
}

static enum gs_code
end_of_stream(struct receiver *r, struct gs_err *err)
{
	struct gs_err why;

	r->ended = true;
	if (http1_answer_eof(&r->conn->answer, &why) == GS_OK) {
		return GS_OK;
	}
	bool wants_tls =
		!r->outcome->answered && !r->conn->tls && !r->conn->proxy;

	return blame(r->conn, why.code,
		wants_tls ? "it gives no answer; does it want https:// in the "
			    "endpoint URL?"
			  : why.text,
		err);
}

static uint64_t
next_deadline(const struct receiver *r)
{
	uint64_t stall =
		r->outcome->answered ? stall_deadline(r->conn) : CLOCK_NEVER;

	return stall < r->deadline_ms ? stall : r->deadline_ms;
}

static enum gs_code
receive_some(struct receiver *r, struct gs_err *err)
{
	char *buffer = r->conn->work.buffer;
	size_t n;

	if (stream_read(r->conn->stream, buffer, sizeof(r->conn->work.buffer),
		    &n, next_deadline(r), err) != GS_OK) {
		return err->code;
	}
	if (n == 0) {
		return end_of_stream(r, err);
	}
	r->outcome->received_bytes += n;
	if (!r->outcome->answered) {
		r->outcome->answered = true;
		r->deadline_ms = CLOCK_NEVER;
		r->pace = pace_start(r->conn->patience);
	}
	if (!pace_add(&r->pace, n)) {
		return gs_fail(err, GS_TIMEOUT,
			"the answer comes too slowly from",
			view_of(r->conn->host), NULL);
	}
	return digest(r, (struct view){buffer, n}, err);
}

static enum gs_code
receive(struct receiver *r, struct gs_err *err)
{
	const struct conn_patience *patience = r->conn->patience;

	r->pace = pace_start(patience);
	r->deadline_ms =
		clock_mono_ms() +
		(r->x->body.fd < 0 ? patience->answer_ms : patience->stored_ms);
	http1_answer_init(&r->conn->answer, r->x->method);
	while (!r->ended && !r->enough) {
		if (receive_some(r, err) == GS_OK) {
			continue;
		}
		r->outcome->stalled = err->code == GS_TIMEOUT;
		/* a refusal whose body does not come is one all the same */
		return r->outcome->status != 0 && !r->outcome->success
			       ? GS_OK
			       : err->code;
	}
	return GS_OK;
}

enum gs_code
exchange_run(struct conn *conn, const struct exchange *x,
	struct exchange_outcome *outcome, struct gs_err *err)
{
	struct receiver r = {.conn = conn, .x = x, .outcome = outcome};

	*outcome = (struct exchange_outcome){0};
	if (send_all(conn, x, &r.early, outcome, err) != GS_OK) {
		return err->code;
	}
	return receive(&r, err);
}
