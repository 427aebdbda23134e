/* One page of the bucket's keys. */
#include "mirror/ask.h"

struct listing {
	struct view query;
	struct buf *document;
};

static enum gs_code
begin(void *ctx, struct exchange_body *none, struct gs_err *err)
{
	struct listing *l = ctx;

	(void)none;
	(void)err;
	buf_clear(l->document);
	return GS_OK;
}

static enum gs_code
head(void *ctx, const struct object_env *env, struct buf *out,
	struct gs_err *err)
{
	const struct listing *l = ctx;

	return object_bucket_head(env, l->query, out, err);
}

static enum gs_code
take(void *ctx, const struct meta *meta, struct view bytes, struct gs_err *err)
{
	struct listing *l = ctx;

	(void)meta;
	buf_add(l->document, bytes);
	return buf_ok(l->document)
		       ? GS_OK
		       : gs_fail(err, GS_TOOBIG, "a list of keys is too long",
				 VIEW(""), NULL);
}

enum remote_result
remote_list(struct remote *r, struct view query, struct buf *document)
{
	struct listing l = {query, document};
	const struct ask ask = {.op = ERRORS_LIST,
		.ctx = &l,
		.begin = begin,
		.head = head,
		.take = take};

	return ask_run(r, &ask);
}
