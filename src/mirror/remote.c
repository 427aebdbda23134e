#include "mirror/remote_private.h"

#include "mirror/say.h"
#include "os/clock.h"
#include "os/settings_files.h"
#include "os/thread.h"

#include <poll.h>
#include <string.h>

enum { BREAKER_LOOK_MS = 200 };

void
remote_say(struct remote *r, enum remote_topic topic, enum log_level level,
	const struct gs_err *err)
{
	unsigned bit = 1u << topic;

	if ((atomic_fetch_or(&r->said, bit) & bit) == 0) {
		say_err(r->with.link, level, err);
	}
}

enum gs_code
remote_find_site(struct remote *r, unsigned i, struct gs_err *err)
{
	const struct endpoint *e = &r->endpoint[i];
	const struct url url = {
		.tls = e->tls, .host = view_of(e->host), .port = e->port};

	return site_find(
		&r->site[i], &url, r->with.settings->env, r->trust, err);
}

/* Now: no file can be read later. NO_PROXY may list the bucket's host, and not
 * the one where it turns out to be. */
static enum gs_code
trust_proxy(struct remote *r, struct gs_err *err)
{
	bool wants_tls;

	(void)proxy_port(r->with.settings->env, r->endpoint[0].tls, &wants_tls);
	return wants_tls && !r->trust ? settings_trust(r->with.settings,
						&r->settings, &r->trust, err)
				      : GS_OK;
}

/* Finds bucket, keys and whom to trust. */
static enum gs_code
configure(struct remote *r, struct gs_err *err)
{
	if (settings_establish(r->with.settings, &r->settings, &r->endpoint[0],
		    &r->trust, err) != GS_OK ||
		trust_proxy(r, err) != GS_OK ||
		remote_find_site(r, 0, err) != GS_OK ||
		remote_prepare_keys(r, err) != GS_OK) {
		return err->code;
	}
	conn_pool_init(&r->pool, &r->site[0].target, r->with.patience);
	return GS_OK;
}

static void
add_source(struct buf *line, const char *from)
{
	if (from[0]) {
		buf_str(line, " (");
		buf_str(line, from);
		buf_char(line, ')');
	}
}

/* With -v: what the configuration comes to, and where each part is from. */
static void
describe(struct remote *r)
{
	const struct settings *s = &r->settings;
	const struct endpoint *e = &r->endpoint[0];
	char storage[LINK_TEXT_MAX];
	struct buf line = BUF_OVER(storage);

	buf_str(&line, "bucket '");
	buf_str(&line, e->bucket);
	buf_str(&line, "' at ");
	endpoint_url(e, &line);
	add_source(&line, s->endpoint_from);
	buf_str(&line, ", region ");
	buf_str(&line, e->region);
	add_source(&line, e->region_is_guess ? "a guess" : s->region_from);
	buf_str(&line, ", keys");
	add_source(&line, s->chain.from);
	if (e->tls) {
		buf_str(&line, ", CA bundle");
		add_source(&line, s->ca_bundle_from[0] ? s->ca_bundle_from
						       : "the usual one");
	}
	if (r->site[0].target.proxy) {
		buf_str(&line, ", through the proxy ");
		proxy_url(&r->site[0].proxy, &line);
		add_source(&line, r->site[0].proxy.variable);
	}
	say(r->with.link, LOG_INFO, buf_view(&line));
	if (e->ignored[0]) {
		say(r->with.link, LOG_WARNING, view_of(e->ignored));
	}
}

void
remote_start(struct remote *r, const struct remote_setup *with)
{
	struct gs_err err;

	memset(r, 0, sizeof(*r)); /* no copy of it: it is large */
	r->with = *with;
	pthread_mutex_init(&r->lock, NULL);
	conn_pool_init(&r->pool, &(struct stream_target){.tls = false},
		with->patience);
	for (size_t i = 0; i < ERRORS_OPS; i++) {
		breaker_init(&r->breaker[i]);
	}
	retry_budget_init(&r->budget);
	pace_init(&r->pace);
	thread_cond_init(&r->pace_moved);
	if (with->settings->bucket[0] == '\0' || with->dir->dir < 0) {
		return; /* which has been said */
	}
	if (configure(r, &err) != GS_OK) {
		remote_say(r, REMOTE_TOPIC_CONFIG, LOG_WARNING, &err);
		return;
	}
	r->sign_bodies = r->settings.sign_bodies;
	r->on = true;
	describe(r);
}

bool
remote_is_on(const struct remote *r)
{
	return r->on && !r->cancelled;
}

struct view
remote_place(const struct remote *r)
{
	return (struct view){(const char *)r->with.place.byte, ID_LEN};
}

void
remote_set_shared(struct remote *r, const struct entry *e)
{
	cachedir_set_shared(
		r->with.dir, remote_place(r), &e->action, &e->output);
}

struct view
remote_prefix(const struct remote *r)
{
	return view_of(r->endpoint[0].prefix);
}

bool
remote_lists_anyhow(const struct remote *r)
{
	return r->endpoint[0].is_directory;
}

static struct breaker *
breaker_of(struct remote *r, enum errors_op op)
{
	return &r->breaker[op == ERRORS_SESSION ? ERRORS_GET : errors_kind(op)];
}

