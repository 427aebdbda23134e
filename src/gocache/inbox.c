#include "gocache/inbox.h"

#include <string.h>

/* What one call has left to read and will answer. */
struct step {
	struct view rest;
	enum inbox_event event;
	struct view out;
};

void
inbox_init(struct inbox *in)
{
	in->state = INBOX_BETWEEN;
	in->line_len = 0;
}

void
inbox_expect_body(struct inbox *in)
{
	in->state = INBOX_BEFORE_BODY;
}

bool
inbox_at_rest(const struct inbox *in)
{
	return in->state == INBOX_BETWEEN;
}

static enum gs_code
fail(struct inbox *in, enum gs_code code, const char *why)
{
	in->state = INBOX_FAILED;
	in->failure = code;
	in->why = why;
	return code;
}

/* Skips blanks; true if something else follows in this piece. */
static bool
find_text(struct step *s)
{
	size_t at = 0;

	while (at < s->rest.n && memchr(" \t\r\n", s->rest.p[at], 4)) {
		at++;
	}
	s->rest = view_skip(s->rest, at);
	return s->rest.n > 0;
}

static enum gs_code
read_request(struct inbox *in, struct step *s)
{
	struct buf line = BUF_OVER(in->line);
	struct view piece;
	bool whole = view_cut(s->rest, '\n', &piece, &s->rest);

	line.len = in->line_len;
	buf_add(&line, piece);
	if (!buf_ok(&line)) {
		return fail(in, GS_TOOBIG, "a request line is too long");
	}
	in->line_len = line.len;
	if (whole) {
		in->state = INBOX_BETWEEN;
		s->event = INBOX_REQUEST;
		s->out = view_trim(buf_view(&line));
	}
	return GS_OK;
}

static enum gs_code
begin_request(struct inbox *in, struct step *s)
{
	if (!find_text(s)) {
		return GS_OK;
	}
	if (s->rest.p[0] != '{') {
		return fail(in, GS_BAD, "a request must begin with '{'");
	}
	in->line_len = 0;
	in->state = INBOX_IN_REQUEST;
	return read_request(in, s);
}

/* At a byte of a body that is not base64: its end, its early end, or worse. */
static enum gs_code
end_body(struct inbox *in, struct step *s)
{
	if (s->rest.p[0] == '{') {
		in->state = INBOX_BETWEEN;
		s->event = INBOX_BODY_CUT;
		return GS_OK;
	}
	if (s->rest.p[0] != '"' || !base64_decoder_at_end(&in->base64)) {
		return fail(in, GS_BAD, "a body is not base64");
	}
	s->rest = view_skip(s->rest, 1);
	in->state = INBOX_BETWEEN;
	s->event = INBOX_BODY_END;
	return GS_OK;
}

static enum gs_code
read_body(struct inbox *in, struct step *s, struct gs_err *err)
{
	struct buf chunk = BUF_OVER(in->chunk);
	size_t used;

	chunk.len = in->chunk_len;
	if (base64_decode(&in->base64, s->rest, &used, &chunk, err) != GS_OK) {
		return fail(in, GS_BAD, "a body is not base64");
	}
	s->rest = view_skip(s->rest, used);
	in->chunk_len = chunk.len;
	if (s->rest.n == 0) {
		return GS_OK;
	}
	if (chunk.len == 0) {
		return end_body(in, s);
	}
	s->event = INBOX_BODY;
	s->out = buf_view(&chunk);
	in->chunk_len = 0;
	return GS_OK;
}

static enum gs_code
begin_body(struct inbox *in, struct step *s, struct gs_err *err)
{
	if (!find_text(s)) {
		return GS_OK;
	}
	if (s->rest.p[0] != '"') {
		return fail(in, GS_BAD, "a body must begin with '\"'");
	}
	s->rest = view_skip(s->rest, 1);
	base64_decoder_init(&in->base64);
	in->chunk_len = 0;
	in->state = INBOX_IN_BODY;
	return read_body(in, s, err);
}

static enum gs_code
take_step(struct inbox *in, struct step *s, struct gs_err *err)
{
	switch (in->state) {
	case INBOX_BETWEEN:
		return begin_request(in, s);
	case INBOX_IN_REQUEST:
		return read_request(in, s);
	case INBOX_BEFORE_BODY:
		return begin_body(in, s, err);
	case INBOX_IN_BODY:
		return read_body(in, s, err);
	case INBOX_FAILED:
		break;
	}
	return in->failure;
}

enum gs_code
inbox_feed(struct inbox *in, struct view bytes, size_t *used,
	enum inbox_event *event, struct view *out, struct gs_err *err)
{
	struct step s = {.rest = bytes, .event = INBOX_MORE};

	if (take_step(in, &s, err) != GS_OK) {
		return gs_fail(err, in->failure, "cannot read requests",
			VIEW(""), in->why);
	}
	*used = bytes.n - s.rest.n;
	*event = s.event;
	*out = s.out;
	return GS_OK;
}
