#include "s3/settings_private.h"

enum gs_code
settings_find_creds(const struct settings_input *in,
	const struct settings_texts *texts, struct settings *s,
	struct gs_err *err)
{
	struct settings_scope scope;
	enum gs_code code = settings_scope_init(in, texts, &scope, err);
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
