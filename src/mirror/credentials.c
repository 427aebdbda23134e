#include "mirror/credentials_private.h"

#include "os/clock.h"
#include "os/thread.h"

#include <stdlib.h>
#include <string.h>

enum {
	ASK_MS = 60 * 1000, /* one round of asking */
	/* after a failure: so long, twice that after the next, ... */
	PAUSE_MS = 1000,
	PAUSE_DOUBLINGS = 6,
};

struct credentials {
	struct credentials_asker asker; /* of the thread, once it runs */

	pthread_mutex_t lock;     /* guards what follows */
	pthread_cond_t changed;   /* any of it */
	struct held_keys *now;    /* NULL: there have been none yet */
	struct gs_err why;        /* of the last failure */
	unsigned failures;        /* since the last success */
	uint64_t next_ms;         /* when the next one begins */
	uint64_t lack_ms;         /* since when there are none; 0: there are */
	bool given_up[CONN_USES]; /* who waits no longer */
	uint64_t refused_ms;      /* since when now is; 0: it is not */
	bool refused;             /* a round for others is due */
	bool replacing;           /* it is under way */
	unsigned vain;            /* such rounds, without others to be had */
	bool hopeless, stopping, running;
};

/* Under the lock. */
static void
drop(struct held_keys *k)
{
	if (k && --k->holders == 0) {
		credentials_free_keys(k);
	}
}

/* what follows from a round; under the lock */

/* A pause grows with the failures. */
static uint64_t
pause_ms(unsigned failures)
{
	unsigned doublings =
		failures < PAUSE_DOUBLINGS ? failures : PAUSE_DOUBLINGS;

	return (uint64_t)PAUSE_MS << doublings;
}

static void
take_keys(struct credentials *c, struct held_keys *k)
{
	uint64_t pause_end_ms = clock_mono_ms() + PAUSE_MS;

	c->failures = 0;
	if (credentials_are_valid(k)) {
		c->lack_ms = 0;
	}
	c->next_ms = credentials_mono_ms(k->renew_at_s);
	if (c->next_ms < pause_end_ms) {
		c->next_ms = pause_end_ms;
	}
	if (c->now && creds_eq(&c->now->grant.creds, &k->grant.creds)) {
		/* so that who has them sees that they are no others */
		c->now->grant.expires_s = k->grant.expires_s;
		c->now->renew_at_s = k->renew_at_s;
		credentials_free_keys(k);
	} else {
		drop(c->now);
		c->now = k;
		c->refused_ms = 0;
		c->refused = false;
	}
}

static bool
is_for_a_person(const struct gs_err *err)
{
	return err->code == GS_CONFIG || err->code == GS_TRUST;
}

static void
take_failure(struct credentials *c, const struct gs_err *err)
{
	c->why = *err;
	c->next_ms = clock_mono_ms() + pause_ms(c->failures);
	c->failures++;
	c->hopeless = !c->now && is_for_a_person(err);
}

/* After a round: whether there are others for keys that are refused. */
static void
judge_refusal(struct credentials *c, bool is_final)
{
	if (c->replacing && c->refused_ms != 0) {
		c->refused = !is_final;
		c->vain += is_final;
		c->refused_ms = is_final ? 0 : c->refused_ms;
	}
	if (c->refused && c->failures == 0) {
		c->next_ms = 0;
	}
	c->replacing = false;
}

/* Asks once; under the lock, which is let go meanwhile. */
static void
ask_once(struct credentials *c)
{
	uint64_t deadline_ms = clock_mono_ms() + ASK_MS;
	bool replacing = c->refused, first = !c->now;
	struct gs_err err;

	c->refused = false;
	c->replacing = replacing;
	pthread_mutex_unlock(&c->lock);
	struct held_keys *k =
		credentials_ask(&c->asker, replacing, deadline_ms, &err);
	bool is_final = k || is_for_a_person(&err);

	if (!k) { /* before others go on and fail for it */
		c->asker.with.tell(c->asker.with.ctx,
			first && is_final ? CREDENTIALS_NONE : CREDENTIALS_LATE,
			&err);
	}
	pthread_mutex_lock(&c->lock);
	if (k) {
		take_keys(c, k);
	} else {
		take_failure(c, &err);
	}
	judge_refusal(c, is_final);
	pthread_cond_broadcast(&c->changed);
}

