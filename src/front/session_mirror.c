/* The session's other side: what the mirror says, and what it fails to say. */
#include "front/session_private.h"

#include "os/clock.h"
#include "os/log.h"

void
session_answer_close(struct session *s, enum session_close how)
{
	int64_t id;

	while (gets_take(&s->gets, NULL, &id)) {
		session_add_miss(s, id);
	}
	reply_done(session_room(s), s->close_id);
	s->close = how;
	s->closing = false;
	s->ended = true;
}

/* Answers everybody who waits for the action, from the directory. */
static void
answer(struct session *s, const struct id *action)
{
	struct entry e;
	int64_t id;
	bool found = cachedir_get(s->with.dir, action, &e);

	if (found) {
		session_report(s, &e);
	}
	while (gets_take(&s->gets, action, &id)) {
		if (found) {
			s->counts.remote_hits++;
			session_add_hit(s, id, &e);
		} else {
			session_add_miss(s, id);
		}
	}
}

/* The mirror's line, as far as it is one that we would write. */
static void
relay(struct session *s, const struct link_msg *m)
{
	if (s->said < SESSION_SAID_MAX) {
		s->said++;
		log_line(m->level < LOG_INFO ? (enum log_level)m->level
					     : LOG_INFO,
			view_of(m->text));
	}
}

static void
on_closed(struct session *s, const struct link_counts *counts)
{
	if (s->closing) {
		s->mirror_counts = *counts;
		session_answer_close(s, clock_mono_ms() < s->drained_ms
						? SESSION_CLOSED_IN_TIME
						: SESSION_CLOSED_LATE);
	}
}

void
session_hear(struct session *s, const struct link_msg *m)
{
	int64_t id;

	switch (m->kind) {
	case LINK_FOUND:
		if (gets_has(&s->gets, &m->action)) {
			answer(s, &m->action);
		}
		break;
	case LINK_ABSENT:
		while (gets_take(&s->gets, &m->action, &id)) {
			session_add_miss(s, id);
		}
		break;
	case LINK_SAY:
		relay(s, m);
		break;
	case LINK_CLOSED:
		on_closed(s, &m->counts);
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
		session_add_miss(s, id);
	}
	if (s->closing) {
		session_answer_close(s, SESSION_CLOSED_BLINDLY);
	}
}

void
session_interrupt(struct session *s, uint64_t drain_ms)
{
	const struct entry drain = {.size = drain_ms};
	uint64_t until = clock_mono_ms() + drain_ms;

	keeper_tell(s->with.keeper, LINK_HURRY, &drain);
	s->interrupted = true;
	if (s->with.drain_ms > drain_ms) {
		s->with.drain_ms = drain_ms;
	}
	if (s->drained_ms > until) {
		s->drained_ms = until;
	}
}

void
session_tick(struct session *s, uint64_t now_ms)
{
	int64_t id;

	while (now_ms > SESSION_PATIENCE_MS &&
		gets_take_since(&s->gets, now_ms - SESSION_PATIENCE_MS, &id)) {
		session_add_miss(s, id);
		if (++s->overdue == SESSION_OVERDUE_MAX) {
			log_line(LOG_WARNING,
				VIEW("S3 takes too long to answer: this run "
				     "goes on with the local cache alone"));
		}
	}
	if (s->closing && now_ms >= s->drained_ms + SESSION_CLOSE_GRACE_MS) {
		session_answer_close(s, SESSION_CLOSED_BLINDLY);
	}
}

bool
session_is_counted(const struct session *s)
{
	return s->close == SESSION_CLOSED_IN_TIME ||
	       s->close == SESSION_CLOSED_LATE;
}

bool
session_is_waiting(const struct session *s)
{
	return s->closing || s->gets.count > 0;
}
