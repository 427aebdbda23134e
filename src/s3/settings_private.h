/* What the parts of settings share: where they look, and how. Only settings*.c
 * may include it. */
#ifndef S3_SETTINGS_PRIVATE_H
#define S3_SETTINGS_PRIVATE_H

#include "s3/profile.h"
#include "s3/settings.h"

enum { SETTINGS_WORD_MAX = 64 }; /* of a switch or a number */

/* Where settings are looked for. */
struct settings_scope {
	const struct settings_input *in;
	struct profile profile;
};

/* Fills scope. GS_CONFIG if the profile must exist and does not. */
GS_CHECKED enum gs_code settings_scope_init(const struct settings_input *in,
	const struct settings_texts *texts, struct settings_scope *scope,
	struct gs_err *err);

/* A setting that is text. */
struct settings_text {
	const char *flag, *flag_value;
	const char *variables[3]; /* in the order in which they count */
	const char *key;          /* of the profile */
	bool in_services;         /* and of its service s3, which wins */
	char *to;
	size_t cap;
	const char **from;
};

GS_CHECKED enum gs_code settings_find_text(const struct settings_scope *scope,
	const struct settings_text *t, struct gs_err *err);

/* Reads true or false in any case; false for anything else. */
bool settings_read_switch(struct view text, bool *value);

/* A variable with another value is an error, a profile's is ignored. */
GS_CHECKED enum gs_code settings_find_switch(const struct settings_scope *scope,
	const char *variable, const char *key, bool *value, struct gs_err *err);

/* The steps of settings_resolve that have a file of their own. */
GS_CHECKED enum gs_code settings_find_endpoint(
	const struct settings_scope *scope, struct settings *s,
	struct gs_err *err);
GS_CHECKED enum gs_code settings_find_s3_block(
	const struct settings_scope *scope, struct settings *s,
	struct gs_err *err);

#endif
