#include "s3/chain_private.h"

#include "base/array.h"
#include "s3/env.h"

enum {
	ROLE_DURATION_TEXT_MAX = 16,
	/* Go's SDK ignores what is not longer than 15 whole minutes */
	DURATION_MIN_S = 16 * 60,
};

static enum gs_code
find_keys(const struct chain_search *search, const struct profile *p,
	struct chain *c, struct gs_err *err)
{
	enum profile_file file;
	enum gs_code code = creds_from_profile(p, &c->keys, &file, err);
	bool is_linked = !view_eq(p->name, search->profile->name);

	if (code == GS_OK) {
		c->kind = CHAIN_KEYS;
		chain_set_from(c,
			file == PROFILE_CONFIG ? "the config file"
					       : "the credentials file",
			is_linked ? p : NULL);
	}
	return code;
}

static enum gs_code
find_env_keys(const struct chain_search *search, const struct profile *p,
	struct chain *c, struct gs_err *err)
{
	if (!creds_are_in_env(search->env)) {
		return profile_fail(p, GS_CONFIG, "credential_source",
			"is Environment, but AWS_ACCESS_KEY_ID and "
			"AWS_SECRET_ACCESS_KEY are not both set",
			err);
	}
	c->kind = CHAIN_KEYS;
	chain_set_from(c, "the environment", NULL);
	return creds_from_env(search->env, &c->keys, err);
}

static enum gs_code
find_wanted_container(const struct chain_search *search,
	const struct profile *p, struct chain *c, struct gs_err *err)
{
	if (!chain_has_container(search)) {
		return profile_fail(p, GS_CONFIG, "credential_source",
			"is EcsContainer, but neither "
			"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor "
			"AWS_CONTAINER_CREDENTIALS_FULL_URI is set",
			err);
	}
	return chain_find_container(search, c, err);
}

static enum gs_code
find_wanted_instance(const struct chain_search *search, const struct profile *p,
	struct chain *c, struct gs_err *err)
{
	if (chain_instance_is_off(search)) {
		return profile_fail(p, GS_CONFIG, "credential_source",
			"is Ec2InstanceMetadata, which "
			"AWS_EC2_METADATA_DISABLED=true turns off",
			err);
	}
	return chain_find_instance(search, c, err);
}

static enum gs_code
find_wanted(const struct chain_search *search, const struct profile *p,
	struct chain *c, struct gs_err *err)
{
	static const struct {
		const char *name;
		enum gs_code (*find)(const struct chain_search *search,
			const struct profile *p, struct chain *c,
			struct gs_err *err);
	} wanted[] = {
		{"Environment", find_env_keys},
		{"EcsContainer", find_wanted_container},
		{"Ec2InstanceMetadata", find_wanted_instance},
	};

	char text[PROFILE_NAME_MAX];
	struct buf name = BUF_OVER(text);

	(void)profile_get(p, "credential_source", &name);
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
		if (view_eq(buf_view(&name), view_of(wanted[i].name))) {
			return wanted[i].find(search, p, c, err);
		}
	}
	return profile_fail(p, GS_CONFIG, "credential_source",
		"must be Environment, EcsContainer or Ec2InstanceMetadata",
		err);
}

static enum gs_code
find_web_identity(const struct chain_search *search, const struct profile *p,
	struct chain *c, struct gs_err *err)
{
	const struct {
		const char *key;
		struct buf to;
	} texts[] = {
		{"web_identity_token_file", BUF_OVER(c->file)},
		{"role_arn", BUF_OVER(c->role.arn)},
		{"role_session_name", BUF_OVER(c->role.session_name)},
	};

	(void)search;
	c->kind = CHAIN_WEB_IDENTITY;
	chain_set_from(c, "the web identity", p);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (chain_copy_key(p, texts[i].key, texts[i].to, err) !=
			GS_OK) {
			return err->code;
		}
	}
	return GS_OK;
}

static enum gs_code
find_command(const struct chain_search *search, const struct profile *p,
	struct chain *c, struct gs_err *err)
{
	(void)search;
	c->kind = CHAIN_COMMAND;
	chain_set_from(c, "the credential_process", p);
	return chain_copy_key(
		p, "credential_process", BUF_OVER(c->command), err);
}

/* nothing of the profile */

/* Where keys were looked for in vain, and what to do. */
static void
say_what_was_tried(const struct chain_search *search, const struct profile *p,
	struct buf *b)
{
	bool access = env_get(search->env,
			      creds_variable(search->env, CREDS_ACCESS_KEY))
			      .n > 0;
	bool secret = env_get(search->env,
			      creds_variable(search->env, CREDS_SECRET_KEY))
			      .n > 0;

