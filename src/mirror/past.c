#include "mirror/past.h"

#include "os/clock.h"
#include "os/thread.h"
#include "pack/pack.h"

#include <stdlib.h>
#include <string.h>

enum {
	/* A snapshot that is not wanted any longer is read to its end, for the
	 * sake of its connection, if no more than this is left. */
	UNWANTED_MAX = 512 * 1024,
};

static void
forget(struct past_request *r)
{
	free(r->bytes);
	free(r->slot);
	r->bytes = NULL;
	r->slot = NULL;
}

/* --- what is made of both, under the lock ------------------------------------- */

static void
publish(struct past *p, struct past_request *r)
{
	struct past_request *own = &p->request[0], *family = &p->request[1];

	p->chosen = r;
	p->snapshot = r->snapshot;
	p->known = r->known;
	p->inline_blocks = r->bytes + r->table_len;
	p->adopts = r == family;
	p->own_unread = p->adopts && own->unread;
	if (r != family && family->over) {
		forget(family); /* else its own thread does */
	}
}

/* The scope's own counts at once, the family's when there will be no other. */
static void
choose(struct past *p)
{
	struct past_request *own = &p->request[0], *family = &p->request[1];

	if (own->useful) {
		publish(p, own);
	} else if (own->over && family->useful) {
		publish(p, family);
	} else if (own->over && family->over) {
		p->news.state =
			own->unread || family->unread ? PAST_UNREAD : PAST_NONE;
	}
}

/* Something has changed. */
static void
tell(struct past *p)
{
	if (!p->chosen) {
		choose(p);
	}
	if (p->chosen) {
		const struct past_request *r = p->chosen;
		bool whole = r->arrived == r->total;

		p->news.inline_len = r->arrived - r->table_len;
		p->news.state = whole     ? PAST_WHOLE
				: r->over ? PAST_BROKEN
					  : PAST_TABLES;
	}
	pthread_cond_broadcast(&p->changed);
}

/* --- one request, on its thread ----------------------------------------------- */

static enum gs_code
refuse(const char *why, struct gs_err *err)
{
	return gs_fail(err, GS_BAD, "snapshot", VIEW(""), why);
}

/* Ends the request; what there is to say is said here. */
static enum gs_code
give_up(struct gs_err *err)
{
	return gs_fail(err, GS_CLOSED, "snapshot", VIEW(""), "not used");
}

/* Appends to what there is, up to `end` bytes in all; the rest stays in *in. */
static void
gather(struct past_request *r, unsigned char *to, size_t end, struct view *in)
{
	size_t n = end - r->len < in->n ? end - r->len : in->n;

	memcpy(to + r->len, in->p, n);
	r->len += n;
	*in = view_skip(*in, n);
}

/* The head is there: how long is it all, and is there memory for it? */
static enum gs_code
read_head(struct past_request *r, uint64_t total, struct gs_err *err)
{
	struct view head = {(const char *)r->head, SNAPSHOT_HEAD_LEN};
	struct snapshot_head h;

	if (snapshot_head_parse(head, total, &h, err) != GS_OK) {
		return err->code;
	}
	if (h.blocks == 0) {
		return refuse("empty", err);
	}
	r->table_len = snapshot_table_len(&h);
	r->total = (size_t)total;
	r->bytes = malloc(r->total);
	r->slot = malloc(index_slots(h.entries) * sizeof(*r->slot));
	if (!r->bytes || !r->slot) {
		return gs_fail(err, GS_SYS, "out of memory", VIEW(""), NULL);
	}
	memcpy(r->bytes, r->head, SNAPSHOT_HEAD_LEN);
	return GS_OK;
}

static enum gs_code
read_tables(struct past_request *r, struct gs_err *err)
{
	struct view tables = {(const char *)r->bytes, r->table_len};

	if (snapshot_parse(tables, r->total, &r->key,
		    r->past->remote->with.dir->hash, &r->snapshot,
		    err) != GS_OK) {
		return err->code;
	}
	snapshot_index(&r->snapshot, &r->known, r->slot);
	r->parsed = true;
	return GS_OK;
}

/* Takes bytes up to the end of the head, of the tables, or of all. */
static enum gs_code
take_some(struct past_request *r, uint64_t total, struct view *in,
	struct gs_err *err)
{
	if (r->len < SNAPSHOT_HEAD_LEN) {
		gather(r, r->head, SNAPSHOT_HEAD_LEN, in);
		return r->len < SNAPSHOT_HEAD_LEN ? GS_OK
						  : read_head(r, total, err);
	}
	if (r->len < r->table_len) {
		gather(r, r->bytes, r->table_len, in);
		return r->len < r->table_len ? GS_OK : read_tables(r, err);
	}
	gather(r, r->bytes, r->total, in);
	return GS_OK;
}

/* Counts what came; true if it is for something that is not wanted. */
static bool
is_unwanted(struct past_request *r, size_t bytes)
{
	struct past *p = r->past;

	pthread_mutex_lock(&p->lock);
	p->bytes += bytes;
	bool unwanted = p->chosen && p->chosen != r;

	pthread_mutex_unlock(&p->lock);
	return unwanted;
}

/* Notes when something happened for the first time. */
static void
note_time(struct past *p, uint64_t *ms)
{
	pthread_mutex_lock(&p->lock);
	if (*ms == 0) {
		*ms = clock_mono_ms();
		pthread_cond_broadcast(&p->changed);
	}
	pthread_mutex_unlock(&p->lock);
}

