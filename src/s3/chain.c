#include "s3/chain.h"

#include "s3/chain_private.h"
#include "s3/env.h"
#include "s3/partition.h"

#include <string.h>

enum { NAME_SHOWN = 64 }; /* of a name, in messages */

/* copying */

/* Ends a text; what is wrong with it is *why. */
static enum gs_code
finish_text(struct buf *to, const char **why)
{
	bool has_nul = view_index(buf_view(to), '\0') < to->len;

	buf_cstr(to);
	if (!buf_ok(to)) {
		*why = "is longer than any real one";
		return GS_TOOBIG;
	}
	*why = "holds a NUL";
	return has_nul ? GS_CONFIG : GS_OK;
}

enum gs_code
chain_copy_variable(
	char *const env[], const char *name, struct buf to, struct gs_err *err)
{
	const char *why;
	enum gs_code code;

	buf_add(&to, env_get(env, name));
	code = finish_text(&to, &why);
	return code == GS_OK ? GS_OK : gs_fail(err, code, name, VIEW(""), why);
}

enum gs_code
chain_copy_key(const struct profile *p, const char *key, struct buf to,
	struct gs_err *err)
{
	const char *why;
	enum gs_code code;

	if (!profile_get(p, key, &to)) {
		buf_clear(&to);
	}
	code = finish_text(&to, &why);
	return code == GS_OK ? GS_OK : profile_fail(p, code, key, why, err);
}

void
chain_add_name(struct buf *b, struct view name)
{
	bool cut = name.n > NAME_SHOWN;

	if (cut) {
		name.n = NAME_SHOWN;
	}
	buf_char(b, '\'');
	buf_add(b, name);
	buf_str(b, cut ? "...'" : "'");
}

void
chain_set_from(struct chain *c, const char *what, const struct profile *profile)
{
	struct buf from = BUF_OVER(c->from);

	buf_str(&from, what);
	if (profile) {
		buf_str(&from, " of profile ");
		chain_add_name(&from, profile->name);
	}
	buf_cstr(&from);
}

/* sources of the environment */

static enum gs_code
find_env_keys(
	const struct chain_search *search, struct chain *c, struct gs_err *err)
{
	c->kind = CHAIN_KEYS;
	chain_set_from(c, "the environment", NULL);
	return creds_from_env(search->env, &c->keys, err);
}

static enum gs_code
find_env_web_identity(
	const struct chain_search *search, struct chain *c, struct gs_err *err)
{
	const struct {
		const char *variable;
		struct buf to;
	} texts[] = {
		{"AWS_WEB_IDENTITY_TOKEN_FILE", BUF_OVER(c->file)},
		{"AWS_ROLE_ARN", BUF_OVER(c->role.arn)},
		{"AWS_ROLE_SESSION_NAME", BUF_OVER(c->role.session_name)},
	};

	c->kind = CHAIN_WEB_IDENTITY;
	chain_set_from(
		c, "the web identity of AWS_WEB_IDENTITY_TOKEN_FILE", NULL);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (chain_copy_variable(search->env, texts[i].variable,
			    texts[i].to, err) != GS_OK) {
			return err->code;
		}
	}
	if (c->role.arn[0] == '\0') {
		return gs_fail(err, GS_CONFIG, texts[0].variable, VIEW(""),
			"a role must go with it, and AWS_ROLE_ARN is not set");
	}
	return GS_OK;
}

/* all of it */

/* What assumes the roles. */
static enum gs_code
find_sts(const struct chain_search *search, struct chain *c, struct gs_err *err)
{
	struct buf region = BUF_OVER(c->sts_region);

	if (c->kind != CHAIN_WEB_IDENTITY && c->role_count == 0) {
		return GS_OK;
	}
	if (search->region.n == 0 ||
		view_eq(search->region, VIEW("aws-global"))) {
		buf_str(&region, "us-east-1");
	} else {
		partition_real_region(search->region, &region);
	}
	buf_cstr(&region);
	return chain_find_service(
		search, CHAIN_STS, search->region, BUF_OVER(c->sts_url), err);
}

enum gs_code
chain_find(
	const struct chain_search *search, struct chain *c, struct gs_err *err)
{
	enum gs_code code;

	memset(c, 0, sizeof(*c));
	if (!search->profile_first && creds_are_in_env(search->env)) {
		code = find_env_keys(search, c, err);
	} else if (!search->profile_first &&
		   env_get(search->env, "AWS_WEB_IDENTITY_TOKEN_FILE").n > 0) {
		code = find_env_web_identity(search, c, err);
	} else {
		code = chain_find_profile(search, c, err);
	}
	if (code == GS_OK) {
		code = find_sts(search, c, err);
	}
	if (code != GS_OK) {
		chain_release(c);
	}
	return code;
}

bool
chain_is_static(const struct chain *c)
{
	return c->kind == CHAIN_KEYS && c->role_count == 0;
}

void
chain_release(struct chain *c)
{
	wipe(c, sizeof(*c));
}
