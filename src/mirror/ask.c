#include "mirror/ask_private.h"

#include "os/clock.h"
#include "os/random.h"

#include <poll.h>

static void
on_header(void *ctx, struct view name, struct view value)
{
	struct course *c = ctx;

	meta_header(&c->meta, name, value);
}

static enum gs_code
on_body(void *ctx, struct view bytes, struct gs_err *err)
{
	struct course *c = ctx;
	enum gs_code code = c->ask->take(c->ask->ctx, ask_told(c), bytes, err);

	c->taken_ms = clock_mono_ms();
	return ask_own_result(c, code);
}

/* Sends the request on the connection and takes the answer. */
static enum gs_code
send_on(struct course *c, struct conn *conn)
{
	struct object_env env = {.scratch = &conn->work.scratch};
	struct buf head = BUF_OVER(conn->head);
	const struct ask *ask = c->ask;
	struct exchange x = {
		.method = ask_puts(c) ? VIEW("PUT") : VIEW("GET"),
		.body.fd = -1,
		.sink = {c, on_header, on_body},
		.ranged = ask->op == ERRORS_READ,
		.words = &c->words,
	};

	mend_fill(&c->mend, c->remote, conn, &env);
	if (ask->begin(ask->ctx, &x.body, &c->err) != GS_OK ||
		ask->head(ask->ctx, &env, &head, &c->err) != GS_OK) {
		return ask_own_result(c, c->err.code);
	}
	x.head = buf_view(&head);
	remote_count_request(c->remote);
	c->words = BUF_OVER(conn->head);
	c->mend.sent_ns = clock_wall_ns();
	enum gs_code code = exchange_run(conn, &x, &c->outcome, &c->err);

	c->mend.received_ns = clock_wall_ns();
	remote_count_bytes(
		c->remote, c->outcome.sent_bytes, c->outcome.received_bytes);
	return c->outcome.own_fault ? ask_own_result(c, code) : code;
}

/* Attempts it on the connection, which is given back or closed. */
static enum step
attempt_on(struct course *c, struct conn *conn, enum conn_use use)
{
	bool reused = conn->used;
	enum gs_code code = send_on(c, conn);
	enum step step =
		code == GS_OK ? ask_judge_answer(c) : ask_judge_failure(c);

	if (code == GS_OK && c->outcome.reusable) {
		conn_give(&c->remote->pool, use, conn);
	} else {
		conn_close(conn);
	}
	if (step == STEP_LATER && reused && !c->outcome.answered &&
		code != GS_TIMEOUT && !c->fresh) {
		c->fresh = true; /* it was closed while it lay idle */
		return STEP_AGAIN;
	}
	return step;
}

/* True if a part broke off: what came of it is kept, and the next attempt goes
 * on behind it. */
static bool
broke_off(const struct course *c)
{
	return c->ask->op == ERRORS_READ && c->taken_ms > 0 &&
	       !c->outcome.stalled;
}

/* A store that has so many uploads to take that they are not through in time says
 * as much as one that refuses them; most often it is the line that is too thin for
 * them all. */
static bool
is_too_much(const struct course *c, enum step step)
{
	bool sent = c->outcome.sent_bytes > 0;

	return step == STEP_SLOWLY || (ask_puts(c) && sent && !c->answered &&
					      c->err.code == GS_TIMEOUT);
}

