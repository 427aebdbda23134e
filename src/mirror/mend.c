#include "mirror/mend.h"

#include "base/array.h"
#include "os/clock.h"
#include "s3/skew.h"

#include <string.h>

#define SECOND_NS 1000000000

/* For the request that waits. */
static void
connect_meanwhile(struct remote *r, enum conn_use use)
{
	uint64_t began_ms = clock_mono_ms();
	struct gs_err ignored;
	struct conn *conn = conn_take(&r->pool, use, false, &ignored);

	if (conn) {
		conn_give(&r->pool, use, conn);
	} else if (use == CONN_GET) {
		remote_note_stall(r, clock_mono_ms() - began_ms);
	}
}

enum gs_code
mend_hold(struct mend *m, struct remote *r, struct gs_err *err)
{
	if (m->given_creds) {
		return GS_OK;
	}
	if (credentials_are_awaited(r->credentials, m->use)) {
		connect_meanwhile(r, m->use);
	}
	mend_release(m, r);
	m->keys = credentials_hold(r->credentials, m->use, err);
	return m->keys ? GS_OK : err->code;
}

void
mend_release(struct mend *m, struct remote *r)
{
	if (m->keys) {
		credentials_put_back(r->credentials, m->keys);
		m->keys = NULL;
	}
}

void
mend_fill(struct mend *m, struct remote *r, const struct conn *conn,
	struct object_env *env)
{
	m->endpoint_used = conn->target_no;
	pthread_mutex_lock(&r->lock);
	m->skew_used_s = r->skew_s;
	m->signed_body = r->sign_bodies;
	pthread_mutex_unlock(&r->lock);
	env->endpoint = &r->endpoint[m->endpoint_used];
	env->creds = m->given_creds ? m->given_creds : held_creds(m->keys);
	env->in_session = !m->given_creds && remote_is_in_session(r);
	env->extras = &r->settings.extras;
	env->now_s = clock_wall_ns() / SECOND_NS + m->skew_used_s;
	env->sign_bodies = m->signed_body;
	env->proxy = conn->proxy;
}

static void
say_mended(struct remote *r, enum remote_topic topic, const char *what,
	struct view value, const char *advice)
{
	struct gs_err note;

	gs_fail(&note, GS_CONFIG, what, value, advice);
	remote_say(r, topic, LOG_WARNING, &note);
}

/* where the bucket is: under the lock */

/* What is configured, and what the store has said about it. */
static struct endpoint_wish
current_wish(const struct remote *r)
{
	struct endpoint_wish wish = settings_wish(&r->settings);

	if (r->region_named) {
		wish.region = view_of(r->endpoint[r->endpoint_now].region);
		wish.region_is_named = true;
	}
	if (r->bucket_in_host) {
		wish.addressing = ENDPOINT_VIRTUAL;
	}
	return wish;
}

static bool
are_one_place(const struct endpoint *a, const struct endpoint *b)
{
	return strcmp(a->host, b->host) == 0 && strcmp(a->base, b->base) == 0 &&
	       strcmp(a->region, b->region) == 0;
}

/* Goes on at another endpoint, if the wish leads to one. */
static bool
move(struct remote *r, const struct endpoint_wish *wish)
{
	unsigned now = r->endpoint_now;
	struct endpoint *next = &r->endpoint[now + 1];
	struct gs_err ignored;

	if (now + 1 == ARRAY_LEN(r->endpoint) ||
		endpoint_resolve(wish, next, &ignored) != GS_OK ||
		are_one_place(next, &r->endpoint[now]) ||
		remote_find_site(r, now + 1, &ignored) != GS_OK) {
		return false;
	}
	conn_pool_retarget(&r->pool, &r->site[now + 1].target);
	r->endpoint_now = now + 1;
	return true;
}

