/*
 * What a vector file of tests/vectors/settings or chain configures: lines
 * `env NAME=VALUE` and `flag NAME VALUE`, the sections `config` and
 * `credentials`. Include after cmocka.h.
 */
#ifndef TESTS_UNIT_SETTINGS_VECTOR_H
#define TESTS_UNIT_SETTINGS_VECTOR_H

#include "s3/settings.h"

#include "sections.h"

enum { SETTINGS_VECTOR_ENV_MAX = 16, SETTINGS_VECTOR_TEXT_MAX = 256 };

/* What a vector file configures. */
struct settings_vector {
	struct settings_input in;
	struct settings_texts texts;
	char *env[SETTINGS_VECTOR_ENV_MAX + 1];
	char text[SETTINGS_VECTOR_ENV_MAX][SETTINGS_VECTOR_TEXT_MAX];
	size_t texts_used;
};

static inline char *
settings_vector_keep(struct settings_vector *v, struct view text)
{
	char *kept = v->text[v->texts_used++];

	assert_true(text.n < SETTINGS_VECTOR_TEXT_MAX &&
		    v->texts_used <= SETTINGS_VECTOR_ENV_MAX);
	if (text.n > 0) {
		memcpy(kept, text.p, text.n);
	}
	kept[text.n] = '\0';
	return kept;
}

static inline void
settings_vector_env(struct settings_vector *v, struct view text)
{
	size_t i = 0;

	while (v->env[i]) {
		i++;
	}
	v->env[i] = settings_vector_keep(v, text);
}

static inline void
settings_vector_flag(struct settings_vector *v, struct view text)
{
	const struct {
		struct view name;
		const char **value;
	} flags[] = {
		{VIEW("bucket"), &v->in.bucket},
		{VIEW("prefix"), &v->in.prefix},
		{VIEW("endpoint"), &v->in.endpoint},
		{VIEW("region"), &v->in.region},
		{VIEW("profile"), &v->in.profile},
		{VIEW("ca-bundle"), &v->in.ca_bundle},
	};
	struct view name, value;

	view_cut(text, ' ', &name, &value);
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (view_eq(name, flags[i].name)) {
			*flags[i].value = settings_vector_keep(v, value);
			return;
		}
	}
	assert_true(view_eq(text, VIEW("path-style true")));
	v->in.path_style = true;
}

static inline void
settings_vector_begin(struct settings_vector *v)
{
	memset(v, 0, sizeof(*v));
	v->in = (struct settings_input){.env = v->env,
		.bucket = "",
		.prefix = "",
		.endpoint = "",
		.region = "",
		.profile = "",
		.ca_bundle = ""};
}

static inline void
settings_vector_read(struct view file, struct settings_vector *v)
{
	struct view section, key, value;

	settings_vector_begin(v);
	sections_find(file, "", &section);
	while (sections_next(&section, &key, &value)) {
		if (view_eq(key, VIEW("env"))) {
			settings_vector_env(v, value);
		} else {
			assert_true(view_eq(key, VIEW("flag")));
			settings_vector_flag(v, value);
		}
	}
	sections_find(file, "config", &v->texts.config);
	sections_find(file, "credentials", &v->texts.credentials);
}

#endif
