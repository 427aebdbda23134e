/*
 * The keys that requests are signed with, and how they stand in the environment
 * and in a profile.
 */
#ifndef S3_CREDS_H
#define S3_CREDS_H

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "s3/profile.h"

/* A plain value that owns its text, all terminated. */
struct creds {
	char access_key[ACCESS_KEY_MAX + 1];
	char secret_key[SECRET_KEY_MAX + 1];
	char session_token[SESSION_TOKEN_MAX + 1]; /* "" without one */
};

enum creds_field {
	CREDS_ACCESS_KEY,
	CREDS_SECRET_KEY,
	CREDS_SESSION_TOKEN,
	CREDS_FIELDS
};

/* An empty buffer over a field. Whoever fills it ends the text (buf_cstr). */
struct buf creds_field(struct creds *creds, enum creds_field field);

/* True if they are the same. */
bool creds_eq(const struct creds *a, const struct creds *b);

/* False for text with a byte that the field cannot have: key and token travel
 * in headers, where a blank would cut them. */
bool creds_is_sound(struct view text, enum creds_field field);

/* The variable of a field: the first of its two names that has a value, or the
 * first of them. */
const char *creds_variable(char *const env[], enum creds_field field);

/* True if the environment has a whole pair; half a pair does not count. */
bool creds_are_in_env(char *const env[]);

/* Copies them from there. GS_CONFIG or GS_TOOBIG names a variable that no key
 * can have as its value. */
GS_CHECKED enum gs_code creds_from_env(
	char *const env[], struct creds *creds, struct gs_err *err);

/* Says whether the profile has a pair. GS_CONFIG for half a pair. */
GS_CHECKED enum gs_code creds_look_in_profile(
	const struct profile *p, bool *found, struct gs_err *err);

/* Copies the pair of a profile that has one from its file, and the token if it
 * stands there too. Fails as creds_from_env does. */
GS_CHECKED enum gs_code creds_from_profile(const struct profile *p,
	struct creds *creds, enum profile_file *file, struct gs_err *err);

#endif