static void *
renew(void *arg)
{
	struct credentials *c = arg;

	pthread_mutex_lock(&c->lock);
	while (!c->stopping && !c->hopeless) {
		if (clock_mono_ms() >= c->next_ms) {
			ask_once(c);
		} else {
			thread_wait_until(&c->changed, &c->lock, c->next_ms);
		}
	}
	c->running = false;
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

/* The next round begins now; under the lock. */
static void
hasten(struct credentials *c)
{
	c->next_ms = 0;
	if (!c->running && !c->hopeless) {
		c->running = thread_start(renew, c);
		c->hopeless = !c->running;
		if (c->hopeless) {
			gs_fail(&c->why, GS_CONFIG, "no thread to ask for keys",
				VIEW(""), NULL);
		}
	}
	pthread_cond_broadcast(&c->changed);
}

/* the beginning and the end */

/* The chain that c has copied decides. */
static enum gs_code
prepare_source(struct credentials *c, struct gs_err *err)
{
	const struct command_listener listener = {
		c->asker.with.ctx, c->asker.with.hear};

	if (chain_is_static(&c->asker.chain) && !c->asker.with.finish) {
		c->now = credentials_keep(&c->asker.chain.keys, err);
		return c->now ? GS_OK : err->code;
	}
	if (c->asker.chain.kind == CHAIN_COMMAND) {
		c->asker.with.how.command =
			command_start(c->asker.chain.command, &listener, err);
		return c->asker.with.how.command ? GS_OK : err->code;
	}
	return GS_OK;
}

struct credentials *
credentials_prepare(const struct credentials_setup *setup, struct gs_err *err)
{
	struct credentials *c = calloc(1, sizeof(*c));

	if (!c) {
		gs_fail(err, GS_SYS, "out of memory", VIEW(""), NULL);
		return NULL;
	}
	c->asker.with = *setup;
	memcpy(&c->asker.chain, setup->how.chain, sizeof(c->asker.chain));
	c->asker.with.how.chain = &c->asker.chain;
	pthread_mutex_init(&c->lock, NULL);
	thread_cond_init(&c->changed);
	if (prepare_source(c, err) != GS_OK) {
		credentials_free(c);
		return NULL;
	}
	return c;
}

void
credentials_start(struct credentials *c)
{
	pthread_mutex_lock(&c->lock);
	if (!c->now) {
		c->lack_ms = clock_mono_ms();
		hasten(c);
	}
	pthread_mutex_unlock(&c->lock);
}

void
credentials_free(struct credentials *c)
{
	if (!c) {
		return;
	}
	pthread_mutex_lock(&c->lock);
	c->stopping = true;
	pthread_cond_broadcast(&c->changed);
	while (c->running) {
		pthread_cond_wait(&c->changed, &c->lock);
	}
	drop(c->now);
	pthread_mutex_unlock(&c->lock);
	credentials_free_keys(c->asker.base);
	command_end(c->asker.with.how.command);
	chain_release(&c->asker.chain);
	pthread_cond_destroy(&c->changed);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

/* those who need keys */

static bool
is_in_vain(const struct credentials *c, enum conn_use use)
{
	return c->hopeless || c->stopping || c->given_up[use];
}

/* When that use waits for them no longer; under the lock. */
static uint64_t
find_deadline(struct credentials *c, enum conn_use use)
{
	if (c->lack_ms == 0) {
		c->lack_ms = clock_mono_ms();
	}
	return c->lack_ms + c->asker.with.patience->keys_ms[use];
}

/* Waits for a change, for as long as it is worth it; under the lock. */
static bool
wait_for_keys(struct credentials *c, enum conn_use use)
{
	uint64_t deadline_ms = find_deadline(c, use);

	return !is_in_vain(c, use) &&
	       thread_wait_until(&c->changed, &c->lock, deadline_ms);
}

/* Once they should be renewed, which the thread does not see if the machine
 * has slept. Its pause after a failure is left to it. Under the lock. */
static void
look_at_end(struct credentials *c)
{
	if (c->now && c->failures == 0 &&
		credentials_now_s() > c->now->renew_at_s &&
		c->next_ms > clock_mono_ms() + PAUSE_MS) {
		hasten(c);
	}
}

static void
say_why(const struct credentials *c, struct gs_err *err)
{
	struct gs_err slow;

	if (c->why.code != GS_OK) {
		*err = c->why;
	} else {
		gs_fail(&slow, GS_TIMEOUT, "they take too long to come",
			VIEW(""), NULL);
		granting_fail(&c->asker.chain, &slow, err);
	}
}

struct held_keys *
credentials_hold(struct credentials *c, enum conn_use use, struct gs_err *err)
{
	struct held_keys *k = NULL;

	pthread_mutex_lock(&c->lock);
	look_at_end(c);
	while (!credentials_are_valid(c->now) && wait_for_keys(c, use)) {
	}
	if (credentials_are_valid(c->now)) {
		k = c->now;
		k->holders++;
	} else {
		say_why(c, err);
	}
	pthread_mutex_unlock(&c->lock);
	return k;
}

bool
credentials_are_awaited(struct credentials *c, enum conn_use use)
{
	pthread_mutex_lock(&c->lock);
	bool are_awaited = !credentials_are_valid(c->now) &&
			   !is_in_vain(c, use) &&
			   clock_mono_ms() < find_deadline(c, use);

	pthread_mutex_unlock(&c->lock);
	return are_awaited;
}

const struct creds *
held_creds(const struct held_keys *k)
{
	return &k->grant.creds;
}

void
credentials_put_back(struct credentials *c, struct held_keys *k)
{
	if (k) {
		pthread_mutex_lock(&c->lock);
		drop(k);
		pthread_mutex_unlock(&c->lock);
	}
}

/* Under the lock. */
static void
refuse(struct credentials *c)
{
	if (c->refused_ms == 0) {
		c->refused_ms = clock_mono_ms();
	}
	if (!c->refused && !c->replacing) {
		c->refused = true;
		if (c->failures == 0) {
			hasten(c);
		}
	}
}

enum credentials_change
credentials_replace(
	struct credentials *c, struct held_keys *k, enum conn_use use)
{
	enum credentials_change change = CREDENTIALS_AWAITED;

	pthread_mutex_lock(&c->lock);
	unsigned vain = c->vain;

	if (c->now == k) {
		refuse(c);
	}
	while (c->now == k && c->vain == vain && !is_in_vain(c, use) &&
		thread_wait_until(&c->changed, &c->lock,
			c->refused_ms + c->asker.with.patience->keys_ms[use])) {
	}
	if (c->now != k) {
		change = CREDENTIALS_REPLACED;
	} else if (c->vain != vain || c->hopeless) {
		change = CREDENTIALS_FINAL;
	}
	pthread_mutex_unlock(&c->lock);
	return change;
}

void
credentials_give_up(struct credentials *c, enum conn_use use)
{
	pthread_mutex_lock(&c->lock);
	c->given_up[use] = true;
	pthread_cond_broadcast(&c->changed);
	pthread_mutex_unlock(&c->lock);
}
