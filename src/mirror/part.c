/* Objects that are no entries: a part of one from the bucket, or a file into
 * it. */
#include "mirror/ask.h"

#include "os/fdio.h"

#include <errno.h>
#include <unistd.h>

/* A part on its way. */
struct reading {
	struct remote *remote;
	struct remote_part *part;
	struct object_part wanted; /* by the attempt */
	bool begun;                /* its answer is what was wanted */
	uint64_t left;             /* of it, once it has begun */
	bool complete;
	bool knows_total;
	uint64_t total; /* of the object, once known */
};

/* Ends it without a word. */
static enum gs_code
stop(struct gs_err *err)
{
	return gs_fail(
		err, GS_CLOSED, "nobody wants it any longer", VIEW(""), NULL);
}

static enum gs_code
blame(const struct reading *r, const char *why, struct gs_err *err)
{
	return gs_fail(err, GS_BAD, "object", r->part->key, why);
}

static enum gs_code
begin_reading(void *ctx, struct exchange_body *none, struct gs_err *err)
{
	struct reading *r = ctx;
	struct remote_part *part = r->part;

	(void)none;
	if (r->complete || r->remote->cancelled ||
		!part->begin(part->ctx, part)) {
		return stop(err);
	}
	r->wanted = (struct object_part){part->key, part->offset, part->len};
	r->begun = false;
	return GS_OK;
}

static enum gs_code
part_head(void *ctx, const struct object_env *env, struct buf *out,
	struct gs_err *err)
{
	const struct reading *r = ctx;

	return object_part_head(env, &r->wanted, out, err);
}

/* No further part is asked of a store that sends whole objects instead: each
 * would cost a connection. */
static enum gs_code
give_up_ranges(struct reading *r, struct gs_err *err)
{
	gs_fail(err, GS_CLOSED, "cannot fetch ahead", VIEW(""),
		"the store ignores ranges");
	remote_say(r->remote, REMOTE_TOPIC_RANGE, LOG_INFO, err);
	remote_forbid(r->remote, ERRORS_READ);
	return err->code;
}

/* With the headers known: is this what was wanted? */
static enum gs_code
begin_body(struct reading *r, const struct meta *meta, struct gs_err *err)
{
	uint64_t total;

	if (meta_check_part(meta, &r->wanted, &total, err) != GS_OK) {
		return meta->status == 200 && r->wanted.len > 0
			       ? give_up_ranges(r, err)
			       : err->code;
	}
	if (r->knows_total && total != r->total) {
		return blame(r, "it changed between two attempts", err);
	}
	r->begun = r->knows_total = true;
	r->total = total;
	r->left = r->wanted.len > 0 ? r->wanted.len : total;
	return GS_OK;
}

static enum gs_code
take(void *ctx, const struct meta *meta, struct view bytes, struct gs_err *err)
{
	struct reading *r = ctx;

	if (r->remote->cancelled) {
		return stop(err);
	}
	if (!r->begun && begin_body(r, meta, err) != GS_OK) {
		return err->code;
	}
	if (bytes.n > r->left) {
		r->complete = false;
		return blame(r, "more comes than was asked for", err);
	}
	if (r->part->take(r->part->ctx, r->total, bytes, err) != GS_OK) {
		return err->code;
	}
	r->left -= bytes.n;
	r->complete = r->left == 0;
	return GS_OK;
}

static enum gs_code
finish(void *ctx, const struct meta *meta, struct gs_err *err)
{
	struct reading *r = ctx;

	if (!r->begun && begin_body(r, meta, err) != GS_OK) {
		return err->code;
	}
	r->complete = r->left == 0;
	return r->complete ? GS_OK
			   : blame(r, "less comes than was asked for", err);
}

enum remote_result
remote_read(struct remote *remote, struct remote_part *part)
{
	struct reading r = {.remote = remote, .part = part};
	const struct ask ask = {.op = ERRORS_READ,
		.ctx = &r,
		.begin = begin_reading,
		.head = part_head,
		.take = take,
		.finish = finish};
	enum remote_result result = ask_run(remote, &ask);

	/* an answer may lose its end behind the last byte that matters */
	return r.complete ? REMOTE_DONE : result;
}

/* A file on its way. */
struct writing {
	struct object_file file;
	int fd;
	enum sha256_kind hash;
};

static enum gs_code
begin_writing(void *ctx, struct exchange_body *body, struct gs_err *err)
{
	const struct writing *w = ctx;

	if (lseek(w->fd, 0, SEEK_SET) != 0) {
		return fd_fail(
			err, "cannot read what is to be sent", NULL, errno);
	}
	*body = (struct exchange_body){
		.fd = w->fd,
		.size = w->file.size,
		.output = w->file.digest,
		.hash = w->hash,
	};
	return GS_OK;
}

static enum gs_code
file_head(void *ctx, const struct object_env *env, struct buf *out,
	struct gs_err *err)
{
	const struct writing *w = ctx;

	return object_file_head(env, &w->file, out, err);
}

enum remote_result
remote_write(struct remote *remote, struct view key, int fd, uint64_t size,
	const struct id *digest)
{
	struct writing w = {
		.file = {key, size, *digest},
		.fd = fd,
		.hash = remote->with.dir->hash,
	};
	const struct ask ask = {.op = ERRORS_WRITE,
		.ctx = &w,
		.begin = begin_writing,
		.head = file_head};

	return ask_run(remote, &ask);
}
