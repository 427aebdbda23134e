#include "os/tunnel.h"

#include "base/buf.h"
#include "s3/http1.h"

#include <errno.h>
#include <stdlib.h>

enum { PIECE_MAX = 2048 };

struct tunnel {
	struct stream *stream;
	const struct proxy *proxy;
	struct http1_answer answer;
	bool ended;
	bool other_ways, basic; /* to authenticate, which the proxy offers */
	char bytes[PIECE_MAX];
};

static enum gs_code
fail(const struct tunnel *t, enum gs_code code, const char *why,
	struct gs_err *err)
{
	char storage[PROXY_URL_MAX];
	struct buf url = BUF_OVER(storage);

	proxy_url(t->proxy, &url);
	return gs_fail(err, code, "cannot go through", buf_view(&url), why);
}

static const char *
about_password(const struct tunnel *t)
{
	if (t->other_ways && !t->basic) {
		return "it wants authentication of another kind than Basic, "
		       "which is the only one that this program knows";
	}
	return t->proxy->authorization[0]
		       ? "it does not take the user and password in the "
			 "variable"
		       : "it wants a user and password: write them into the "
			 "variable, as in http://user:password@host";
}

/* Another attempt may do better (RFC 9110, 15.5.9; RFC 8470; RFC 6585). */
static bool
is_busy(unsigned status)
{
	return status == 408 || status == 425 || status == 429;
}

static enum gs_code
refuse(const struct tunnel *t, struct gs_err *err)
{
	unsigned status = t->answer.status;
	char storage[GS_ERR_TEXT_MAX];
	struct buf why = BUF_OVER(storage);

	if (status == 407 || status == 401) { /* which tinyproxy says */
		return fail(t, GS_CONFIG, about_password(t), err);
	}
	buf_str(&why, "it says ");
	buf_uint(&why, status);
	if (status >= 500) {
		buf_str(&why, ": it cannot reach the server");
		return fail(t, GS_SYS, buf_cstr(&why), err);
	}
	if (is_busy(status)) {
		buf_str(&why, ": it asks for another attempt later");
		return fail(t, GS_SYS, buf_cstr(&why), err);
	}
	buf_str(&why, status == 403
			      ? ": it does not allow this; ask whoever runs it,"
				" or list the host in NO_PROXY"
			      : " to CONNECT: is it a proxy?");
	return fail(t, GS_CONFIG, buf_cstr(&why), err);
}

/* RFC 9110, 11.7.1; several may stand in one field. */
static void
note_header(struct tunnel *t, struct view name, struct view value)
{
	if (!view_eq_nocase(name, VIEW("Proxy-Authenticate"))) {
		return;
	}
	t->other_ways = true;
	for (; value.n > 0; value = view_skip(value, 1)) {
		t->basic |= view_eq_nocase(
			(struct view){value.p, value.n < 5 ? value.n : 5},
			VIEW("Basic"));
	}
}

static enum gs_code
digest(struct tunnel *t, struct view bytes, struct gs_err *err)
{
	struct http1_event event = {.kind = HTTP1_STATUS};
	struct gs_err ignored; /* it thinks of an S3 server */
	size_t used;

	while (event.kind != HTTP1_MORE && !t->ended) {
		if (http1_answer_feed(&t->answer, bytes, &used, &event,
			    &ignored) != GS_OK) {
			return fail(t, GS_BAD,
				"it does not answer as a proxy does: is it "
				"one, and is it http or https?",
				err);
		}
		bytes = view_skip(bytes, used);
		if (event.kind == HTTP1_HEADER) {
			note_header(t, event.name, event.value);
		}
		t->ended = event.kind == HTTP1_BODY || event.kind == HTTP1_END;
	}
	if (t->ended && t->answer.status >= 300) {
		return refuse(t, err);
	}
	return bytes.n == 0 ? GS_OK
			    : fail(t, GS_BAD,
				      "more comes than the answer, before "
				      "anything was sent to the server",
				      err);
}

/* A refusal whose body does not come is one all the same. */
static enum gs_code
end_early(const struct tunnel *t, enum gs_code code, struct gs_err *err)
{
	if (t->answer.status >= 300) {
		return refuse(t, err);
	}
	return code != GS_OK ? code
			     : fail(t, GS_CLOSED,
				       "it closed the connection instead of an "
				       "answer",
				       err);
}

static enum gs_code
receive(struct tunnel *t, uint64_t deadline_ms, struct gs_err *err)
{
	http1_answer_init(&t->answer, VIEW("CONNECT"));
	while (!t->ended) {
		size_t n;
		enum gs_code code = stream_read(t->stream, t->bytes,
			sizeof(t->bytes), &n, deadline_ms, err);

		if (code != GS_OK || n == 0) {
			return end_early(t, code, err);
		}
		if (digest(t, (struct view){t->bytes, n}, err) != GS_OK) {
			return err->code;
		}
	}
	return GS_OK;
}

enum gs_code
tunnel_open(struct stream *s, const struct proxy *p, struct view host,
	uint16_t port, uint64_t deadline_ms, struct gs_err *err)
{
	struct tunnel *t = calloc(1, sizeof(*t));
	struct buf head;
	enum gs_code code;

	if (!t) {
		return gs_fail(err, GS_SYS, "out of memory", VIEW(""), NULL);
	}
	t->stream = s;
	t->proxy = p;
	head = BUF_OVER(t->bytes);
	proxy_connect_head(p, host, port, &head);
	code = stream_write(s, head.p, head.len, deadline_ms, NULL, err);
	wipe(t->bytes, sizeof(t->bytes));
	if (code == GS_OK) {
		code = receive(t, deadline_ms, err);
	}
	free(t);
	return code;
}
