#include "s3/settings.h"

#include "base/array.h"
#include "s3/env.h"
#include "s3/settings_private.h"

static enum gs_code
find_region(const struct settings_scope *scope, struct settings *s,
	struct gs_err *err)
{
	const struct settings_text t = {"-region", scope->in->region,
		{"AWS_REGION", "AWS_DEFAULT_REGION"}, "region", false,
		s->region, sizeof(s->region), &s->region_from};

	return settings_find_text(scope, &t, err);
}

static enum gs_code
find_ca_bundle(const struct settings_scope *scope, struct settings *s,
	struct gs_err *err)
{
	const struct settings_text t = {"-ca-bundle", scope->in->ca_bundle,
		{"AWS_CA_BUNDLE"}, "ca_bundle", false, s->ca_bundle,
		sizeof(s->ca_bundle), &s->ca_bundle_from};

	return settings_find_text(scope, &t, err);
}

static enum gs_code
find_bucket(const struct settings_scope *scope, struct settings *s,
	struct gs_err *err)
{
	const char *from;
	const struct settings_text bucket = {"-bucket", scope->in->bucket,
		{NULL}, NULL, false, s->bucket, sizeof(s->bucket), &from};
	const struct settings_text prefix = {"-prefix", scope->in->prefix,
		{NULL}, NULL, false, s->prefix, sizeof(s->prefix), &from};
	enum gs_code code = settings_find_text(scope, &bucket, err);

	if (code == GS_OK && s->bucket[0] == '\0') {
		return gs_fail(err, GS_CONFIG, "no bucket", VIEW(""),
			"set GOCACHE_S3_BUCKET or give -bucket");
	}
	return code == GS_OK ? settings_find_text(scope, &prefix, err) : code;
}

static enum gs_code
find_max_attempts(const struct settings_scope *scope, struct settings *s,
	struct gs_err *err)
{
	struct view said = env_get(scope->in->env, "AWS_MAX_ATTEMPTS");
	unsigned long long n = 0;
	char text[SETTINGS_WORD_MAX];
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

static enum gs_code
find_sessions(const struct settings_scope *scope, struct settings *s,
	struct gs_err *err)
{
	return settings_find_switch(scope,
		"AWS_S3_DISABLE_EXPRESS_SESSION_AUTH",
		"s3_disable_express_session_auth", &s->without_sessions, err);
}

static enum gs_code
find_extras(const struct settings_scope *scope, struct settings *s,
	struct gs_err *err)
{
	static const struct extras_wish none;
	const struct extras_wish *wish = scope->in->extras;

	return extras_resolve(wish ? wish : &none, &s->extras, err);
}

enum gs_code
settings_resolve(const struct settings_input *in,
	const struct settings_texts *texts, struct settings *s,
	struct gs_err *err)
{
	static enum gs_code (*const finders[])(
		const struct settings_scope *scope, struct settings *s,
		struct gs_err *err) = {
		find_bucket,
		settings_find_endpoint,
		find_region,
		find_ca_bundle,
		find_max_attempts,
		settings_find_s3_block,
		find_sessions,
		find_extras,
	};
	struct settings_scope scope;
	struct buf profile = BUF_OVER(s->profile);
	enum gs_code code = settings_scope_init(in, texts, &scope, err);

	if (code != GS_OK) {
		return code;
	}
	buf_add(&profile, scope.profile.name);
	buf_cstr(&profile);
	for (size_t i = 0; i < ARRAY_LEN(finders); i++) {
		code = finders[i](&scope, s, err);
		if (code != GS_OK) {
			return code;
		}
	}
	return GS_OK;
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
		.variants = s->variants,
		.accelerate = s->accelerate,
		.use_arn_region = s->use_arn_region,
	};
}

void
settings_release(struct settings *s)
{
	chain_release(&s->chain);
}
