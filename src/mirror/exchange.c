#include "mirror/exchange.h"

#include "os/clock.h"
#include "os/fdio.h"

#include <errno.h>
#include <unistd.h>

enum { EARLY_BYTES = 512 }; /* read at once of an early answer */

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

/* An exchange that goes on, as seen by who hears the answer. */
struct receiver {
	struct conn *conn;
	const struct exchange *x;
	struct exchange_outcome *outcome;
	bool in_body; /* the head has been sent */
	bool early;   /* the answer came before the whole request was sent */
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
	r->deadline_ms =
		success ? CLOCK_NEVER
			: clock_mono_ms() + r->conn->patience->refusal_ms;
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

static bool
has_status(const struct receiver *r)
{
	return r->outcome->status != 0;
}

static uint64_t
next_deadline(const struct receiver *r)
{
	uint64_t stall = has_status(r) ? stall_deadline(r->conn) : CLOCK_NEVER;

	return stall < r->deadline_ms ? stall : r->deadline_ms;
}

/* Reads what there is into buffer[cap], or waits for it. */
static enum gs_code
receive_some(struct receiver *r, char *buffer, size_t cap, struct gs_err *err)
{
	size_t n;

	if (stream_read(r->conn->stream, buffer, cap, &n, next_deadline(r),
		    err) != GS_OK) {
		return err->code;
	}
	if (n == 0) {
		return end_of_stream(r, err);
	}
	r->outcome->received_bytes += n;
	r->outcome->answered = true;
	if (!has_status(r)) {
		r->pace = pace_start(r->conn->patience);
	}
	if (!pace_add(&r->pace, n)) {
		return gs_fail(err, GS_TIMEOUT,
			"the answer comes too slowly from",
			view_of(r->conn->host), NULL);
	}
	return digest(r, (struct view){buffer, n}, err);
}

/* Receives some of the answer. A refusal whose body does not come is one all the
 * same. */
static enum gs_code
hear(struct receiver *r, char *buffer, size_t cap, struct gs_err *err)
{
	if (receive_some(r, buffer, cap, err) == GS_OK) {
		return GS_OK;
	}
	r->ended = true;
	r->outcome->stalled = err->code == GS_TIMEOUT;
	return has_status(r) && !r->outcome->success ? GS_OK : err->code;
}

static enum gs_code
receive(struct receiver *r, struct gs_err *err)
{
	const struct conn_patience *patience = r->conn->patience;

	if (!has_status(r)) {
		r->deadline_ms = clock_mono_ms() +
				 (r->x->body.fd < 0 ? patience->answer_ms
						    : patience->stored_ms);
	}
	while (!r->ended && !r->enough) {
		if (hear(r, r->conn->work.buffer, sizeof(r->conn->work.buffer),
			    err) != GS_OK) {
			return err->code;
		}
	}
	return GS_OK;
}

/* --- the request ----------------------------------------------------------- */

/* The server speaks before it has the whole request. Interim answers are heard
 * and forgotten; any other is r->early. */
static enum gs_code
hear_early(struct receiver *r, struct gs_err *err)
{
	char said[EARLY_BYTES];

	if (r->conn->used && !r->in_body) {
		/* it ended, or speaks of an earlier request */
		return gs_fail(err, GS_CLOSED, "lost the connection to",
			view_of(r->conn->host), "the server ended it");
	}
	r->early = true;
	if (!has_status(r)) {
		r->deadline_ms = stall_deadline(r->conn);
	}
	if (hear(r, said, sizeof(said), err) != GS_OK) {
		return err->code;
	}
	r->early = r->ended || has_status(r);
	return GS_OK;
}

/* Sends all of rest, or until r->early. */
static enum gs_code
send_bytes(struct receiver *r, struct view rest, struct gs_err *err)
{
	struct stream_progress progress = {.answered = true};

	while (progress.answered && !r->early) {
		if (stream_write(r->conn->stream, rest.p, rest.n,
			    stall_deadline(r->conn), &progress, err) != GS_OK) {
			return err->code;
		}
		rest = view_skip(rest, progress.taken);
		r->outcome->sent_bytes += progress.taken;
		if (progress.answered && hear_early(r, err) != GS_OK) {
			return err->code;
		}
	}
	return GS_OK;
}

static enum gs_code
send_body(struct receiver *r, struct gs_err *err)
{
	struct conn *conn = r->conn;
	const struct exchange_body *body = &r->x->body;
	struct pace pace = pace_start(conn->patience);
	struct sha256 hash;
	size_t n = 0;

	r->in_body = true;
	sha256_init(&hash, body->hash);
	for (uint64_t left = body->size; left > 0 && !r->early; left -= n) {
		if (next_piece(conn, body, left, &hash, &n, err) != GS_OK) {
			r->outcome->own_fault = true;
			return err->code;
		}
		if (send_bytes(r, (struct view){conn->work.buffer, n}, err) !=
			GS_OK) {
			return err->code;
		}
		if (!pace_add(&pace, n)) {
			return gs_fail(err, GS_TIMEOUT,
				"sending is too slow to", view_of(conn->host),
				NULL);
		}
	}
	return GS_OK;
}

enum gs_code
exchange_run(struct conn *conn, const struct exchange *x,
	struct exchange_outcome *outcome, struct gs_err *err)
{
	struct receiver r = {.conn = conn,
		.x = x,
		.outcome = outcome,
		.pace = pace_start(conn->patience)};

	*outcome = (struct exchange_outcome){0};
	http1_answer_init(&conn->answer, x->method);
	if (send_bytes(&r, x->head, err) != GS_OK) {
		return err->code;
	}
	if (x->body.fd >= 0 && !r.early && send_body(&r, err) != GS_OK) {
		return err->code;
	}
	return receive(&r, err);
}
