#include "s3/settings_private.h"

#include "base/array.h"

enum gs_code
settings_find_chain(const struct settings_input *in,
	const struct settings_texts *texts, struct settings *s,
	struct gs_err *err)
{
	struct settings_scope scope;
	struct chain_search search = {
		.env = in->env,
		.profile_first = in->profile[0] != '\0',
		.profile = &scope.profile,
		.region = view_of(s->region),
		.variants = s->variants,
	};

	const struct {
		const char *variable, *key;
		bool *value;
	} switches[] = {
		{"AWS_EC2_METADATA_V1_DISABLED", "ec2_metadata_v1_disabled",
			&search.without_v1},
		{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
			"ignore_configured_endpoint_urls",
			&search.ignores_endpoints},
	};
	enum gs_code code = settings_scope_init(in, texts, &scope, err);

	for (size_t i = 0; code == GS_OK && i < ARRAY_LEN(switches); i++) {
		code = settings_find_switch(&scope, switches[i].variable,
			switches[i].key, switches[i].value, err);
	}
	if (code != GS_OK) {
		chain_release(&s->chain);
		return code;
	}
	return chain_find(&search, &s->chain, err);
}
