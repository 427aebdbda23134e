#include "s3/settings.h"

#include "base/array.h"
#include "s3/env.h"
#include "s3/profile.h"

enum { VALUE_MAX = 64 }; /* of a switch or a number */

/* Where settings are looked for. */
struct scope {
	const struct settings_input *in;
	struct profile profile;
};

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

static enum gs_code
choose_profile(const struct settings_input *in,
	const struct settings_texts *texts, struct scope *scope,
	struct gs_err *err)
{
	struct view name;
	bool must_exist = name_profile(in, &name);

	*scope = (struct scope){.in = in,
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

struct text_setting {
	const char *flag, *flag_value;
	const char *variables[3]; /* in the order in which they count */
	const char *key;          /* of the profile */
	bool in_services;         /* and of its service s3, which wins */
	char *to;
	size_t cap;
	const char **from;
};

/* Fills value; says where it was found, "" if nowhere. */
static const char *
look_for(const struct scope *scope, const struct text_setting *t,
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

static enum gs_code
find_text(const struct scope *scope, const struct text_setting *t,
	struct gs_err *err)
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

/* Reads true or false in any case. */
static bool
read_switch(struct view text, bool *value)
{
	bool is_true = view_eq_nocase(text, VIEW("true"));

	if (!is_true && !view_eq_nocase(text, VIEW("false"))) {
		return false;
	}
	*value = is_true;
	return true;
}

/* A variable with another value is an error, a profile's is ignored. */
static enum gs_code
find_switch(const struct scope *scope, const char *variable, const char *key,
	bool *value, struct gs_err *err)
{
	struct view said = env_get(scope->in->env, variable);
	char text[VALUE_MAX];
	struct buf b = BUF_OVER(text);

	*value = false;
	if (said.n > 0) {
		return read_switch(said, value)
			       ? GS_OK
			       : gs_fail(err, GS_CONFIG, variable, said,
					 "must be true or false");
	}
	if (profile_get(&scope->profile, key, &b)) {
		(void)read_switch(buf_view(&b), value);
	}
	return GS_OK;
}

/* Kinds of AWS's hosts that must be named by hand here. */
static enum gs_code
refuse_variants(const struct scope *scope, struct gs_err *err)
{
	static const struct {
		const char *variable, *key, *advice;
	} variants[] = {
		{"AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint",
			"is not supported: give the host as -endpoint "
			"https://s3-fips.REGION.amazonaws.com"},
		{"AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint",
			"is not supported: give the host as -endpoint "
			"https://s3.dualstack.REGION.amazonaws.com"},
	};

	for (size_t i = 0; i < ARRAY_LEN(variants); i++) {
		bool on;
		enum gs_code code = find_switch(
			scope, variants[i].variable, variants[i].key, &on, err);

		if (code == GS_OK && on) {
			code = gs_fail(err, GS_CONFIG, variants[i].variable,
				VIEW(""), variants[i].advice);
		}
		if (code != GS_OK) {
			return code;
		}
	}
	return GS_OK;
}

/* the settings one by one */

static enum gs_code
find_endpoint(const struct scope *scope, struct settings *s, struct gs_err *err)
{
	struct text_setting t = {"-endpoint", scope->in->endpoint,
		{"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"}, "endpoint_url",
		true, s->endpoint, sizeof(s->endpoint), &s->endpoint_from};
	bool ignored;
	enum gs_code code =
		find_switch(scope, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
			"ignore_configured_endpoint_urls", &ignored, err);

	if (code != GS_OK) {
		return code;
	}
	if (ignored) {
		t.variables[0] = NULL;
		t.in_services = false;
		t.key = NULL;
	}
	code = find_text(scope, &t, err);
	if (code == GS_OK && s->endpoint[0] == '\0') {
		code = refuse_variants(scope, err);
	}
	return code;
}

static enum gs_code
find_region(const struct scope *scope, struct settings *s, struct gs_err *err)
{
	const struct text_setting t = {"-region", scope->in->region,
		{"AWS_REGION", "AWS_DEFAULT_REGION"}, "region", false,
		s->region, sizeof(s->region), &s->region_from};

	return find_text(scope, &t, err);
}

static enum gs_code
find_ca_bundle(
	const struct scope *scope, struct settings *s, struct gs_err *err)
{
	const struct text_setting t = {"-ca-bundle", scope->in->ca_bundle,
		{"AWS_CA_BUNDLE"}, "ca_bundle", false, s->ca_bundle,
		sizeof(s->ca_bundle), &s->ca_bundle_from};

	return find_text(scope, &t, err);
}

static enum gs_code
find_bucket(const struct scope *scope, struct settings *s, struct gs_err *err)
{
	const char *from;
	const struct text_setting bucket = {"-bucket", scope->in->bucket,
		{NULL}, NULL, false, s->bucket, sizeof(s->bucket), &from};
	const struct text_setting prefix = {"-prefix", scope->in->prefix,
		{NULL}, NULL, false, s->prefix, sizeof(s->prefix), &from};
	enum gs_code code = find_text(scope, &bucket, err);

	if (code == GS_OK && s->bucket[0] == '\0') {
		return gs_fail(err, GS_CONFIG, "no bucket", VIEW(""),
			"set GOCACHE_S3_BUCKET or give -bucket");
	}
	return code == GS_OK ? find_text(scope, &prefix, err) : code;
}

static enum gs_code
find_max_attempts(
	const struct scope *scope, struct settings *s, struct gs_err *err)
{
	struct view said = env_get(scope->in->env, "AWS_MAX_ATTEMPTS");
	unsigned long long n = 0;
	char text[VALUE_MAX];
	struct buf b = BUF_OVER(text);

	if (said.n > 0 && !view_uint(said, UINT32_MAX, &n)) {
		return gs_fail(err, GS_CONFIG, "AWS_MAX_ATTEMPTS", said,
			"must be a whole number");
	}
	if (said.n == 0 && profile_get(&scope->profile, "max_attempts", &b)) {
		(void)view_uint(buf_view(&b), UINT32_MAX, &n);
	}
	s->max_attempts = (unsigned)n;
	return GS_OK;
}

static enum endpoint_addressing
addressing_of(struct view word)
{
	if (view_eq_nocase(word, VIEW("path"))) {
		return ENDPOINT_PATH;
	}
	return view_eq_nocase(word, VIEW("virtual")) ? ENDPOINT_VIRTUAL
						     : ENDPOINT_AUTO;
}

/* The profile's `s3 =` block, which the AWS CLI knows. */
static enum gs_code
find_s3_block(const struct scope *scope, struct settings *s, struct gs_err *err)
{
	char text[VALUE_MAX];
	struct buf b = BUF_OVER(text);

	(void)err;
	s->sign_bodies = false;
	if (profile_get_nested(
		    &scope->profile, "s3", "payload_signing_enabled", &b)) {
		(void)read_switch(buf_view(&b), &s->sign_bodies);
	}
	s->addressing = scope->in->path_style ? ENDPOINT_PATH : ENDPOINT_AUTO;
	if (!scope->in->path_style && profile_get_nested(&scope->profile, "s3",
					      "addressing_style", &b)) {
		s->addressing = addressing_of(buf_view(&b));
	}
	return GS_OK;
}

enum gs_code
settings_resolve(const struct settings_input *in,
	const struct settings_texts *texts, struct settings *s,
	struct gs_err *err)
{
	static enum gs_code (*const finders[])(const struct scope *scope,
		struct settings *s, struct gs_err *err) = {
		find_bucket,
		find_endpoint,
		find_region,
		find_ca_bundle,
		find_max_attempts,
		find_s3_block,
	};
	struct scope scope;
	struct buf profile = BUF_OVER(s->profile);
	enum gs_code code = choose_profile(in, texts, &scope, err);

	if (code != GS_OK) {
		return code;
	}
	buf_add(&profile, scope.profile.name);
	buf_cstr(&profile);
	s->creds_from = "";
	for (size_t i = 0; i < ARRAY_LEN(finders); i++) {
		code = finders[i](&scope, s, err);
		if (code != GS_OK) {
			return code;
		}
	}
	return GS_OK;
}

enum gs_code
settings_find_creds(const struct settings_input *in,
	const struct settings_texts *texts, struct settings *s,
	struct gs_err *err)
{
	struct scope scope;
	enum gs_code code = choose_profile(in, texts, &scope, err);
	const struct creds_search search = {
		.env = in->env,
		.profile_first = in->profile[0] != '\0',
		.profile = &scope.profile,
	};

	if (code != GS_OK) {
		return code;
	}
	return creds_find(&search, &s->creds, &s->creds_from, err);
}

struct endpoint_wish
settings_wish(const struct settings *s)
{
	return (struct endpoint_wish){
		.bucket = view_of(s->bucket),
		.prefix = view_of(s->prefix),
		.url = view_of(s->endpoint),
		.region = view_of(s->region),
		.addressing = s->addressing,
	};
}

void
settings_release(struct settings *s)
{
	wipe(&s->creds, sizeof(s->creds));
}
