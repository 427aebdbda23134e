#include "s3/settings_private.h"

#include "s3/env.h"

/* the profile */

/* True if its name was asked for in a way that it must exist. */
static bool
name_profile(const struct settings_input *in, struct view *name)
{
	const struct {
		struct view name;
		bool must_exist;
	} choices[] = {
		{view_of(in->profile), true},
		{env_get(in->env, "AWS_PROFILE"), true},
		{env_get(in->env, "AWS_DEFAULT_PROFILE"), false},
		{VIEW("default"), false},
	};

	size_t i = 0;

	while (choices[i].name.n == 0) {
		i++;
	}
	*name = choices[i].name;
	return choices[i].must_exist;
}

enum gs_code
settings_scope_init(const struct settings_input *in,
	const struct settings_texts *texts, struct settings_scope *scope,
	struct gs_err *err)
{
	struct view name;
	bool must_exist = name_profile(in, &name);

	*scope = (struct settings_scope){.in = in,
		.profile = {.name = name,
			.text = {
				[PROFILE_CONFIG] = texts->config,
				[PROFILE_CREDENTIALS] = texts->credentials,
			}}};
	if (name.n >= PROFILE_NAME_MAX) {
		return gs_fail(err, GS_TOOBIG, "profile", VIEW(""),
			"the name is longer than any real one");
	}
	if (must_exist && !profile_exists(&scope->profile)) {
		return gs_fail(err, GS_CONFIG, "profile", name,
			"is neither in the AWS config file nor in the "
			"credentials file");
	}
	return GS_OK;
}

/* settings that are text */

/* Fills value; says where it was found, "" if nowhere. */
static const char *
look_for(const struct settings_scope *scope, const struct settings_text *t,
	struct buf *value)
{
	if (t->flag_value[0] != '\0') {
		buf_str(value, t->flag_value);
		return t->flag;
	}
	for (size_t i = 0; t->variables[i]; i++) {
		struct view found = env_get(scope->in->env, t->variables[i]);

		if (found.n > 0) {
			buf_add(value, found);
			return t->variables[i];
		}
	}
	if (t->in_services &&
		profile_get_service(&scope->profile, "s3", t->key, value)) {
		return "the profile's services";
	}
	if (t->key && profile_get(&scope->profile, t->key, value)) {
		return "the profile";
	}
	return "";
}

enum gs_code
settings_find_text(const struct settings_scope *scope,
	const struct settings_text *t, struct gs_err *err)
{
	struct buf value = buf_over(t->to, t->cap);

	*t->from = look_for(scope, t, &value);
	buf_cstr(&value);
	if (!buf_ok(&value)) {
		return gs_fail(err, GS_TOOBIG, t->flag + 1, VIEW(""),
			"the value is longer than any real one");
	}
	return GS_OK;
}

/* switches */

bool
settings_read_switch(struct view text, bool *value)
{
	bool is_true = view_eq_nocase(text, VIEW("true"));

	if (!is_true && !view_eq_nocase(text, VIEW("false"))) {
		return false;
	}
	*value = is_true;
	return true;
}

enum gs_code
settings_find_switch(const struct settings_scope *scope, const char *variable,
	const char *key, bool *value, struct gs_err *err)
{
	struct view said = env_get(scope->in->env, variable);
	char text[SETTINGS_WORD_MAX];
	struct buf b = BUF_OVER(text);

	*value = false;
	if (said.n > 0) {
		return settings_read_switch(said, value)
			       ? GS_OK
			       : gs_fail(err, GS_CONFIG, variable, said,
					 "must be true or false");
	}
	if (profile_get(&scope->profile, key, &b)) {
		(void)settings_read_switch(buf_view(&b), value);
	}
	return GS_OK;
}
