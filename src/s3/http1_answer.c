#include "s3/http1.h"

#include "s3/http1_framing.h"
#include "s3/http1_syntax.h"

#include <string.h>

/*
 * One state per kind of thing that can come next. A state's function uses
 * input until it has an event, moves to another state, or is out of input
 * (hungry). Lines are collected in a->line, so that their readers see whole
 * lines only; bodies are passed through.
 */
enum state {
	STATUS_LINE,
	HEADER_LINE,
	LENGTH_BODY, /* a->left bytes to come, 0 too */
	CLOSE_BODY,  /* everything until the end */
	CHUNK_LINE,
	CHUNK_DATA, /* a->left bytes to come, 0 too */
	CHUNK_END,  /* the CRLF after a chunk, a->line_len bytes of it seen */
	TRAILER_LINE,
	END,
	FAILED,
};

/* One call of http1_answer_feed. */
struct step {
	struct view in;
	size_t used;
	bool hungry;
	struct http1_event event;
};

/* Collects a line with its CRLF in a->line, at most room bytes more. Hungry
 * if it is not complete yet, else *line is it without the CRLF. */
static enum gs_code
take_line(struct http1_answer *a, struct step *s, size_t room,
	struct view *line, struct gs_err *err)
{
	struct view rest = view_skip(s->in, s->used);
	size_t n = view_index(rest, '\n');

	s->hungry = n == rest.n;
	n += s->hungry ? 0 : 1;
	if (n > room) {
		return http1_refuse(
			err, GS_TOOBIG, "a line or the whole head is too long");
	}
	if (n > 0) {
		memcpy(a->line + a->line_len, rest.p, n);
	}
	a->line_len += n;
	s->used += n;
	if (s->hungry) {
		return GS_OK;
	}
	*line = (struct view){a->line, a->line_len - 1};
	a->line_len = 0;
	if (!view_ends(*line, VIEW("\r"))) {
		return http1_refuse(err, GS_BAD, "a line ends without CR");
	}
	line->n--;
	return GS_OK;
}

/* take_line within the limits of heads and trailers. */
static enum gs_code
take_head_line(struct http1_answer *a, struct step *s, struct view *line,
	struct gs_err *err)
{
	size_t before = s->used;
	size_t line_room = sizeof(a->line) - a->line_len;
	size_t head_room = HTTP_HEAD_MAX - a->head_len;
	enum gs_code code = take_line(
		a, s, line_room < head_room ? line_room : head_room, line, err);

	a->head_len += s->used - before;
	return code;
}

static enum gs_code
on_status_line(struct http1_answer *a, struct step *s, struct gs_err *err)
{
	struct view line = VIEW("");
	enum gs_code code = take_head_line(a, s, &line, err);

	if (code != GS_OK || s->hungry) {
		return code;
	}
	if (!http1_read_status(line, &a->status, &a->http10)) {
		return http1_refuse(err, GS_BAD,
			"it does not speak HTTP/1.1: is the "
			"endpoint an S3 server, and is it http or "
			"https?");
	}
	a->state = HEADER_LINE;
	if (a->status == 101) {
		return http1_refuse(
			err, GS_BAD, "it switches to another protocol");
	}
	if (a->status >= 200) {
		s->event.kind = HTTP1_STATUS;
		return GS_OK;
	}
	a->interim_count++;
	return a->interim_count <= HTTP_INTERIM_MAX
		       ? GS_OK
		       : http1_refuse(err, GS_TOOBIG,
				 "too many interim (1xx) answers");
}

/* Takes a field line; *name is left alone by the empty line that ends them. */
static enum gs_code
take_field(struct http1_answer *a, struct step *s, struct view *name,
	struct view *value, struct gs_err *err)
{
	struct view line = VIEW("");
	enum gs_code code = take_head_line(a, s, &line, err);

	if (code != GS_OK || s->hungry) {
		return code;
	}
	if (line.n == 0) {
		return GS_OK;
	}
	if (a->header_count == HTTP_HEADERS_MAX) {
		return http1_refuse(err, GS_TOOBIG, "too many header lines");
	}
	a->header_count++;
	return http1_read_field(line, name, value)
		       ? GS_OK
		       : http1_refuse(
				 err, GS_BAD, "a header line is malformed");
}

/* No field can change what such an answer means: RFC 9110, 9.3.6. */
static bool
opens_tunnel(const struct http1_answer *a)
{
	return a->connect && a->status >= 200 && a->status < 300;
}

/* What follows the head: RFC 9112, 6.3. */
static enum state
after_head(const struct http1_answer *a)
{
	if (a->no_body || opens_tunnel(a) || a->status == 204 ||
		a->status == 304) {
		return END;
	}
	if (a->chunked) {
		return CHUNK_LINE;
	}
	return a->has_length ? LENGTH_BODY : CLOSE_BODY;
}

static enum gs_code
end_head(struct http1_answer *a, struct gs_err *err)
{
	if (a->status < 200) {
		a->header_count = 0;
		a->state = STATUS_LINE;
		return GS_OK;
	}
	if (a->chunked && (a->has_length || a->http10)) {
		return http1_refuse(err, GS_BAD,
			"Transfer-Encoding together with Content-Length or "
			"HTTP/1.0");
	}
	a->left = a->length;
	a->state = (int)after_head(a);
	a->keep_alive = !a->close_wanted && a->state != CLOSE_BODY &&
			(!a->http10 || a->keep_wanted);
	return GS_OK;
}

