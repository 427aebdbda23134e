/* One entry from the bucket into the cache directory. */
#include "mirror/ask.h"

#include "os/fdio.h"

/* An entry on its way. */
struct fetch {
	struct remote *remote;
	const struct id *action;
	struct entry entry;
	struct cachedir_body body;
	bool begun;
};

static enum gs_code
begin(void *ctx, struct exchange_body *none, struct gs_err *err)
{
	struct fetch *f = ctx;

	(void)none;
	(void)err;
	if (f->begun) {
		cachedir_body_abort(f->remote->with.dir, &f->body);
		f->begun = false;
	}
	return GS_OK;
}

static enum gs_code
head(void *ctx, const struct object_env *env, struct buf *out,
	struct gs_err *err)
{
	const struct fetch *f = ctx;

	return object_get_head(env, f->action, out, err);
}

/* With the headers known: can this be the entry, and where does it go? */
static enum gs_code
begin_body(struct fetch *f, const struct meta *meta, struct gs_err *err)
{
	if (meta_check(meta, f->action, err) != GS_OK) {
		return err->code;
	}
	f->entry.action = *f->action;
	f->entry.output = meta->output;
	f->entry.time_ns = meta->time_ns;
	f->begun = true;
	return cachedir_body_begin(
		f->remote->with.dir, &f->body, &meta->output, err);
}

/* Says of which object that is true. */
static enum gs_code
blame(const struct fetch *f, enum gs_code code, const char *why,
	struct gs_err *err)
{
	char storage[ID_HEX_LEN];
	struct buf key = BUF_OVER(storage);

	buf_hex(&key, f->action->byte, ID_LEN);
	return gs_fail(err, code, "object", buf_view(&key), why);
}

static enum gs_code
take(void *ctx, const struct meta *meta, struct view bytes, struct gs_err *err)
{
	struct fetch *f = ctx;

	if (f->remote->cancelled) {
		return gs_fail(err, GS_CLOSED, "nobody waits any longer",
			VIEW(""), NULL);
	}
	if (!f->begun && begin_body(f, meta, err) != GS_OK) {
		return err->code;
	}
	if (bytes.n > ARTIFACT_MAX - f->body.size) {
		return blame(f, GS_TOOBIG, "it is larger than any can be", err);
	}
	if (cachedir_body_add(&f->body, bytes, err) != GS_OK) {
		return fd_fail(err, "cannot write to cache directory",
			f->remote->with.dir->path, err->sys_errno);
	}
	return GS_OK;
}

static enum gs_code
finish(void *ctx, const struct meta *meta, struct gs_err *err)
{
	struct fetch *f = ctx;

	if (!f->begun && begin_body(f, meta, err) != GS_OK) {
		return err->code;
	}
	f->entry.size = f->body.size;
	enum gs_code code = cachedir_body_commit(
		f->remote->with.dir, &f->body, f->entry.size, err);

	if (code == GS_BAD) {
		return blame(f, code,
			"its body is not the one that its metadata name, so it "
			"is not used; somebody or something altered it",
			err);
	}
	if (code != GS_OK) {
		return code;
	}
	/* before go can see the entry, or it would be offered to the bucket */
	remote_set_shared(f->remote, &f->entry);
	return cachedir_put(f->remote->with.dir, &f->entry, err);
}

static void
count(struct remote *r, enum remote_result result, const struct entry *e)
{
	pthread_mutex_lock(&r->lock);
	switch (result) {
	case REMOTE_DONE:
		r->counts.fetched++;
		r->counts.fetched_bytes += e->size;
		break;
	case REMOTE_ABSENT:
		r->counts.absent++;
		break;
	case REMOTE_REFUSED:
	case REMOTE_FAILED:
		r->counts.failed_gets++;
		break;
	}
	pthread_mutex_unlock(&r->lock);
}

enum remote_result
remote_fetch(struct remote *r, const struct id *action)
{
	struct fetch f = {.remote = r, .action = action};
	const struct ask ask = {.op = ERRORS_GET,
		.ctx = &f,
		.begin = begin,
		.head = head,
		.take = take,
		.finish = finish};
	enum remote_result result = ask_run(r, &ask);

	if (f.begun) {
		cachedir_body_abort(r->with.dir, &f.body);
	}
	count(r, result, &f.entry);
	return result;
}
