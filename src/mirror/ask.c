#include "mirror/ask.h"

#include "mirror/mend.h"
#include "os/clock.h"

#include <poll.h>
#include <sys/random.h>

/* How an attempt ended. */
enum step {
	STEP_DONE,
	STEP_ABSENT,
	STEP_FAILED, /* for good */
	STEP_AGAIN,  /* worth another attempt at once */
	STEP_LATER,  /* after a while */
	STEP_SLOWLY, /* after a longer one */
};

/* A request on its way through its attempts. */
struct course {
	struct remote *remote;
	const struct ask *ask;
	struct mend mend;
	struct meta meta;   /* of the last answer */
	struct buf refusal; /* its body's beginning, if it was not 2xx */
	struct gs_err err;  /* what to say if this was the last attempt */
	enum remote_topic topic;
	bool silent;   /* nothing needs to be said */
	bool answered; /* the store did its part, if only to say no */
	bool fresh;    /* use a new connection */
	unsigned failures, paid;
	enum retry_cost cost;
};

static bool
is_put(const struct course *c)
{
	return c->ask->op == ERRORS_PUT;
}

/* A part of an object (206) is not what a GET asked for. */
static bool
is_success(const struct course *c, unsigned status)
{
	return status == 200 || (is_put(c) && status > 200 && status < 300);
}

static void
on_header(void *ctx, struct view name, struct view value)
{
	struct course *c = ctx;

	meta_header(&c->meta, name, value);
}

/* Notes how far the fault is the store's when the caller does not like an
 * answer. */
static enum gs_code
own_result(struct course *c, enum gs_code code)
{
	if (code != GS_OK) {
		c->answered = true;
		c->topic = code == GS_SYS ? REMOTE_TOPIC_DISK
					  : REMOTE_TOPIC_OBJECT;
	}
	return code;
}

static enum gs_code
on_body(void *ctx, unsigned status, struct view bytes, struct gs_err *err)
{
	struct course *c = ctx;
	size_t room = c->refusal.cap - c->refusal.len;

	if (is_success(c, status)) {
		return own_result(
			c, c->ask->take(c->ask->ctx, &c->meta, bytes, err));
	}
	buf_add(&c->refusal,
		(struct view){bytes.p, bytes.n < room ? bytes.n : room});
	return GS_OK;
}

/* Sends the request on the connection and takes the answer. */
static enum gs_code
send_on(struct course *c, struct conn *conn, struct exchange_outcome *outcome)
{
	struct object_env env = {.scratch = &conn->work.scratch};
	struct buf head = BUF_OVER(conn->head);
	const struct ask *ask = c->ask;
	struct exchange x = {
		.method = is_put(c) ? VIEW("PUT") : VIEW("GET"),
		.body.fd = -1,
		.sink = {c, on_header, on_body},
	};

	meta_init(&c->meta);
	mend_fill(&c->mend, c->remote, &env);
	if (ask->begin(ask->ctx, &x.body, &c->err) != GS_OK ||
		ask->head(ask->ctx, &env, &head, &c->err) != GS_OK) {
		return c->err.code;
	}
	x.head = buf_view(&head);
	remote_count_request(c->remote);
	c->refusal = BUF_OVER(conn->head); /* when the head has gone */
	c->mend.sent_ns = clock_wall_ns();
	enum gs_code code = exchange_run(conn, &x, outcome, &c->err);

	c->mend.received_ns = clock_wall_ns();
	return code;
}

/* What becomes of a request whose answer did not come whole. */
static enum step
judge_failure(struct course *c)
{
	if (c->answered) {
		return STEP_FAILED; /* no fault of the network */
	}
	if (c->err.code == GS_TRUST || c->err.code == GS_CONFIG) {
		c->remote->on = false; /* no retry makes that better */
	}
	if (c->err.code == GS_TIMEOUT) {
		c->cost = RETRY_COST_TIMEOUT;
		return is_put(c) ? STEP_LATER : STEP_FAILED;
	}
	return c->err.code == GS_SYS || c->err.code == GS_CLOSED ? STEP_LATER
								 : STEP_FAILED;
}

static void
describe_refusal(
	struct course *c, unsigned status, const struct errors_judgement *j)
{
	static const enum remote_topic topics[ERRORS_OPS] = {
		REMOTE_TOPIC_GET, REMOTE_TOPIC_PUT, REMOTE_TOPIC_LIST};

	static const char *const doing[ERRORS_OPS] = {"cannot get from bucket",
		"cannot put into bucket", "cannot list bucket"};
	const struct endpoint *e = &c->remote->endpoint[c->mend.endpoint_used];
	char storage[GS_ERR_TEXT_MAX];
	struct buf why = BUF_OVER(storage);