/* True if its breaker lets a request go now. */
static bool
breaker_lets_go(struct remote *r, enum errors_op op)
{
	pthread_mutex_lock(&r->lock);
	bool allowed = breaker_allows(breaker_of(r, op), clock_mono_ms());

	pthread_mutex_unlock(&r->lock);
	return allowed;
}

/* True if a request of this kind is not in vain. */
static bool
is_worth_asking(const struct remote *r, enum errors_op op)
{
	return r->on && !r->forbidden[op] &&
	       !(errors_kind(op) == ERRORS_GET && r->cancelled);
}

/* For a session only those wait who have been let go, such as a probe; it is
 * asked for seldom (mirror/credentials.h). */
bool
remote_may_ask(struct remote *r, enum errors_op op)
{
	while (is_worth_asking(r, op)) {
		if (op == ERRORS_SESSION || breaker_lets_go(r, op)) {
			return true;
		}
		if (errors_kind(op) != ERRORS_PUT || r->hurried) {
			return false;
		}
		poll(NULL, 0, BREAKER_LOOK_MS);
	}
	return false;
}

bool
remote_may_retry(struct remote *r, enum errors_op op, enum retry_cost cost)
{
	pthread_mutex_lock(&r->lock);
	bool may = is_worth_asking(r, op) &&
		   !breaker_is_open(breaker_of(r, op)) &&
		   retry_budget_take(&r->budget, cost);

	r->counts.retries += may;
	pthread_mutex_unlock(&r->lock);
	return may;
}

void
remote_connect(struct remote *r)
{
	struct gs_err ignored;

	pthread_mutex_lock(&r->lock);
	bool wanted = is_worth_asking(r, ERRORS_READ) &&
		      !breaker_is_open(breaker_of(r, ERRORS_READ));

	pthread_mutex_unlock(&r->lock);
	struct conn *conn =
		wanted ? conn_take(&r->pool, CONN_GET, true, &ignored) : NULL;

	if (conn) {
		conn_give(&r->pool, CONN_GET, conn);
	}
}

void
remote_count_request(struct remote *r)
{
	pthread_mutex_lock(&r->lock);
	r->counts.requests++;
	pthread_mutex_unlock(&r->lock);
}

void
remote_count_bytes(struct remote *r, uint64_t sent, uint64_t received)
{
	pthread_mutex_lock(&r->lock);
	r->counts.sent_bytes += sent;
	r->counts.received_bytes += received;
	pthread_mutex_unlock(&r->lock);
}

void
remote_note_stall(struct remote *r, uint64_t lost_ms)
{
	pthread_mutex_lock(&r->lock);
	breaker_stalled(breaker_of(r, ERRORS_GET), clock_mono_ms(), lost_ms);
	pthread_mutex_unlock(&r->lock);
}

void
remote_note_end(
	struct remote *r, enum errors_op op, bool answered, unsigned paid)
{
	pthread_mutex_lock(&r->lock);
	if (answered) {
		breaker_success(breaker_of(r, op));
		retry_budget_success(&r->budget, paid);
	} else {
		breaker_failure(breaker_of(r, op), clock_mono_ms());
	}
	pthread_mutex_unlock(&r->lock);
}

void
remote_note_unsent(struct remote *r, enum errors_op op)
{
	pthread_mutex_lock(&r->lock);
	breaker_abandon(breaker_of(r, op));
	pthread_mutex_unlock(&r->lock);
}

void
remote_forbid(struct remote *r, enum errors_op op)
{
	r->forbidden[op] = true;
}

void
remote_note_trouble(struct remote *r, const struct gs_err *err)
{
	pthread_mutex_lock(&r->lock);
	r->trouble = *err;
	pthread_mutex_unlock(&r->lock);
}

void
remote_say_trouble(struct remote *r, enum errors_op op)
{
	pthread_mutex_lock(&r->lock);
	struct gs_err err = r->trouble;

	pthread_mutex_unlock(&r->lock);
	if (err.code != GS_OK && op != ERRORS_READ) {
		remote_say(r, REMOTE_TOPIC_NETWORK, LOG_WARNING, &err);
	}
}

void
remote_count_absent(struct remote *r)
{
	pthread_mutex_lock(&r->lock);
	r->counts.absent++;
	pthread_mutex_unlock(&r->lock);
}

void
remote_count_failed(struct remote *r)
{
	pthread_mutex_lock(&r->lock);
	r->counts.failed_gets++;
	pthread_mutex_unlock(&r->lock);
}

void
remote_hurry(struct remote *r)
{
	r->hurried = true;
}

void
remote_cancel_fetches(struct remote *r)
{
	r->cancelled = true;
	conn_pool_shut(&r->pool);
	remote_pace_stop(r);
	if (r->credentials) {
		credentials_give_up(r->credentials, CONN_GET);
	}
}

struct link_counts
remote_counts(struct remote *r)
{
	pthread_mutex_lock(&r->lock);
	struct link_counts counts = r->counts;

	pthread_mutex_unlock(&r->lock);
	counts.connections = conn_pool_opened(&r->pool);
	return counts;
}
