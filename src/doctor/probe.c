#include "doctor/probe.h"

#include "os/clock.h"

#include <string.h>

#define SECOND_NS 1000000000

static void
on_header(void *ctx, struct view name, struct view value)
{
	struct probe_answer *answer = ctx;

	meta_header(&answer->meta, name, value);
}

static enum gs_code
on_body(void *ctx, struct view bytes, struct gs_err *err)
{
	struct probe_answer *answer = ctx;
	size_t room = sizeof(answer->taken) - 1;

	(void)err;
	if (answer->bytes < room) {
		size_t n = room - (size_t)answer->bytes;

		n = bytes.n < n ? bytes.n : n;
		memcpy(answer->taken + answer->bytes, bytes.p, n);
	}
	answer->bytes += bytes.n;
	return GS_OK;
}

static bool
is_deletion(const struct probe *probe, unsigned status)
{
	return view_eq(view_of(probe->method), VIEW("DELETE")) &&
	       status / 100 == 2;
}

static enum gs_code
send_on(struct conn *conn, const struct object_env *env,
	const struct probe *probe, struct probe_answer *answer,
	struct gs_err *err)
{
	struct object_env here = *env;
	struct buf head = BUF_OVER(conn->head), words = BUF_OVER(conn->head);
	struct exchange_outcome outcome = {0};
	uint64_t began_ms = clock_mono_ms();

	here.scratch = &conn->work.scratch;
	here.proxy = conn->proxy;
	if (probe->head(probe->ctx, &here, &head, err) != GS_OK) {
		return err->code;
	}
	const struct exchange x = {
		.method = view_of(probe->method),
		.head = buf_view(&head),
		.body = probe->body,
		.sink = {answer, on_header, on_body},
		.words = &words,
	};
	enum gs_code code = exchange_run(conn, &x, &outcome, err);

	answer->took_ms = clock_mono_ms() - began_ms;
	answer->ended_s = clock_wall_ns() / SECOND_NS;
	answer->status = answer->meta.status = outcome.status;
	answer->success = outcome.success || is_deletion(probe, outcome.status);
	if (code == GS_OK && !answer->success) {
		answer->judgement = errors_judge(
			probe->op, outcome.status, buf_view(&words));
	}
	return code;
}

enum gs_code
probe_send(struct conn_pool *pool, const struct object_env *env,
	const struct probe *probe, struct probe_answer *answer,
	struct gs_err *err)
{
	struct conn *conn = conn_take(pool, CONN_GET, true, err);

	if (!conn) {
		return err->code;
	}
	memset(answer, 0, sizeof(*answer));
	meta_init(&answer->meta);
	enum gs_code code = send_on(conn, env, probe, answer, err);

	conn_close(conn);
	return code;
}