	endpoint_url(e, &why);
	buf_str(&why, " says ");
	if (j->code[0]) {
		buf_str(&why, j->code);
	} else {
		buf_uint(&why, status);
	}
	buf_str(&why, ": ");
	buf_str(&why, j->advice);
	if (c->meta.request_id[0]) {
		buf_str(&why, " (request ");
		buf_str(&why, c->meta.request_id);
		buf_char(&why, ')');
	}
	gs_fail(&c->err, GS_BAD, doing[c->ask->op], view_of(e->bucket),
		buf_cstr(&why));
	c->silent = j->advice[0] == '\0';
	c->topic = topics[c->ask->op];
}

static enum step
judge_refusal(struct course *c, unsigned status)
{
	struct errors_judgement j =
		errors_judge(c->ask->op, status, buf_view(&c->refusal));

	describe_refusal(c, status, &j);
	if (mend_try(&c->mend, c->remote, &j, &c->meta)) {
		return STEP_AGAIN;
	}
	switch (j.verdict) {
	case ERRORS_DONE:
		return STEP_DONE;
	case ERRORS_ABSENT:
		return STEP_ABSENT;
	case ERRORS_RETRY:
		c->answered = false; /* no better than silence */
		return STEP_LATER;
	case ERRORS_THROTTLED:
		c->answered = false;
		return STEP_SLOWLY;
	case ERRORS_OFF:
		c->remote->on = false;
		return STEP_FAILED;
	case ERRORS_DENIED:
		remote_forbid(c->remote, c->ask->op);
		return STEP_FAILED;
	case ERRORS_REFUSED:
		break;
	}
	return STEP_FAILED;
}

static enum step
judge_answer(struct course *c, unsigned status)
{
	c->answered = true;
	if (!is_success(c, status)) {
		return judge_refusal(c, status);
	}
	return own_result(c, c->ask->finish(c->ask->ctx, &c->meta, &c->err)) ==
			       GS_OK
		       ? STEP_DONE
		       : STEP_FAILED;
}

static enum step
attempt(struct course *c)
{
	enum conn_use use = is_put(c) ? CONN_PUT : CONN_GET;
	struct exchange_outcome outcome = {0};
	struct conn *conn = conn_take(&c->remote->pool, use, c->fresh, &c->err);

	c->cost = RETRY_COST_FAILURE;
	c->silent = c->answered = false;
	c->topic = REMOTE_TOPIC_NETWORK;
	if (!conn) {
		return judge_failure(c);
	}
	bool reused = conn->used;
	enum gs_code code = send_on(c, conn, &outcome);

	c->answered |= outcome.own_fault;
	enum step step = code == GS_OK ? judge_answer(c, outcome.status)
				       : judge_failure(c);

	if (code == GS_OK && outcome.reusable) {
		conn_give(&c->remote->pool, use, conn);
	} else {
		conn_close(conn);
	}
	if (step == STEP_LATER && reused && !outcome.answered && !c->fresh) {
		c->fresh = true; /* it was closed while it lay idle */
		return STEP_AGAIN;
	}
	return step;
}

static uint64_t
random_bits(void)
{
	uint64_t bits = 0;

	if (getrandom(&bits, sizeof(bits), GRND_NONBLOCK) < 0) {
		bits = clock_mono_ms() * 0x9e3779b97f4a7c15;
	}
	return bits;
}

/* Somebody waits for a get, so what is configured can only lower its number. */
static unsigned
most_attempts(const struct course *c)
{
	unsigned wanted = c->remote->settings.max_attempts;

	if (is_put(c)) {
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
		!remote_may_retry(c->remote, c->cost)) {
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
		uint64_t began_ms = clock_mono_ms();
		enum step step = attempt(c);

		if (step > STEP_ABSENT && !c->answered && !is_put(c)) {
			remote_note_stall(
				c->remote, clock_mono_ms() - began_ms);
		}
		if (step < STEP_AGAIN) {
			return step;
		}
		if (step != STEP_AGAIN &&
			!wait_for_next(c, step == STEP_SLOWLY)) {
			return STEP_FAILED;
		}
	}
}

enum remote_result
ask_run(struct remote *r, const struct ask *ask)
{
	struct course c = {.remote = r, .ask = ask};

	if (!remote_may_ask(r, ask->op)) {
		return REMOTE_FAILED;
	}
	enum step step = attempt_all(&c);

	remote_note_end(r, step != STEP_FAILED || c.answered, c.paid);
	if (step == STEP_DONE) {
		return REMOTE_DONE;
	}
	if (step == STEP_ABSENT) {
		return REMOTE_ABSENT;
	}
	if (!c.silent) {
		remote_say(r, c.topic, LOG_WARNING, &c.err);
	}
	return REMOTE_FAILED;
}