/* Goes on with the region that the store named. */
static bool
change_region(struct remote *r, struct view region)
{
	bool changed = false;

	pthread_mutex_lock(&r->lock);
	if (!r->region_named) {
		struct endpoint_wish wish = current_wish(r);

		wish.region = region;
		wish.region_is_named = true;
		changed = move(r, &wish);
		r->region_named = changed;
	}
	pthread_mutex_unlock(&r->lock);
	return changed;
}

/* Goes on with the bucket in front of the host. */
static bool
change_host(struct remote *r)
{
	bool changed = false;

	pthread_mutex_lock(&r->lock);
	if (!r->bucket_in_host) {
		struct endpoint_wish wish = current_wish(r);

		wish.addressing = ENDPOINT_VIRTUAL;
		changed = move(r, &wish);
		r->bucket_in_host = changed;
	}
	pthread_mutex_unlock(&r->lock);
	return changed;
}

static bool
mend_region(struct mend *m, struct remote *r,
	const struct errors_judgement *judgement, const struct meta *meta)
{
	struct view region =
		view_of(meta->region[0] ? meta->region : judgement->region);

	if (m->tried_region || region.n == 0) {
		return false;
	}
	m->tried_region = true;
	if (change_region(r, region)) {
		say_mended(r, REMOTE_TOPIC_REGION, "the bucket is in region",
			region, "set -region to it to save a round trip");
	}
	return r->endpoint_now != m->endpoint_used;
}

static bool
mend_host(struct mend *m, struct remote *r)
{
	if (m->tried_host) {
		return false;
	}
	m->tried_host = true;
	if (change_host(r)) {
		say_mended(r, REMOTE_TOPIC_HOST,
			"the store wants the bucket in the host", VIEW(""),
			"set `addressing_style = virtual` under `s3 =` in the "
			"AWS profile to save a round trip");
	}
	return r->endpoint_now != m->endpoint_used;
}

static bool
mend_clock(struct mend *m, struct remote *r, const struct meta *meta)
{
	int64_t skew_s;

	if (m->tried_clock || !meta->has_date || meta->is_old ||
		!skew_measure(meta->date_s, m->sent_ns / SECOND_NS,
			m->received_ns / SECOND_NS, &skew_s) ||
		!skew_matters(m->skew_used_s, skew_s)) {
		return false;
	}
	m->tried_clock = true;
	pthread_mutex_lock(&r->lock);
	r->skew_s = skew_s;
	pthread_mutex_unlock(&r->lock);
	say_mended(r, REMOTE_TOPIC_CLOCK, "this machine's clock is wrong",
		VIEW(""),
		"requests are signed with the store's time; set the clock");
	return true;
}

static bool
mend_keys(struct mend *m, struct remote *r)
{
	if (m->tried_keys || m->given_creds) {
		return false;
	}
	m->tried_keys = true;
	enum credentials_change change =
		credentials_replace(r->credentials, m->keys, m->use);

	m->keys_are_late = change == CREDENTIALS_AWAITED;
	return change == CREDENTIALS_REPLACED;
}

static bool
mend_payload(struct mend *m, struct remote *r)
{
	if (m->tried_payload || m->signed_body) {
		return false;
	}
	m->tried_payload = true;
	pthread_mutex_lock(&r->lock);
	r->sign_bodies = true;
	pthread_mutex_unlock(&r->lock);
	return true;
}

bool
mend_try(struct mend *m, struct remote *r,
	const struct errors_judgement *judgement, const struct meta *meta)
{
	switch (judgement->mend) {
	case ERRORS_MEND_REGION:
		return mend_region(m, r, judgement, meta);
	case ERRORS_MEND_HOST:
		return mend_host(m, r);
	case ERRORS_MEND_CLOCK:
		return mend_clock(m, r, meta);
	case ERRORS_MEND_KEYS:
		return mend_keys(m, r);
	case ERRORS_MEND_PAYLOAD:
		return mend_payload(m, r);
	case ERRORS_MEND_NOTHING:
		break;
	}
	return false;
}
