#include "s3/settings_private.h"

#include "base/array.h"

/* Kinds of AWS's hosts that must be named by hand here. */
static enum gs_code
refuse_variants(const struct settings_scope *scope, struct gs_err *err)
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
		enum gs_code code = settings_find_switch(
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
	if (code == GS_OK && s->endpoint[0] == '\0') {
		code = refuse_variants(scope, err);
	}
	return code;
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
enum gs_code
settings_find_s3_block(const struct settings_scope *scope, struct settings *s,
	struct gs_err *err)
{
	char text[SETTINGS_WORD_MAX];
	struct buf b = BUF_OVER(text);

	(void)err;
	s->sign_bodies = false;
	if (profile_get_nested(
		    &scope->profile, "s3", "payload_signing_enabled", &b)) {
		(void)settings_read_switch(buf_view(&b), &s->sign_bodies);
	}
	s->addressing = scope->in->path_style ? ENDPOINT_PATH : ENDPOINT_AUTO;
	if (!scope->in->path_style && profile_get_nested(&scope->profile, "s3",
					      "addressing_style", &b)) {
		s->addressing = addressing_of(buf_view(&b));
	}
	return GS_OK;
}