/* Tells how far it has come, as far as others can make use of it. */
static void
report(struct past_request *r, bool over)
{
	struct past *p = r->past;

	if (!r->parsed && !over) {
		return;
	}
	pthread_mutex_lock(&p->lock);
	r->arrived = r->len;
	r->useful = r->parsed;
	r->over = over;
	tell(p);
	if (over && p->chosen != r && (p->chosen || !r->useful)) {
		forget(r);
	}
	pthread_mutex_unlock(&p->lock);
}

static enum gs_code
take(void *ctx, uint64_t total, struct view bytes, struct gs_err *err)
{
	struct past_request *r = ctx;
	enum gs_code code = GS_OK;

	note_time(r->past, &r->past->news.heard_ms);
	if (is_unwanted(r, bytes.n)) {
		forget(r);
		r->len += bytes.n;
		return total - r->len <= UNWANTED_MAX ? GS_OK : give_up(err);
	}
	while (bytes.n > 0 && code == GS_OK) {
		code = take_some(r, total, &bytes, &r->err);
	}
	report(r, false);
	return code == GS_OK ? GS_OK : give_up(err);
}

/* Another attempt goes on behind good tables, or else begins anew. */
static bool
begin(void *ctx, struct remote_part *part)
{
	struct past_request *r = ctx;

	if (r->parsed) {
		part->offset = r->len;
		part->len = r->total - r->len;
	} else {
		forget(r);
		r->len = 0;
	}
	note_time(r->past, &r->past->news.asked_ms);
	return !is_unwanted(r, 0);
}

/* With -v: that there was something, and why it is not used. */
static void
say_damaged(struct past_request *r)
{
	if (r->err.code == GS_OK) {
		refuse("not all of it", &r->err);
	}
	remote_say(r->past->remote, REMOTE_TOPIC_SNAPSHOT, LOG_INFO, &r->err);
}

static void
set_unread(struct past_request *r)
{
	pthread_mutex_lock(&r->past->lock);
	r->unread = true;
	pthread_mutex_unlock(&r->past->lock);
}

static void *
run_request(void *arg)
{
	struct past_request *r = arg;
	char storage[KEY_NAME_MAX];
	struct buf key = BUF_OVER(storage);

	pack_snapshot_key(&key, &r->key);
	struct remote_part part = {
		.key = buf_view(&key), .ctx = r, .begin = begin, .take = take};
	enum remote_result result = remote_read(r->past->remote, &part);

	bool bad = result == REMOTE_DONE || r->err.code != GS_OK;

	if (result != REMOTE_FAILED) {
		note_time(r->past, &r->past->news.heard_ms);
	}
	if (!r->parsed && bad && !is_unwanted(r, 0)) {
		say_damaged(r);
	} else if (result == REMOTE_FAILED) {
		set_unread(r);
	}
	report(r, true);
	return NULL;
}

static void
begin_request(struct past_request *r)
{
	if (!thread_start(run_request, r)) {
		set_unread(r);
		report(r, true);
	}
}

/* --- for everybody ------------------------------------------------------------ */

void
past_start(struct past *p, struct remote *remote, const struct id *scope,
	const struct id *family)
{
	*p = (struct past){.remote = remote,
		.request = {{.key = *scope}, {.key = *family}}};
	pthread_mutex_init(&p->lock, NULL);
	thread_cond_init(&p->changed);
	for (size_t i = 0; i < PAST_REQUESTS; i++) {
		p->request[i].past = p;
	}
	if (id_eq(scope, family)) {
		report(&p->request[1], true);
	} else {
		begin_request(&p->request[1]);
	}
	begin_request(&p->request[0]);
}

static bool
differ(const struct past_news *a, const struct past_news *b)
{
	return a->state != b->state || a->inline_len != b->inline_len ||
	       a->asked_ms != b->asked_ms || a->heard_ms != b->heard_ms;
}

void
past_watch(struct past *p, struct past_news *news, uint64_t deadline_ms)
{
	bool in_time = true;

	pthread_mutex_lock(&p->lock);
	while (in_time && !differ(&p->news, news)) {
		in_time = thread_wait_until(&p->changed, &p->lock, deadline_ms);
	}
	*news = p->news;
	pthread_mutex_unlock(&p->lock);
}

/* Under the lock. */
static bool
is_known(const struct past *p)
{
	return p->news.state != PAST_COMING && p->news.state != PAST_TABLES;
}

bool
past_is_known(struct past *p)
{
	pthread_mutex_lock(&p->lock);
	bool known = is_known(p);

	pthread_mutex_unlock(&p->lock);
	return known;
}

enum past_state
past_wait(struct past *p, uint64_t deadline_ms)
{
	bool in_time = true;

	pthread_mutex_lock(&p->lock);
	while (in_time && !is_known(p)) {
		in_time = thread_wait_until(&p->changed, &p->lock, deadline_ms);
	}
	enum past_state state = p->news.state;

	pthread_mutex_unlock(&p->lock);
	return state;
}

size_t
past_lacks(struct past *p, const struct id *action)
{
	pthread_mutex_lock(&p->lock);
	bool known = p->chosen != NULL;

	pthread_mutex_unlock(&p->lock);
	return known && index_find(&p->known, action) == INDEX_NONE
		       ? p->snapshot.head.entries
		       : 0;
}

bool
past_is_over(struct past *p)
{
	pthread_mutex_lock(&p->lock);
	bool over = p->request[0].over && p->request[1].over;

	pthread_mutex_unlock(&p->lock);
	return over;
}

uint64_t
past_bytes(struct past *p)
{
	pthread_mutex_lock(&p->lock);
	uint64_t bytes = p->bytes;

	pthread_mutex_unlock(&p->lock);
	return bytes;
}
