/* One entry from the cache directory into the bucket. */
#include "mirror/ask.h"

#include "os/fdio.h"

#include <errno.h>
#include <unistd.h>

/* An entry on its way. */
struct upload {
	struct remote *remote;
	const struct entry *entry;
	int fd; /* of the body */
};

static enum gs_code
begin(void *ctx, struct exchange_body *body, struct gs_err *err)
{
	const struct upload *u = ctx;

	if (lseek(u->fd, 0, SEEK_SET) != 0) {
		return fd_fail(err, "cannot read from the cache directory",
			NULL, errno);
	}
	*body = (struct exchange_body){
		.fd = u->fd,
		.size = u->entry->size,
		.output = u->entry->output,
		.hash = u->remote->with.dir->hash,
	};
	return GS_OK;
}

static enum gs_code
head(void *ctx, const struct object_env *env, struct buf *out,
	struct gs_err *err)
{
	const struct upload *u = ctx;
	const struct object_put put = {
		.action = u->entry->action,
		.output = u->entry->output,
		.size = u->entry->size,
		.time_ns = u->entry->time_ns,
	};

	return object_put_head(env, &put, out, err);
}

static bool
send_entry(struct remote *r, const struct entry *e)
{
	struct upload u = {.remote = r, .entry = e};
	const struct ask ask = {
		.op = ERRORS_PUT, .ctx = &u, .begin = begin, .head = head};

	if (e->size > ARTIFACT_MAX) {
		return false;
	}
	u.fd = cachedir_open_body(r->with.dir, &e->output, e->size);
	if (u.fd < 0) {
		return false; /* it has gone since */
	}
	enum remote_result result = ask_run(r, &ask);

	close(u.fd);
	return result == REMOTE_DONE;
}

void
remote_upload(struct remote *r, const struct entry *e)
{
	struct view place = remote_place(r);

	if (cachedir_is_shared(r->with.dir, place, &e->action, &e->output)) {
		return;
	}
	bool sent = send_entry(r, e);

	if (sent) {
		remote_set_shared(r, e);
	}
	pthread_mutex_lock(&r->lock);
	r->counts.uploaded += sent;
	r->counts.uploaded_bytes += sent ? e->size : 0;
	r->counts.dropped += !sent;
	pthread_mutex_unlock(&r->lock);
}
