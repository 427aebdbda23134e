/* What `aws sso login` and `aws login` left in their caches. */
#include "mirror/granting_private.h"

#include "os/fdio.h"

#define SECOND_NS 1000000000
#define SIGN_IN "run `aws sso login` for this profile"

static int64_t
now_s(const struct granting_course *c)
{
	return granting_now_ns(c) / SECOND_NS;
}

/* Reads the cache's file, and says of which file it is true if it is none. */
static enum gs_code
read_cache(struct granting_course *c, struct gs_err *err)
{
	struct gs_err why;

	if (granting_read_file(c, SSO_CACHE_MAX, SIGN_IN, err) != GS_OK) {
		return err->code;
	}
	enum gs_code code = sso_read_cache(buf_view(&c->file), &c->token, &why);

	return code == GS_OK ? GS_OK
			     : gs_fail(err, code, "cache file",
				       view_of(c->chain->file), why.text);
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

/* A token can be refreshed once: somebody else may have been first. */
static bool
is_refreshed(struct granting_course *c)
{
	struct gs_err ignored;

	return read_cache(c, &ignored) == GS_OK &&
	       c->token.expires_s > now_s(c);
}

static enum gs_code
refresh(struct granting_course *c, struct gs_err *err)
{
	struct granting_service oidc = {
		.name = "SSO OIDC", .write = write_refresh};

	if (c->chain->refresh_url[0] == '\0' ||
		!sso_can_refresh(&c->token, now_s(c))) {
		return gs_fail(err, GS_CONFIG, "the sign-in has ended",
			VIEW(""), SIGN_IN);
	}
	if (url_parse(view_of(c->chain->refresh_url), oidc.name, &oidc.url,
		    err) != GS_OK ||
		granting_ask(c, &oidc, err) != GS_OK ||
		sso_read_refresh(buf_view(&c->talk.body), now_s(c), &c->token,
			err) != GS_OK) {
		return is_refreshed(c) ? GS_OK : err->code;
	}
	write_back(c);
	return GS_OK;
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

	if (read_cache(c, err) != GS_OK ||
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
	static const char advice[] = "run `aws login` for this profile";
	struct gs_err why;

	if (granting_read_file(c, KEYDOC_MAX, advice, err) != GS_OK) {
		return err->code;
	}
	if (keydoc_read(KEYDOC_LOGIN, buf_view(&c->file), &c->grant, &why) !=
		GS_OK) {
		return gs_fail(err, why.code, "cache file",
			view_of(c->chain->file), why.text);
	}
	return grant_is_valid(&c->grant, now_s(c))
		       ? GS_OK
		       : gs_fail(err, GS_CONFIG, "the sign-in has ended",
				 VIEW(""), advice);
}
