/* Sign-ins that a person makes beforehand: IAM Identity Center and `aws login`.
 * What they leave is found in files with names made of hashes. */
#include "s3/chain_private.h"

#include "base/array.h"
#include "base/sha1.h"
#include "base/sha256.h"
#include "s3/env.h"
#include "s3/partition.h"

enum { SSO_REGION, SSO_START_URL, SSO_ACCOUNT, SSO_ROLE, SSO_KEYS };

static const char *const sso_keys[SSO_KEYS] = {
	"sso_region", "sso_start_url", "sso_account_id", "sso_role_name"};

bool
chain_has_sso(const struct profile *p)
{
	bool has = profile_has(p, "sso_session");

	for (size_t i = 0; i < SSO_KEYS; i++) {
		has |= profile_has(p, sso_keys[i]);
	}
	return has;
}

/* The files' names begin in the home directory. False without one. */
static bool
add_home(const struct chain_search *search, const char *below, struct buf *path)
{
	struct view home = env_get(search->env, "HOME");

	buf_add(path, home);
	buf_str(path, below);
	return home.n > 0;
}

static enum gs_code
refuse_no_home(const struct profile *p, struct gs_err *err)
{
	return gs_fail(err, GS_CONFIG, "profile", p->name,
		"its sign-in is looked for in the home directory, but HOME is "
		"not set");
}

static enum gs_code
finish_path(struct buf *path, struct gs_err *err)
{
	buf_str(path, ".json");
	buf_cstr(path);
	return buf_ok(path) ? GS_OK
			    : gs_fail(err, GS_TOOBIG, "HOME", VIEW(""),
				      "is longer than any real one");
}

/* SSO */

struct sso {
	char session[SSO_TEXT_MAX + 1];
	char region[REGION_MAX + 1], start_url[URL_MAX + 1];
};

static enum gs_code
refuse_missing(const struct profile *p, struct view session, const char *key,
	struct gs_err *err)
{
	char text[GS_ERR_TEXT_MAX];
	struct buf why = BUF_OVER(text);

	buf_str(&why, "SSO needs ");
	buf_str(&why, key);
	if (session.n > 0) {
		buf_str(&why, " in the sso-session ");
		chain_add_name(&why, session);
	}
	buf_str(&why, ", which is not there: run `aws configure sso`");
	return gs_fail(err, GS_CONFIG, "profile", p->name, buf_cstr(&why));
}

/* Copies a key of the session, which the profile must not contradict. */
static enum gs_code
copy_from_session(const struct profile *p, const char *session, unsigned key,
	struct buf to, struct gs_err *err)
{
	char text[URL_MAX + 1];
	struct buf own = BUF_OVER(text);

	if (!profile_get_session(p, view_of(session), sso_keys[key], &to)) {
		return refuse_missing(p, view_of(session), sso_keys[key], err);
	}
	if (profile_get(p, sso_keys[key], &own) &&
		!view_eq(buf_view(&own), buf_view(&to))) {
		return profile_fail(p, GS_CONFIG, sso_keys[key],
			"differs from that of the sso-session", err);
	}
	buf_cstr(&to);
	return buf_ok(&to) ? GS_OK
			   : gs_fail(err, GS_TOOBIG, sso_keys[key], VIEW(""),
				     "is longer than any real one");
}

/* Copies a key of the profile, which must be there. */
static enum gs_code
copy_own(const struct profile *p, unsigned key, struct buf to,
	struct gs_err *err)
{
	return profile_has(p, sso_keys[key])
		       ? chain_copy_key(p, sso_keys[key], to, err)
		       : refuse_missing(p, VIEW(""), sso_keys[key], err);
}

static enum gs_code
copy_place(const struct profile *p, struct sso *sso, struct gs_err *err)
{
	const struct buf to[] = {
		[SSO_REGION] = BUF_OVER(sso->region),
		[SSO_START_URL] = BUF_OVER(sso->start_url),
	};
	enum gs_code code =
		chain_copy_key(p, "sso_session", BUF_OVER(sso->session), err);

	for (unsigned key = 0; code == GS_OK && key < ARRAY_LEN(to); key++) {
		code = sso->session[0] != '\0'
			       ? copy_from_session(
					 p, sso->session, key, to[key], err)
			       : copy_own(p, key, to[key], err);
	}
	return code;
}

static enum gs_code
find_cache(const struct chain_search *search, const struct profile *p,
	const struct sso *sso, struct chain *c, struct gs_err *err)
{
	struct buf path = BUF_OVER(c->file);
	bool has_session = sso->session[0] != '\0';

	if (!add_home(search, "/.aws/sso/cache/", &path)) {
		return refuse_no_home(p, err);
	}
	sha1_hex(view_of(has_session ? sso->session : sso->start_url), &path);
	return finish_path(&path, err);
}

static enum gs_code
find_portal(const struct chain_search *search, const struct profile *p,
	const struct sso *sso, struct chain *c, struct gs_err *err)
{
	struct view region = view_of(sso->region);
	enum gs_code code;

	if (!partition_region_is_valid(region)) {
		return gs_fail(err, GS_CONFIG, "profile", p->name,
			"its sso_region is not the name of a region; it looks "
			"like us-east-1");
	}
	code = chain_find_service(
		search, CHAIN_PORTAL, region, BUF_OVER(c->url), err);
	if (code == GS_OK && sso->session[0] != '\0') {
		code = chain_find_service(search, CHAIN_OIDC, region,
			BUF_OVER(c->refresh_url), err);
	}
	return code;
}

enum gs_code
chain_find_sso(const struct chain_search *search, const struct profile *p,
	struct chain *c, struct gs_err *err)
{
	struct sso sso;
	enum gs_code code = copy_place(p, &sso, err);

	c->kind = CHAIN_SSO;
	chain_set_from(c, "SSO", p);
	if (code == GS_OK) {
		code = copy_own(p, SSO_ACCOUNT, BUF_OVER(c->account), err);
	}
	if (code == GS_OK) {
		code = copy_own(p, SSO_ROLE, BUF_OVER(c->role_name), err);
	}
	if (code == GS_OK) {
		code = find_cache(search, p, &sso, c, err);
	}
	return code == GS_OK ? find_portal(search, p, &sso, c, err) : code;
}

/* aws login */

enum gs_code
chain_find_login(const struct chain_search *search, const struct profile *p,
	struct chain *c, struct gs_err *err)
{
	struct view directory =
		env_get(search->env, "AWS_LOGIN_CACHE_DIRECTORY");
	struct buf path = BUF_OVER(c->file);
	char session[LOGIN_SESSION_MAX + 1];
	struct id digest;

	c->kind = CHAIN_LOGIN;
	chain_set_from(c, "the login", p);
	if (chain_copy_key(p, "login_session", BUF_OVER(session), err) !=
		GS_OK) {
		return err->code;
	}
	buf_add(&path, directory);
	buf_char(&path, '/');
	if (directory.n == 0) {
		buf_clear(&path);
		if (!add_home(search, "/.aws/login/cache/", &path)) {
			return refuse_no_home(p, err);
		}
	}
	sha256_of(view_of(session), &digest);
	buf_hex(&path, digest.byte, sizeof(digest.byte));
	return finish_path(&path, err);
}
