/*
 * A profile of AWS's shared configuration: what the config file says under
 * `[profile NAME]` and the credentials file under `[NAME]`. The credentials
 * file wins, key by key, even with an empty value. Lookups clear *value and
 * fill it (base/ini.h); they give false where nothing, or an empty value, is
 * said.
 * Source: docs.aws.amazon.com sdkref/latest/guide/file-format.html;
 * aws-sdk-go-v2 config/shared_config.go.
 */
#ifndef S3_PROFILE_H
#define S3_PROFILE_H

#include "base/buf.h"
#include "base/err.h"

enum profile_file { PROFILE_CREDENTIALS, PROFILE_CONFIG, PROFILE_FILES };

enum { PROFILE_NAME_MAX = 256 };

struct profile {
	struct view name;
	struct view text[PROFILE_FILES]; /* "" for a file that is not there */
};

/* The same files' profile of that name. */
struct profile profile_named(const struct profile *p, struct view name);

/* True if either file has the profile. */
bool profile_exists(const struct profile *p);

bool profile_get(const struct profile *p, const char *key, struct buf *value);

/* True if profile_get finds something. */
bool profile_has(const struct profile *p, const char *key);

/* As profile_get, in one file. */
bool profile_get_in(const struct profile *p, enum profile_file file,
	const char *key, struct buf *value);

/* True if that file says something for key, be it nothing. */
bool profile_mentions(
	const struct profile *p, enum profile_file file, const char *key);

/* An indented key under `parent =`, as in `s3 =`, `  addressing_style = path`. */
bool profile_get_nested(const struct profile *p, const char *parent,
	const char *key, struct buf *value);

/* A service's key in the section that the profile's `services` names. */
bool profile_get_service(const struct profile *p, const char *service,
	const char *key, struct buf *value);

/* A key of [sso-session NAME]. */
bool profile_get_session(const struct profile *p, struct view name,
	const char *key, struct buf *value);

/* The file's name in messages. */
const char *profile_file_text(enum profile_file file);

/* Fails with "profile 'NAME': KEY (FILE, line N) WHY", where the value that
 * counts stands. */
enum gs_code profile_fail(const struct profile *p, enum gs_code code,
	const char *key, const char *why, struct gs_err *err);

#endif
