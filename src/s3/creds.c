#include "s3/creds.h"

#include "base/array.h"
#include "s3/env.h"

/* How a source answers. */
enum finding {
	FOUND_NOTHING,
	FOUND_KEYS,
	FOUND_TROUBLE, /* err says which */
};

struct buf
creds_field(struct creds *creds, enum creds_field field)
{
	const struct buf fields[CREDS_FIELDS] = {
		[CREDS_ACCESS_KEY] = BUF_OVER(creds->access_key),
		[CREDS_SECRET_KEY] = BUF_OVER(creds->secret_key),
		[CREDS_SESSION_TOKEN] = BUF_OVER(creds->session_token),
	};

	return fields[field];
}

/* The secret travels nowhere, and some stores let people choose one. */
bool
creds_is_sound(struct view text, enum creds_field field)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c < ' ' || c == 0x7f ||
			(field != CREDS_SECRET_KEY && (c == ' ' || c > '~'))) {
			return false;
		}
	}
	return true;
}

/* Ends the value that was put into a field; name is for messages. */
static bool
finish_field(struct buf *value, enum creds_field field, const char *name,
	struct gs_err *err)
{
	bool sound = creds_is_sound(buf_view(value), field);

	buf_cstr(value);
	if (!buf_ok(value)) {
		(void)gs_fail(err, GS_TOOBIG, name, VIEW(""),
			"longer than any real one");
	} else if (!sound) {
		(void)gs_fail(err, GS_CONFIG, name, VIEW(""),
			"holds a blank or a character that no key has; was "
			"it copied with something around it?");
	}
	return buf_ok(value) && sound;
}

/* the environment */

/* The first of two names that has a value, or the first. */
static const char *
variable_of(char *const env[], enum creds_field field)
{
	static const char *const names[CREDS_FIELDS][2] = {
		{"AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY"},
		{"AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY"},
		{"AWS_SESSION_TOKEN", "AWS_SESSION_TOKEN"},
	};

	return names[field][env_get(env, names[field][0]).n == 0 &&
			    env_get(env, names[field][1]).n > 0];
}

static bool
env_has(char *const env[], enum creds_field field)
{
	return env_get(env, variable_of(env, field)).n > 0;
}

static enum finding
look_in_env(const struct creds_search *search, struct creds *creds,
	struct gs_err *err)
{
	if (search->profile_first || !env_has(search->env, CREDS_ACCESS_KEY) ||
		!env_has(search->env, CREDS_SECRET_KEY)) {
		return FOUND_NOTHING;
	}
	for (unsigned field = 0; field < CREDS_FIELDS; field++) {
		const char *name = variable_of(search->env, field);
		struct buf value = creds_field(creds, field);

		buf_add(&value, env_get(search->env, name));
		if (!finish_field(&value, field, name, err)) {
			return FOUND_TROUBLE;
		}
	}
	return FOUND_KEYS;
}

/* the profile */

static enum finding
look_in_file(const struct creds_search *search, enum profile_file file,
	struct creds *creds, struct gs_err *err)
{
	static const char *const keys[CREDS_FIELDS] = {"aws_access_key_id",
		"aws_secret_access_key", "aws_session_token"};
	bool has[CREDS_FIELDS];

	for (unsigned field = 0; field < CREDS_FIELDS; field++) {
		struct buf value = creds_field(creds, field);

		has[field] = profile_get_in(
			search->profile, file, keys[field], &value);
		if (!has[field]) {
			buf_clear(&value);
		}
		if (!finish_field(&value, field, keys[field], err)) {
			return FOUND_TROUBLE;
		}
	}
	if (has[CREDS_ACCESS_KEY] != has[CREDS_SECRET_KEY]) {
		(void)gs_fail(err, GS_CONFIG, "credentials: profile",
			search->profile->name,
			has[CREDS_ACCESS_KEY]
				? "aws_secret_access_key is missing"
				: "aws_access_key_id is missing");
		return FOUND_TROUBLE;
	}
	return has[CREDS_ACCESS_KEY] ? FOUND_KEYS : FOUND_NOTHING;
}

static enum finding
look_in_credentials_file(const struct creds_search *search, struct creds *creds,
	struct gs_err *err)
{
	return look_in_file(search, PROFILE_CREDENTIALS, creds, err);
}

