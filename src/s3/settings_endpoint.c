#include "s3/settings_private.h"

#include "base/array.h"

/* Switches about AWS's hosts. */
static enum gs_code
find_switches(const struct settings_scope *scope, struct settings *s,
	struct gs_err *err)
{
	const struct {
		const char *variable, *key;
		bool *value;
	} switches[] = {
		{"AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint",
			&s->variants.fips},
		{"AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint",
			&s->variants.dual_stack},
		{"AWS_S3_USE_ARN_REGION", "s3_use_arn_region",
			&s->use_arn_region},
	};

	for (size_t i = 0; i < ARRAY_LEN(switches); i++) {
		if (settings_find_switch(scope, switches[i].variable,
			    switches[i].key, switches[i].value, err) != GS_OK) {
			return err->code;
		}
	}
	return GS_OK;
}

enum gs_code
settings_find_endpoint(const struct settings_scope *scope, struct settings *s,
	struct gs_err *err)
{
	struct settings_text t = {"-endpoint", scope->in->endpoint,
		{"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"}, "endpoint_url",
		true, s->endpoint, sizeof(s->endpoint), &s->endpoint_from};
	bool ignored;
	enum gs_code code = settings_find_switch(scope,
		"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
		"ignore_configured_endpoint_urls", &ignored, err);

	if (code != GS_OK) {
		return code;
	}
	if (ignored) {
		t.variables[0] = NULL;
		t.in_services = false;
		t.key = NULL;
	}
	code = settings_find_text(scope, &t, err);
	return code == GS_OK ? find_switches(scope, s, err) : code;
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

/* A switch of the profile's `s3 =` block, which the AWS CLI knows. */
static bool
is_on(const struct settings_scope *scope, const char *key)
{
	char text[SETTINGS_WORD_MAX];
	struct buf b = BUF_OVER(text);
	bool on = false;

	if (profile_get_nested(&scope->profile, "s3", key, &b)) {
		(void)settings_read_switch(buf_view(&b), &on);
	}
	return on;
}

enum gs_code
settings_find_s3_block(const struct settings_scope *scope, struct settings *s,
	struct gs_err *err)
{
	char text[SETTINGS_WORD_MAX];
	struct buf b = BUF_OVER(text);

	(void)err;
	s->sign_bodies = is_on(scope, "payload_signing_enabled");
	s->accelerate = is_on(scope, "use_accelerate_endpoint");
	s->addressing = scope->in->path_style ? ENDPOINT_PATH : ENDPOINT_AUTO;
	if (!scope->in->path_style && profile_get_nested(&scope->profile, "s3",
					      "addressing_style", &b)) {
		s->addressing = addressing_of(buf_view(&b));
	}
	return GS_OK;
}
