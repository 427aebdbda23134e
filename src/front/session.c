#include "front/session.h"

#include "os/clock.h"
#include "os/fdio.h"
#include "os/log.h"

/* How much longer than the drain a close waits for the mirror's word. */
enum { CLOSE_GRACE_MS = 1000 };

void
session_init(struct session *s, const struct session_setup *with)
{
	s->with = *with;
	s->gets.count = 0;
	s->closing = s->ended = false;
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

/* The buffer for replies, with room for one. */
static struct buf *
room(struct session *s)
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

/* Tells the mirror of an entry in the directory that the bucket may lack. */
static void
announce(struct session *s, enum link_kind kind, const struct entry *e)
{
	struct link_msg m = {
		.kind = kind,
		.action = e->action,
		.output = e->output,
		.size = e->size,
		.time_ns = e->time_ns,
	};

	if (s->with.sharing && e->size <= ARTIFACT_MAX &&
		!cachedir_is_shared(
			s->with.dir, place_view(s), &e->action, &e->output)) {
		keeper_send(s->with.keeper, &m);
	}
}

static void
add_hit(struct session *s, int64_t id, const struct entry *e)
{
	struct buf path = BUF_OVER(s->path);

	cachedir_body_path(s->with.dir, &e->output, &path);
	reply_hit(
		room(s), id, &e->output, e->size, e->time_ns, buf_view(&path));
}

static void
add_miss(struct session *s, int64_t id)
{
	s->counts.misses++;
	reply_miss(room(s), id);
}

/* Asks the mirror; false if there is none that could be asked. */
static bool
ask_mirror(struct session *s, const struct request *r)
{
	struct link_msg m = {.kind = LINK_GET, .action = r->action};
	int64_t id;
	bool first;

	if (s->with.keeper->link < 0 ||
		!gets_add(&s->gets, r->id, &r->action, &first)) {
		return false;
	}
	if (!first || keeper_send(s->with.keeper, &m)) {
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
		add_hit(s, r->id, &e);
		announce(s, LINK_HELD, &e);
	} else if (!ask_mirror(s, r)) {
		add_miss(s, r->id);
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
	reply_put(room(s), s->put.id, buf_view(&path));
	if (stored) {
		announce(s, LINK_PUT, &e);
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
	struct link_msg m = {.kind = LINK_CLOSE, .size = s->with.drain_ms};

	s->closing = true;
	s->close_id = r->id;
	s->close_deadline_ms =
		clock_mono_ms() + s->with.drain_ms + CLOSE_GRACE_MS;
	if (!keeper_send(s->with.keeper, &m)) {
		session_lost_mirror(s);
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
		reply_error(room(s), r.id, VIEW("unknown command"));
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

	for (; bytes.n > 0; bytes = view_skip(bytes, used)) {
		if (inbox_feed(&s->inbox, bytes, &used, &event, &text, err) !=
				GS_OK ||
			on_event(s, event, text, err) != GS_OK) {
			return err->code;
		}
	}
	return GS_OK;
}

/* Answers everybody who waits for the action, from the directory. */
static void
answer(struct session *s, const struct id *action)
{
	struct entry e;
	int64_t id;
	bool found = cachedir_get(s->with.dir, action, &e);

	while (gets_take(&s->gets, action, &id)) {
		if (found) {
			s->counts.remote_hits++;
			add_hit(s, id, &e);
		} else {
			add_miss(s, id);
		}
	}
}

static void
answer_close(struct session *s)
{
	reply_done(room(s), s->close_id);
	s->closing = false;
	s->ended = true;
}

void
session_hear(struct session *s, const struct link_msg *m)
{
	int64_t id;

	switch (m->kind) {
	case LINK_FOUND:
		answer(s, &m->action);
		break;
	case LINK_ABSENT:
		while (gets_take(&s->gets, &m->action, &id)) {
			add_miss(s, id);
		}
		break;
	case LINK_SAY:
		log_line((enum log_level)m->level, view_of(m->text));
		break;
	case LINK_CLOSED:
		s->mirror_counts = m->counts;
		if (s->closing) {
			answer_close(s);
		}
		break;
	default:
		break;
	}
}

void
session_lost_mirror(struct session *s)
{
	int64_t id;

	while (gets_take(&s->gets, NULL, &id)) {
		add_miss(s, id);
	}
	if (s->closing) {
		answer_close(s);
	}
}

void
session_tick(struct session *s)
{
	if (s->closing && clock_mono_ms() >= s->close_deadline_ms) {
		answer_close(s);
	}
}

bool
session_is_waiting(const struct session *s)
{
	return s->closing || s->gets.count > 0;
}

bool
session_at_rest(const struct session *s)
{
	return inbox_at_rest(&s->inbox);
}