static enum finding
look_in_config_file(const struct creds_search *search, struct creds *creds,
	struct gs_err *err)
{
	return look_in_file(search, PROFILE_CONFIG, creds, err);
}

/* all sources */

/* In the order of aws-sdk-go-v2 config/resolve_credentials.go. One that is
 * only told by a variable or by a key of the profile cannot be read here. */
static const struct source {
	const char *what;
	enum finding (*look)(const struct creds_search *search,
		struct creds *creds, struct gs_err *err);
	const char *variable, *key;
	bool before_profile; /* does not count if the profile comes first */
} sources[] = {
	{"the environment", .look = look_in_env},
	{"a web identity", .variable = "AWS_WEB_IDENTITY_TOKEN_FILE",
		.before_profile = true},
	{"a role", .key = "role_arn"},
	{"the credentials file", .look = look_in_credentials_file},
	{"the config file", .look = look_in_config_file},
	{"another profile's keys", .key = "source_profile"},
	{"the machine's role", .key = "credential_source"},
	{"a web identity", .key = "web_identity_token_file"},
	{"sso", .key = "sso_session"},
	{"sso", .key = "sso_start_url"},
	{"a login", .key = "login_session"},
	{"a command's output", .key = "credential_process"},
	{"the container's role",
		.variable = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"},
	{"the container's role",
		.variable = "AWS_CONTAINER_CREDENTIALS_FULL_URI"},
};

static bool
is_configured(const struct creds_search *search, const struct source *source)
{
	char text[1];
	struct buf any = BUF_OVER(text);

	if (source->variable) {
		return !(source->before_profile && search->profile_first) &&
		       env_get(search->env, source->variable).n > 0;
	}
	return profile_get(search->profile, source->key, &any);
}

static void
refuse(const struct creds_search *search, const struct source *source,
	struct gs_err *err)
{
	char text[GS_ERR_TEXT_MAX];
	struct buf why = BUF_OVER(text);

	buf_str(&why, source->variable ? source->variable : source->key);
	buf_str(&why, " asks for ");
	buf_str(&why, source->what);
	buf_str(&why, ", which this version cannot read yet: set "
		      "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and "
		      "AWS_SESSION_TOKEN, as `aws configure "
		      "export-credentials --format env` prints them");
	(void)gs_fail(err, GS_CONFIG, "credentials: profile",
		search->profile->name, buf_cstr(&why));
}

static enum finding
ask(const struct creds_search *search, const struct source *source,
	struct creds *creds, struct gs_err *err)
{
	if (source->look) {
		return source->look(search, creds, err);
	}
	if (is_configured(search, source)) {
		refuse(search, source, err);
		return FOUND_TROUBLE;
	}
	return FOUND_NOTHING;
}

static void
say_nothing_found(const struct creds_search *search, struct gs_err *err)
{
	bool has_access = env_has(search->env, CREDS_ACCESS_KEY);
	bool has_secret = env_has(search->env, CREDS_SECRET_KEY);
	char text[GS_ERR_TEXT_MAX];
	struct buf why = BUF_OVER(text);

	if (has_access && has_secret) {
		buf_str(&why, "keys in the environment do not count beside "
			      "-profile");
	} else {
		buf_str(&why, has_access ? "" : "AWS_ACCESS_KEY_ID");
		buf_str(&why, has_access || has_secret ? "" : " and ");
		buf_str(&why, has_secret ? "" : "AWS_SECRET_ACCESS_KEY");
		buf_str(&why, has_access || has_secret ? " is not set"
						       : " are not set");
	}
	buf_str(&why, ", and neither the AWS credentials file nor the config "
		      "file has keys for this profile: set the variables or "
		      "run `aws configure`");
	(void)gs_fail(err, GS_CONFIG, "no credentials for profile",
		search->profile->name, buf_cstr(&why));
}

enum gs_code
creds_find(const struct creds_search *search, struct creds *creds,
	const char **from, struct gs_err *err)
{
	enum finding found = FOUND_NOTHING;

	for (size_t i = 0; i < ARRAY_LEN(sources) && found == FOUND_NOTHING;
		i++) {
		found = ask(search, &sources[i], creds, err);
		if (found == FOUND_KEYS) {
			*from = sources[i].what;
			return GS_OK;
		}
	}
	wipe(creds, sizeof(*creds));
	if (found == FOUND_NOTHING) {
		say_nothing_found(search, err);
	}
	return err->code;
}