static enum step
attempt(struct course *c)
{
	enum conn_use use = c->mend.use;

	c->outcome = (struct exchange_outcome){0};
	c->taken_ms = 0;
	meta_init(&c->meta);
	c->cost = RETRY_COST_FAILURE;
	c->topic = REMOTE_TOPIC_NETWORK;
	c->level = LOG_WARNING;
	c->silent = c->answered = false;

	c->keyless = mend_hold(&c->mend, c->remote, &c->err) != GS_OK;
	if (c->keyless) {
		return STEP_FAILED;
	}
	uint64_t began_ms = remote_pace_begin(c->remote, c->ask->op);
	struct conn *conn = conn_take(&c->remote->pool, use, c->fresh, &c->err);
	enum step step = conn ? attempt_on(c, conn, use) : ask_judge_failure(c);
	enum pace_result result = c->answered ? PACE_SERVED : PACE_LOST;
	bool lost = c->outcome.stalled || (step > STEP_ABSENT && !c->answered);

	remote_pace_end(c->remote, c->ask->op,
		is_too_much(c, step) ? PACE_REFUSED : result, began_ms);
	if (lost && errors_kind(c->ask->op) == ERRORS_GET) {
		remote_note_stall(c->remote,
			clock_mono_ms() -
				(broke_off(c) ? c->taken_ms : began_ms));
	}
	return step;
}

/* Somebody waits for a get, so what is configured can only lower its number. */
static unsigned
most_attempts(const struct course *c)
{
	unsigned wanted = c->remote->settings.max_attempts;

	if (ask_puts(c)) {
		return wanted ? wanted : RETRY_PUT_ATTEMPTS;
	}
	return wanted && wanted < RETRY_GET_ATTEMPTS ? wanted
						     : RETRY_GET_ATTEMPTS;
}

/* Waits before another attempt; false if there shall be none. */
static bool
wait_for_next(struct course *c, bool slowly)
{
	c->failures++;
	if (c->failures >= most_attempts(c) ||
		!remote_may_retry(c->remote, c->ask->op, c->cost)) {
		return false;
	}
	c->paid += c->cost;
	poll(NULL, 0,
		(int)retry_delay_ms(c->failures, slowly, c->meta.retry_after_s,
			random_bits()));
	return true;
}

/* Attempts until one is the last. */
static enum step
attempt_all(struct course *c)
{
	for (;;) {
		enum step step = attempt(c);

		if (step < STEP_AGAIN) {
			return step;
		}
		if (step != STEP_AGAIN &&
			!wait_for_next(c, step == STEP_SLOWLY)) {
			return STEP_FAILED;
		}
	}
}

/* Nothing is asked, since it would be in vain. */
static enum remote_result
decline(struct remote *r, const struct ask *ask)
{
	if (ask->why) {
		gs_fail(ask->why, GS_TIMEOUT, "bucket",
			view_of(r->endpoint[0].bucket),
			"it does not answer, or is given up");
	} else {
		remote_say_trouble(r, ask->op);
	}
	return REMOTE_FAILED;
}

/* Says why it failed, or keeps it for later. */
static void
report(struct course *c)
{
	const struct ask *ask = c->ask;

	if (ask->why) {
		*ask->why = c->err;
	} else if (ask->op == ERRORS_READ && c->topic == REMOTE_TOPIC_NETWORK &&
		   c->remote->on) {
		remote_note_trouble(c->remote, &c->err);
	} else if (!c->silent) {
		remote_say(c->remote, c->topic, c->level, &c->err);
	}
}

enum remote_result
ask_run(struct remote *r, const struct ask *ask)
{
	struct course c = {
		.remote = r, .ask = ask, .mend = {.given_creds = ask->creds}};

	if (!remote_may_ask(r, ask->op)) {
		return decline(r, ask);
	}
	c.mend.use = ask_use(&c);
	enum step step = attempt_all(&c);

	mend_release(&c.mend, r);
	if (c.keyless) {
		remote_note_unsent(r, ask->op);
		remote_say_keyless(r, ask->op, &c.err);
		return REMOTE_FAILED;
	}
	remote_note_end(r, ask->op,
		step != STEP_FAILED || c.answered || broke_off(&c), c.paid);
	if (step == STEP_DONE) {
		return REMOTE_DONE;
	}
	if (step == STEP_ABSENT) {
		return REMOTE_ABSENT;
	}
	report(&c);
	return step == STEP_REFUSED ? REMOTE_REFUSED : REMOTE_FAILED;
}
