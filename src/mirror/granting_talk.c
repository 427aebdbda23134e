#include "mirror/granting_private.h"

#include "mirror/exchange.h"
#include "os/clock.h"

char *const granting_no_proxy[] = {NULL};

enum {
	NEAR_MS = 1000,
	/* of each attempt: a lost packet is sent anew only after a second */
	NEAR_CONNECT_MS = NEAR_MS / 2,
	BODY_SPEED_MIN = 16 * 1024,
};

const struct conn_patience granting_near = {
	.open = {.resolve_ms = NEAR_MS,
		.connect_ms = NEAR_CONNECT_MS,
		.handshake_ms = NEAR_MS,
		.tunnel_ms = NEAR_MS},
	.answer_ms = NEAR_MS,
	.speed_ms = NEAR_MS,
	.refusal_ms = NEAR_MS,
};

enum gs_code
granting_talk_begin(struct granting_course *c,
	const struct conn_patience *patience, struct gs_err *err)
{
	char *const *env = c->service.is_near ? granting_no_proxy : c->how->env;
	struct granting_talk *t = &c->talk;

	granting_talk_end(t);
	t->usual = patience;
	t->connected = false;
	t->deadline_ms = c->deadline_ms;
	t->request = BUF_OVER(t->request_storage);
	t->body = BUF_OVER(t->body_storage);
	if (site_find(&t->site, &c->service.url, env, c->how->trust, err) !=
		GS_OK) {
		return err->code;
	}
	conn_pool_init(&t->pool, &t->site.target, &t->patience);
	return GS_OK;
}

struct call_place
granting_place(const struct granting_course *c)
{
	const struct stream_target *target = &c->talk.site.target;

	return (struct call_place){
		.url = &c->service.url,
		.proxy = target->tls ? NULL : target->proxy,
	};
}

/* No step may take longer than what is left. */
static void
share_patience(struct granting_talk *t)
{
	const struct {
		unsigned usual;
		unsigned *to;
	} steps[] = {
		{t->usual->open.resolve_ms, &t->patience.open.resolve_ms},
		{t->usual->open.connect_ms, &t->patience.open.connect_ms},
		{t->usual->open.handshake_ms, &t->patience.open.handshake_ms},
		{t->usual->open.tunnel_ms, &t->patience.open.tunnel_ms},
		{t->usual->answer_ms, &t->patience.answer_ms},
		{t->usual->speed_ms, &t->patience.speed_ms},
		{t->usual->refusal_ms, &t->patience.refusal_ms},
	};

	uint64_t now_ms = clock_mono_ms();
	uint64_t left_ms =
		t->deadline_ms > now_ms ? t->deadline_ms - now_ms : 0;

	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		*steps[i].to = left_ms < steps[i].usual ? (unsigned)left_ms
							: steps[i].usual;
	}
	/* so that a body cannot come for ever */
	t->patience.speed_min = BODY_SPEED_MIN;
}

static void
on_header(void *ctx, struct view name, struct view value)
{
	struct granting_talk *t = ctx;

	meta_header(&t->meta, name, value);
}

static enum gs_code
on_body(void *ctx, struct view bytes, struct gs_err *err)
{
	struct granting_talk *t = ctx;

	buf_add(&t->body, bytes);
	return buf_ok(&t->body)
		       ? GS_OK
		       : gs_fail(err, GS_TOOBIG, "the answer of",
				 view_of(t->site.host),
				 "it is longer than any that grants keys");
}

/* Exchanges on the connection that there is. */
static enum gs_code
exchange(struct granting_talk *t, struct exchange_outcome *outcome,
	struct gs_err *err)
{
	const struct exchange x = {
		.method = VIEW("POST"), /* any but HEAD */
		.head = buf_view(&t->request),
		.body.fd = -1,
		.sink = {t, on_header, on_body},
		.words = &t->body,
	};

	share_patience(t);
	buf_clear(&t->body);
	meta_init(&t->meta);
	t->sent_ns = clock_wall_ns();
	enum gs_code code = exchange_run(t->conn, &x, outcome, err);

	t->received_ns = clock_wall_ns();
	t->status = code == GS_OK ? outcome->status : 0;
	if (code != GS_OK || !outcome->reusable) {
		granting_talk_end(t);
	} else {
		t->conn->used = true;
	}
	return code;
}

enum gs_code
granting_talk_connect(struct granting_talk *t, struct gs_err *err)
{
	if (t->conn) {
		return GS_OK;
	}
	share_patience(t);
	t->conn = conn_take(&t->pool, CONN_PUT, true, err);
	t->connected |= t->conn != NULL;
	return t->conn ? GS_OK : err->code;
}

enum gs_code
granting_talk_ask(struct granting_talk *t, struct gs_err *err)
{
	struct exchange_outcome outcome = {0};
	bool reused = t->conn && t->conn->used;
	enum gs_code code = granting_talk_connect(t, err);

	t->status = 0;
	if (code == GS_OK) {
		code = exchange(t, &outcome, err);
	}
	if (code != GS_OK && code != GS_TIMEOUT && reused &&
		!outcome.answered) { /* it had ended while it lay idle */
		code = granting_talk_connect(t, err);
		if (code == GS_OK) {
			code = exchange(t, &outcome, err);
		}
	}
	buf_wipe(&t->request);
	return code;
}

void
granting_talk_end(struct granting_talk *t)
{
	conn_close(t->conn);
	t->conn = NULL;
}
