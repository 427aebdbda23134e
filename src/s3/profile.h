/*
 * A profile of AWS's shared configuration: what the config file says under
 * `[profile NAME]` and the credentials file under `[NAME]`. The credentials
 * file wins, key by key. Lookups clear *value and fill it (base/ini.h); they
 * give false where nothing, or an empty value, is said.
 * Source: docs.aws.amazon.com sdkref/latest/guide/file-format.html;
 * aws-sdk-go-v2 config/shared_config.go.
 */
#ifndef S3_PROFILE_H
#define S3_PROFILE_H

#include "base/buf.h"

enum profile_file { PROFILE_CREDENTIALS, PROFILE_CONFIG, PROFILE_FILES };

enum { PROFILE_NAME_MAX = 256 };

struct profile {
	struct view name;
	struct view text[PROFILE_FILES]; /* "" for a file that is not there */
};

/* True if either file has the profile. */
bool profile_exists(const struct profile *p);

bool profile_get(const struct profile *p, const char *key, struct buf *value);

/* As profile_get, in one file. */
bool profile_get_in(const struct profile *p, enum profile_file file,
	const char *key, struct buf *value);

/* An indented key under `parent =`, as in `s3 =`, `  addressing_style = path`. */
bool profile_get_nested(const struct profile *p, const char *parent,
	const char *key, struct buf *value);

/* A service's key in the section that the profile's `services` names. */
bool profile_get_service(const struct profile *p, const char *service,
	const char *key, struct buf *value);

#endif
