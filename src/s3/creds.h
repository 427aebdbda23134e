/*
 * The keys that requests are signed with, and where they are looked for: the
 * environment, then the profile, as aws-sdk-go-v2 does. A source that is
 * configured but cannot be used is an error: the next one would be somebody
 * else's keys.
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

/* False for text with a byte that the field cannot have: key and token travel
 * in headers, where a blank would cut them. */
bool creds_is_sound(struct view text, enum creds_field field);

/* Where to look. Borrows from the caller. */
struct creds_search {
	char *const *env; /* as environ */
	/* the profile was asked for by a flag, which beats the environment */
	bool profile_first;
	const struct profile *profile;
};

/*
 * Fills *creds, and *from with the source in words. GS_CONFIG without
 * credentials: says where they were looked for and what to set, or which
 * source is configured that this version cannot read; GS_TOOBIG for a value
 * over its limit. *creds is then wiped.
 */
GS_CHECKED enum gs_code creds_find(const struct creds_search *search,
	struct creds *creds, const char **from, struct gs_err *err);

#endif
