#include "mirror/express_session.h"

#include "mirror/ask.h"
#include "os/clock.h"
#include "s3/express.h"

#include <stdlib.h>

#define SECOND_NS 1000000000

enum { DOCUMENT_MAX = 16 * 1024 };

/* A session on its way. */
struct opening {
	bool read_only;
	struct buf document;
	struct grant grant;
	char storage[DOCUMENT_MAX];
};

static enum gs_code
begin(void *ctx, struct exchange_body *none, struct gs_err *err)
{
	struct opening *o = ctx;

	(void)none;
	(void)err;
	o->document = BUF_OVER(o->storage);
	return GS_OK;
}

static enum gs_code
head(void *ctx, const struct object_env *env, struct buf *out,
	struct gs_err *err)
{
	const struct opening *o = ctx;

	return object_session_head(env, o->read_only, out, err);
}

static enum gs_code
fail_document(struct gs_err *err, enum gs_code code, const char *why)
{
	return gs_fail(err, code, "cannot open a session with the bucket",
		VIEW(""), why);
}

static enum gs_code
take(void *ctx, const struct meta *meta, struct view bytes, struct gs_err *err)
{
	struct opening *o = ctx;

	(void)meta;
	buf_add(&o->document, bytes);
	return buf_ok(&o->document)
		       ? GS_OK
		       : fail_document(err, GS_TOOBIG,
				 "its document is longer than any");
}

/* Five minutes are short for a clock that is wrong, so they are counted from
 * the answer's own time. */
static enum gs_code
finish(void *ctx, const struct meta *meta, struct gs_err *err)
{
	struct opening *o = ctx;
	struct gs_err why;

	if (express_read(buf_view(&o->document), &o->grant, &why) != GS_OK) {
		return fail_document(err, why.code, why.text);
	}
	if (meta->has_date && !meta->is_old) {
		o->grant.expires_s +=
			clock_wall_ns() / SECOND_NS - meta->date_s;
	}
	return GS_OK;
}

/* Whether asking again could help, and with which keys. */
static enum gs_code
judge(const struct remote *r, enum remote_result result, struct gs_err *err)
{
	bool is_refused = result == REMOTE_REFUSED;

	if (is_refused && err->code == GS_CLOSED) {
		return GS_CLOSED; /* with others */
	}
	if (is_refused || !r->on) {
		err->code = GS_CONFIG;
	} else if (err->code == GS_CLOSED) {
		err->code = GS_SYS; /* it was the connection that ended */
	}
	return err->code;
}

enum gs_code
express_session_open(void *ctx, const struct creds *base, uint64_t deadline_ms,
	struct grant *grant, struct gs_err *err)
{
	struct remote *r = ctx;
	struct opening *o = calloc(1, sizeof(*o));
	const struct ask ask = {.op = ERRORS_SESSION,
		.ctx = o,
		.begin = begin,
		.head = head,
		.take = take,
		.finish = finish,
		.creds = base,
		.why = err};

	(void)deadline_ms;
	if (!o) {
		return gs_fail(err, GS_SYS, "out of memory", VIEW(""), NULL);
	}
	o->read_only = r->with.read_only;

	enum remote_result result = ask_run(r, &ask);

	if (result == REMOTE_DONE) {
		*grant = o->grant;
	}
	wipe(o, sizeof(*o));
	free(o);
	return result == REMOTE_DONE ? GS_OK : judge(r, result, err);
}