static enum gs_code
on_header_line(struct http1_answer *a, struct step *s, struct gs_err *err)
{
	struct view name = VIEW(""), value = VIEW("");
	enum gs_code code = take_field(a, s, &name, &value, err);

	if (code != GS_OK || s->hungry) {
		return code;
	}
	if (name.n == 0) {
		return end_head(a, err);
	}
	if (a->status < 200) {
		return GS_OK;
	}
	s->event = (struct http1_event){HTTP1_HEADER, name, value};
	return opens_tunnel(a) ? GS_OK : http1_note_field(a, name, value, err);
}

/* Passes on what there is of a body, at most max bytes; the count. */
static size_t
pass_body(struct step *s, uint64_t max)
{
	struct view body = view_skip(s->in, s->used);

	body.n = body.n < max ? body.n : (size_t)max;
	s->hungry = body.n == 0;
	if (!s->hungry) {
		s->event.kind = HTTP1_BODY;
		s->event.value = body;
		s->used += body.n;
	}
	return body.n;
}

/* Passes on a->left bytes, then moves to the next state. */
static void
pass_counted(struct http1_answer *a, struct step *s, enum state next)
{
	if (a->left > 0) {
		a->left -= pass_body(s, a->left);
	} else {
		a->state = (int)next;
	}
}

static enum gs_code
on_length_body(struct http1_answer *a, struct step *s, struct gs_err *err)
{
	(void)err;
	pass_counted(a, s, END);
	return GS_OK;
}

static enum gs_code
on_close_body(struct http1_answer *a, struct step *s, struct gs_err *err)
{
	(void)a;
	(void)err;
	pass_body(s, UINT64_MAX);
	return GS_OK;
}

static enum gs_code
on_chunk_line(struct http1_answer *a, struct step *s, struct gs_err *err)
{
	struct view line = VIEW("");
	enum gs_code code =
		take_line(a, s, HTTP_CHUNK_LINE_MAX - a->line_len, &line, err);

	if (code != GS_OK || s->hungry) {
		return code;
	}
	if (!http1_read_chunk_size(line, &a->left)) {
		return http1_refuse(err, GS_BAD, "a chunk's size is malformed");
	}
	a->state = a->left > 0 ? CHUNK_DATA : TRAILER_LINE;
	return GS_OK;
}

static enum gs_code
on_chunk_data(struct http1_answer *a, struct step *s, struct gs_err *err)
{
	(void)err;
	pass_counted(a, s, CHUNK_END);
	return GS_OK;
}

static enum gs_code
on_chunk_end(struct http1_answer *a, struct step *s, struct gs_err *err)
{
	s->hungry = s->used == s->in.n;
	if (s->hungry) {
		return GS_OK;
	}
	if (s->in.p[s->used] != "\r\n"[a->line_len]) {
		return http1_refuse(
			err, GS_BAD, "a chunk is longer than its size");
	}
	s->used++;
	a->line_len++;
	if (a->line_len == 2) {
		a->line_len = 0;
		a->state = CHUNK_LINE;
	}
	return GS_OK;
}

/* Trailers are checked and dropped (RFC 9110, 6.5.1). */
static enum gs_code
on_trailer_line(struct http1_answer *a, struct step *s, struct gs_err *err)
{
	struct view name = VIEW(""), value = VIEW("");
	enum gs_code code = take_field(a, s, &name, &value, err);

	if (code == GS_OK && !s->hungry && name.n == 0) {
		a->state = END;
	}
	return code;
}

static enum gs_code
on_end(struct http1_answer *a, struct step *s, struct gs_err *err)
{
	(void)a;
	(void)err;
	s->event.kind = HTTP1_END;
	return GS_OK;
}

static enum gs_code
on_failed(struct http1_answer *a, struct step *s, struct gs_err *err)
{
	(void)a;
	(void)s;
	return http1_refuse(err, GS_BAD, "an earlier part of it was");
}

static enum gs_code (*const on_state[])(
	struct http1_answer *, struct step *, struct gs_err *) = {
	[STATUS_LINE] = on_status_line,
	[HEADER_LINE] = on_header_line,
	[LENGTH_BODY] = on_length_body,
	[CLOSE_BODY] = on_close_body,
	[CHUNK_LINE] = on_chunk_line,
	[CHUNK_DATA] = on_chunk_data,
	[CHUNK_END] = on_chunk_end,
	[TRAILER_LINE] = on_trailer_line,
	[END] = on_end,
	[FAILED] = on_failed,
};

void
http1_answer_init(struct http1_answer *a, struct view method)
{
	memset(a, 0, sizeof(*a));
	a->state = STATUS_LINE;
	a->no_body = view_eq(method, VIEW("HEAD"));
	a->connect = view_eq(method, VIEW("CONNECT"));
}

enum gs_code
http1_answer_feed(struct http1_answer *a, struct view in, size_t *used,
	struct http1_event *event, struct gs_err *err)
{
	struct step s = {.in = in, .event.kind = HTTP1_MORE};

	while (s.event.kind == HTTP1_MORE && !s.hungry) {
		enum gs_code code = on_state[a->state](a, &s, err);

		if (code != GS_OK) {
			a->state = FAILED;
			return code;
		}
	}
	*used = s.used;
	*event = s.event;
	return GS_OK;
}

enum gs_code
http1_answer_eof(struct http1_answer *a, struct gs_err *err)
{
	if (a->state == FAILED) {
		return on_failed(a, NULL, err);
	}
	if (a->state != CLOSE_BODY && a->state != END &&
		!(a->state == LENGTH_BODY && a->left == 0)) {
		a->state = FAILED;
		return gs_fail(err, GS_CLOSED,
			"the server closed the connection", VIEW(""),
			a->head_len > 0 ? "its answer is cut short"
					: "it gave no answer");
	}
	a->state = END;
	return GS_OK;
}

bool
http1_answer_started(const struct http1_answer *a)
{
	return a->head_len > 0;
}
