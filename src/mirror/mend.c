#include "mirror/mend.h"

#include "base/array.h"
#include "os/clock.h"
#include "os/settings_files.h"
#include "s3/skew.h"

#include <stdlib.h>
#include <string.h>

#define SECOND_NS 1000000000

void
mend_fill(struct mend *m, struct remote *r, const struct conn *conn,
	struct object_env *env)
{
	m->endpoint_used = conn->target_no;
	m->creds_used = r->creds_now;
	pthread_mutex_lock(&r->lock);
	m->skew_used_s = r->skew_s;
	m->signed_body = r->sign_bodies;
	pthread_mutex_unlock(&r->lock);
	env->endpoint = &r->endpoint[m->endpoint_used];
	env->creds = m->given_creds ? m->given_creds : &r->creds[m->creds_used];
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
are_same(const struct creds *a, const struct creds *b)
{
	return strcmp(a->access_key, b->access_key) == 0 &&
	       strcmp(a->secret_key, b->secret_key) == 0 &&
	       strcmp(a->session_token, b->session_token) == 0;
}

/* Reads the files again; somebody may have renewed the keys there. */
static void
renew_keys(struct remote *r)
{
	struct settings *fresh = malloc(sizeof(*fresh));
	struct gs_err ignored;

	if (!fresh) {
		return;
	}
	if (settings_load(r->with.settings, fresh, &ignored) == GS_OK) {
		pthread_mutex_lock(&r->lock);
		if (r->creds_now == 0 &&
			!are_same(&fresh->chain.keys, &r->creds[0])) {
			r->creds[1] = fresh->chain.keys;
			r->creds_now = 1;
		}
		pthread_mutex_unlock(&r->lock);
	}
	settings_release(fresh);
	free(fresh);
}

static bool
mend_keys(struct mend *m, struct remote *r)
{
	if (m->tried_keys) {
		return false;
	}
	m->tried_keys = true;
	if (r->creds_now == m->creds_used) {
		renew_keys(r);
	}
	return r->creds_now != m->creds_used;
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
