/* What `aws sso login` and `aws login` left in their caches. */
#include "mirror/granting_private.h"

#include "os/clock.h"
#include "os/fdio.h"

#include <poll.h>
#include <stdatomic.h>

#define SECOND_NS 1000000000
#define SIGN_IN "run `aws sso login` for this profile"

enum {
	/* how long a file that makes no sense may be about to be written */
	SETTLE_MS = 250,
	/* how long somebody else may take to write a token down that ours was
	 * refused for */
	RACE_MS = 1500,
	STEP_MS = 10,
};

/* A file in which somebody signed in. */
struct cache {
	size_t max;
	const char *advice;
	enum gs_code (*read)(struct granting_course *c, struct gs_err *err);
};

static int64_t
now_s(const struct granting_course *c)
{
	return granting_now_ns(c) / SECOND_NS;
}

static enum gs_code
read_token(struct granting_course *c, struct gs_err *err)
{
	return sso_read_cache(buf_view(&c->file), &c->token, err);
}

static enum gs_code
read_login(struct granting_course *c, struct gs_err *err)
{
	return keydoc_read(KEYDOC_LOGIN, buf_view(&c->file), &c->grant, err);
}

static const struct cache sso_cache = {SSO_CACHE_MAX, SIGN_IN, read_token};
static const struct cache login_cache = {
	KEYDOC_MAX, "run `aws login` for this profile", read_login};

static enum gs_code
read_once(struct granting_course *c, const struct cache *cache,
	struct gs_err *err)
{
	struct gs_err why;

	if (granting_read_file(c, cache->max, cache->advice, err) != GS_OK) {
		return err->code;
	}
	return cache->read(c, &why) == GS_OK
		       ? GS_OK
		       : gs_fail(err, GS_CONFIG, "cache file",
				 view_of(c->chain->file), why.text);
}

/* Who signs in may not write the file as a whole. */
static enum gs_code
read_cache(struct granting_course *c, const struct cache *cache,
	struct gs_err *err)
{
	if (read_once(c, cache, err) == GS_OK) {
		return GS_OK;
	}
	poll(NULL, 0, SETTLE_MS);
	return read_once(c, cache, err);
}

static enum gs_code
write_refresh(
	struct granting_course *c, struct buf *request, struct gs_err *err)
{
	const struct call_place where = granting_place(c);

	return sso_refresh_request(&where, &c->token, request, err);
}

/* Others use the cache too: they find the new token there. If it cannot be
 * written, this run has it all the same. */
static void
write_back(struct granting_course *c)
{
	struct buf text = BUF_OVER(c->cache);
	struct gs_err ignored;

	bool written = sso_write_cache(buf_view(&c->file), &c->token, &text,
			       &ignored) == GS_OK &&
		       fd_replace_file(c->chain->file, buf_view(&text),
			       &ignored) == GS_OK;

	(void)written;
	buf_wipe(&text);
}

/* A token can be refreshed once: somebody else may have been first, and be
 * about to write the new one down. */
static bool
is_refreshed(struct granting_course *c, bool wait)
{
	uint64_t until_ms = clock_mono_ms() + (wait ? RACE_MS : 0);
	struct gs_err ignored;

	while (read_cache(c, &sso_cache, &ignored) != GS_OK ||
		c->token.expires_s <= now_s(c)) {
		uint64_t now_ms = clock_mono_ms();

		if (now_ms >= until_ms || now_ms >= c->deadline_ms) {
			return false;
		}
		poll(NULL, 0, SETTLE_MS);
	}
	return true;
}

/* Those under way, of the process. */
static atomic_uint refreshes;

static enum gs_code
change_token(struct granting_course *c, struct gs_err *err)
{
	struct granting_service oidc = {
		.name = "SSO OIDC", .write = write_refresh};

	if (url_parse(view_of(c->chain->refresh_url), oidc.name, &oidc.url,
		    err) != GS_OK ||
		granting_ask(c, &oidc, err) != GS_OK ||
		sso_read_refresh(buf_view(&c->talk.body), now_s(c), &c->token,
			err) != GS_OK) {
		return err->code;
	}
	write_back(c);
	return GS_OK;
}

static enum gs_code
refresh(struct granting_course *c, struct gs_err *err)
{
	if (c->chain->refresh_url[0] == '\0' ||
		!sso_can_refresh(&c->token, now_s(c))) {
		return gs_fail(err, GS_CONFIG, "the sign-in has ended",
			VIEW(""), SIGN_IN);
	}
	atomic_fetch_add(&refreshes, 1);
	enum gs_code code = change_token(c, err);

	atomic_fetch_sub(&refreshes, 1);
	return code == GS_OK || is_refreshed(c, code == GS_CONFIG) ? GS_OK
								   : code;
}

void
granting_await_refresh(uint64_t deadline_ms)
{
	while (atomic_load(&refreshes) > 0 && clock_mono_ms() < deadline_ms) {
		poll(NULL, 0, STEP_MS);
	}
}

static enum gs_code
write_keys_request(
	struct granting_course *c, struct buf *request, struct gs_err *err)
{
	const struct call_place where = granting_place(c);

	return sso_keys_request(
		&where, c->chain, view_of(c->token.access_token), request, err);
}

enum gs_code
granting_sso(struct granting_course *c, struct gs_err *err)
{
	struct granting_service portal = {
		.name = "SSO", .write = write_keys_request};

	if (read_cache(c, &sso_cache, err) != GS_OK ||
		(c->token.expires_s <= now_s(c) && refresh(c, err) != GS_OK)) {
		return err->code;
	}
	granting_forget_file(c);
	if (url_parse(view_of(c->chain->url), portal.name, &portal.url, err) !=
			GS_OK ||
		granting_ask(c, &portal, err) != GS_OK) {
		return err->code;
	}
	return granting_take(c, KEYDOC_SSO, &c->grant, err);
}

enum gs_code
granting_login(struct granting_course *c, struct gs_err *err)
{
	if (read_cache(c, &login_cache, err) != GS_OK) {
		return err->code;
	}
	return grant_is_valid(&c->grant, now_s(c))
		       ? GS_OK
		       : gs_fail(err, GS_CONFIG, "the sign-in has ended",
				 VIEW(""), login_cache.advice);
}
