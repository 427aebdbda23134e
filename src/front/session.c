#include "front/session_private.h"

#include "os/clock.h"
#include "os/fdio.h"
#include "os/log.h"

void
session_init(struct session *s, const struct session_setup *with)
{
	s->with = *with;
	s->gets.count = 0;
	s->overdue = s->said = 0;
	s->interrupted = s->closing = s->ended = false;
	s->close = SESSION_NOT_CLOSED;
	s->counts = (struct session_counts){0};
	s->mirror_counts = (struct link_counts){0};
	s->out = BUF_OVER(s->out_storage);
	inbox_init(&s->inbox);
	body_init(&s->body, with->dir);
}

void
session_flush(struct session *s)
{
	struct gs_err ignored;

	if (fd_write_all(s->with.out_fd, s->out.p, s->out.len, &ignored) !=
		GS_OK) {
		s->ended = true;
	}
	buf_clear(&s->out);
}

struct buf *
session_room(struct session *s)
{
	if (s->out.cap - s->out.len < SESSION_REPLY_MAX) {
		session_flush(s);
	}
	return &s->out;
}

static struct view
place_view(const struct session *s)
{
	return (struct view){(const char *)s->with.place.byte, ID_LEN};
}

/* True if the bucket may lack the entry and should have it. */
static bool
is_to_be_shared(const struct session *s, const struct entry *e)
{
	return s->with.sharing && e->size <= ARTIFACT_MAX &&
	       !cachedir_is_shared(
		       s->with.dir, place_view(s), &e->action, &e->output);
}

void
session_report(struct session *s, const struct entry *e)
{
	if (s->with.reporting) {
		keeper_tell(s->with.keeper, LINK_USED, e);
	}
}

/* Tells the mirror of a put. */
static void
announce(struct session *s, const struct entry *e)
{
	if (!is_to_be_shared(s, e)) {
		session_report(s, e);
		return;
	}
	if (keeper_tell(s->with.keeper, LINK_PUT, e)) {
		s->counts.told++;
	} else {
		s->counts.untold++;
	}
}

/* Tells the mirror of an entry that was here; what the bucket may lack is
 * offered, and offered again when it is used again. */
static void
offer(struct session *s, const struct entry *e)
{
	if (is_to_be_shared(s, e)) {
		keeper_tell(s->with.keeper, LINK_HELD, e);
	} else {
		session_report(s, e);
	}
}

void
session_add_hit(struct session *s, int64_t id, const struct entry *e)
{
	struct buf path = BUF_OVER(s->path);

	cachedir_body_path(s->with.dir, &e->output, &path);
	reply_hit(session_room(s), id, &e->output, e->size, e->time_ns,
		buf_view(&path));
}

void
session_add_miss(struct session *s, int64_t id)
{
	s->counts.misses++;
	reply_miss(session_room(s), id);
}

/* True if the mirror can be asked, and could put what it has somewhere. */
static bool
may_ask(const struct session *s)
{
	return s->with.keeper->link >= 0 && s->with.dir->dir >= 0 &&
	       !s->closing && s->overdue < SESSION_OVERDUE_MAX;
}

/* Asks the mirror; false if it cannot be asked. */
static bool
ask_mirror(struct session *s, const struct request *r)
{
	const struct entry e = {.action = r->action};
	int64_t id;
	bool first;

	if (!may_ask(s) || !gets_add(&s->gets, r->id, &r->action,
				   clock_mono_ms(), &first)) {
		return false;
	}
	if (!first || keeper_tell(s->with.keeper, LINK_GET, &e)) {
		return true;
	}
	gets_take(&s->gets, &r->action, &id);
	return false;
}

static void
on_get(struct session *s, const struct request *r)
{
	struct entry e;

	s->counts.gets++;
	if (cachedir_get(s->with.dir, &r->action, &e)) {
		s->counts.local_hits++;
		session_add_hit(s, r->id, &e);
		offer(s, &e);
	} else if (!ask_mirror(s, r)) {
		session_add_miss(s, r->id);
	}
}

static void
finish_put(struct session *s)
{
	struct buf path = BUF_OVER(s->path);
	struct entry e = {
		.action = s->put.action,
		.output = s->put.output,
		.size = s->put.body_size,
		.time_ns = clock_wall_ns(),
	};
	struct gs_err err;
	bool stored = body_end(&s->body, &path);

	if (stored && cachedir_put(s->with.dir, &e, &err) != GS_OK) {
		log_err(LOG_WARNING, &err);
		stored = false;
	}
	if (s->body.broken) {
		log_err(LOG_WARNING, &s->body.problem);
	}
	reply_put(session_room(s), s->put.id, buf_view(&path));
	if (stored) {
		announce(s, &e);
	}
}

static void
on_put(struct session *s, const struct request *r)
{
	s->counts.puts++;
	s->put = *r;
	body_begin(&s->body, &r->output, r->body_size);
	if (r->body_size > 0) {
		inbox_expect_body(&s->inbox);
	} else {
		finish_put(s);
	}
}

static void
on_close(struct session *s, const struct request *r)
{
	const struct entry drain = {.size = s->with.drain_ms};

	if (s->closing) {
		reply_done(session_room(s), r->id);
		return;
	}
	s->closing = true;
	s->close_id = r->id;
	s->drained_ms = clock_mono_ms() + s->with.drain_ms;
	if (!keeper_tell(s->with.keeper, LINK_CLOSE, &drain)) {
		session_answer_close(s, SESSION_CLOSED_BLINDLY);
	}
}

static enum gs_code
on_request(struct session *s, struct view line, struct gs_err *err)
{
	struct request r;

	if (request_parse(line, &r, err) != GS_OK) {
		return err->code;
	}
	switch (r.command) {
	case REQUEST_GET:
		on_get(s, &r);
		break;
	case REQUEST_PUT:
		on_put(s, &r);
		break;
	case REQUEST_CLOSE:
		on_close(s, &r);
		break;
	case REQUEST_UNKNOWN:
		reply_error(session_room(s), r.id, VIEW("unknown command"));
		break;
	}
	return GS_OK;
}

static enum gs_code
on_event(struct session *s, enum inbox_event event, struct view text,
	struct gs_err *err)
{
	switch (event) {
	case INBOX_REQUEST:
		return on_request(s, text, err);
	case INBOX_BODY:
		body_add(&s->body, text);
		break;
	case INBOX_BODY_END:
		finish_put(s);
		break;
	case INBOX_BODY_CUT:
		body_abort(&s->body);
		break;
	case INBOX_MORE:
		break;
	}
	return GS_OK;
}

enum gs_code
session_feed(struct session *s, struct view bytes, struct gs_err *err)
{
	enum inbox_event event;
	struct view text;
	size_t used;

	for (; bytes.n > 0 && !s->ended; bytes = view_skip(bytes, used)) {
		if (inbox_feed(&s->inbox, bytes, &used, &event, &text, err) !=
				GS_OK ||
			on_event(s, event, text, err) != GS_OK) {
			return err->code;
		}
	}
	return GS_OK;
}

void
session_end(struct session *s)
{
	body_abort(&s->body);
}