	if (profile_has(p, "role_arn")) {
		buf_str(b, "role_arn of profile ");
		chain_add_name(b, p->name);
		buf_str(b, " has no source_profile, credential_source or "
			   "web_identity_token_file beside it");
		return;
	}
	if (access && secret) {
		buf_str(b, "keys in the environment do not count beside "
			   "-profile");
	} else {
		buf_str(b, access ? "" : "AWS_ACCESS_KEY_ID");
		buf_str(b, access || secret ? "" : " and ");
		buf_str(b, secret ? "" : "AWS_SECRET_ACCESS_KEY");
		buf_str(b, access || secret ? " is not set" : " are not set");
	}
	buf_str(b, ", and neither the config file nor the credentials file "
		   "has keys for profile ");
	chain_add_name(b, p->name);
	buf_str(b, ": set the variables or run `aws configure`");
}

static enum gs_code
find_machine(const struct chain_search *search, const struct profile *p,
	struct chain *c, struct gs_err *err)
{
	struct buf tried = BUF_OVER(c->tried);

	if (chain_has_container(search)) {
		return chain_find_container(search, c, err);
	}
	say_what_was_tried(search, p, &tried);
	buf_cstr(&tried);
	return chain_instance_is_off(search)
		       ? gs_fail(err, GS_CONFIG, "no credentials", VIEW(""),
				 c->tried)
		       : chain_find_instance(search, c, err);
}

/* all of it */

static enum gs_code
find_source(const struct chain_search *search, const struct chain_path *path,
	struct chain *c, struct gs_err *err)
{
	static const struct {
		const char *key; /* NULL: chain_has_sso */
		enum gs_code (*find)(const struct chain_search *search,
			const struct profile *p, struct chain *c,
			struct gs_err *err);
	} sources[] = {
		{"credential_source", find_wanted},
		{"web_identity_token_file", find_web_identity},
		{NULL, chain_find_sso},
		{"login_session", chain_find_login},
		{"credential_process", find_command},
	};
	const struct profile *p = chain_path_end(path);

	if (path->has_keys) {
		return find_keys(search, p, c, err);
	}
	for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
		if (sources[i].key ? profile_has(p, sources[i].key)
				   : chain_has_sso(p)) {
			return sources[i].find(search, p, c, err);
		}
	}
	return find_machine(search, p, c, err);
}

static enum gs_code
copy_role(const struct profile *p, struct chain_role *role, struct gs_err *err)
{
	const struct {
		const char *key;
		struct buf to;
	} texts[] = {
		{"role_arn", BUF_OVER(role->arn)},
		{"role_session_name", BUF_OVER(role->session_name)},
		{"external_id", BUF_OVER(role->external_id)},
	};

	char text[ROLE_DURATION_TEXT_MAX];
	struct buf duration = BUF_OVER(text);
	unsigned long long seconds = 0;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (chain_copy_key(p, texts[i].key, texts[i].to, err) !=
			GS_OK) {
			return err->code;
		}
	}
	if (profile_has(p, "mfa_serial")) {
		return profile_fail(p, GS_CONFIG, "mfa_serial",
			"asks for a code that only a person has: use "
			"credential_process or SSO, or export the keys",
			err);
	}
	if (profile_get(p, "duration_seconds", &duration)) {
		(void)view_uint(buf_view(&duration), UINT32_MAX, &seconds);
	}
	role->duration_s = seconds >= DURATION_MIN_S ? (unsigned)seconds : 0;
	return GS_OK;
}

/* From the source's own role to the one that was asked for. */
static enum gs_code
add_roles(const struct chain_path *path, struct chain *c, struct gs_err *err)
{
	bool source_has_used_it =
		path->comes_again || c->kind == CHAIN_WEB_IDENTITY;

	for (size_t i = path->count - source_has_used_it; i-- > 0;) {
		const struct profile *p = &path->at[i];

		if (!profile_has(p, "role_arn")) {
			continue;
		}
		if (c->role_count == CHAIN_ROLES_MAX) {
			return profile_fail(p, GS_TOOBIG, "role_arn",
				"comes after too many others", err);
		}
		if (copy_role(p, &c->roles[c->role_count], err) != GS_OK) {
			return err->code;
		}
		c->role_count++;
	}
	return GS_OK;
}

enum gs_code
chain_find_profile(
	const struct chain_search *search, struct chain *c, struct gs_err *err)
{
	struct chain_path path;
	enum gs_code code = chain_walk(search->profile, &path, err);

	if (code == GS_OK) {
		code = find_source(search, &path, c, err);
	}
	return code == GS_OK ? add_roles(&path, c, err) : code;
}
