/* What becomes of a request, by its answer or for want of one. */
#include "mirror/ask_private.h"

#include "mirror/ask_words.h"

bool
ask_puts(const struct course *c)
{
	return errors_kind(c->ask->op) == ERRORS_PUT;
}

enum conn_use
ask_use(const struct course *c)
{
	return errors_kind(c->ask->op) == ERRORS_GET ? CONN_GET : CONN_PUT;
}

const struct meta *
ask_told(struct course *c)
{
	c->meta.status = c->outcome.status;
	return &c->meta;
}

enum gs_code
ask_own_result(struct course *c, enum gs_code code)
{
	if (code != GS_OK) {
		c->answered = true;
		c->silent = code == GS_CLOSED;
		c->topic = code == GS_SYS ? REMOTE_TOPIC_DISK
					  : REMOTE_TOPIC_OBJECT;
	}
	return code;
}

enum step
ask_judge_failure(struct course *c)
{
	c->answered |= ask_use(c) == CONN_GET && c->remote->cancelled;
	if (c->answered) {
		return STEP_FAILED; /* no fault of the network */
	}
	switch (c->err.code) {
	case GS_TRUST:
	case GS_CONFIG: /* no retry makes that better */
		c->remote->on = false;
		return STEP_FAILED;
	case GS_TIMEOUT:
		c->cost = RETRY_COST_TIMEOUT;
		return ask_puts(c) ? STEP_LATER : STEP_FAILED;
	case GS_SYS:
	case GS_CLOSED:
		return STEP_LATER;
	case GS_OK:
	case GS_BAD:
	case GS_TOOBIG:
		break;
	}
	return STEP_FAILED;
}

static void
describe_refusal(struct course *c, const struct errors_judgement *j)
{
	const struct ask_refusal refusal = {
		.endpoint = &c->remote->endpoint[c->mend.endpoint_used],
		.site = &c->remote->site[c->mend.endpoint_used],
		.op = c->ask->op,
		.status = c->outcome.status,
		.request_id = c->meta.request_id,
		.judgement = j,
	};

	ask_describe(&refusal, &c->topic, &c->level, &c->err);
	c->silent = j->advice[0] == '\0';
}

static enum step
judge_refusal(struct course *c)
{
	struct errors_judgement j = errors_judge(
		c->ask->op, c->outcome.status, buf_view(&c->words));

	describe_refusal(c, &j);
	if (c->ask->creds && j.mend == ERRORS_MEND_KEYS) {
		c->err.code = GS_CLOSED;
		return STEP_REFUSED;
	}
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
		if (!c->mend.keys_are_late) {
			c->remote->on = false;
		}
		return STEP_FAILED;
	case ERRORS_DENIED:
		if (c->ask->creds) {
			break; /* other keys may be allowed to */
		}
		remote_forbid(c->remote, c->ask->op);
		return STEP_FAILED;
	case ERRORS_REFUSED:
		break;
	}
	return STEP_REFUSED;
}

/* A store has nothing to say to a put that it took; a document is an error, or
 * no store's. */
static bool
is_taken(const struct course *c)
{
	return c->outcome.success &&
	       !view_starts(view_trim(buf_view(&c->words)), VIEW("<"));
}

enum step
ask_judge_answer(struct course *c)
{
	const struct ask *ask = c->ask;

	c->answered = true;
	if (!is_taken(c)) {
		return judge_refusal(c);
	}
	if (!ask->finish) {
		return STEP_DONE;
	}
	return ask_own_result(c, ask->finish(ask->ctx, ask_told(c), &c->err)) ==
			       GS_OK
		       ? STEP_DONE
		       : STEP_FAILED;
}
