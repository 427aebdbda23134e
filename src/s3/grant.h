/*
 * Keys with the time at which they end, as whoever grants them says it, and
 * when they are to be renewed.
 * Source: aws-sdk-go-v2 aws/credential_cache.go; botocore credentials.py
 * (RefreshableCredentials).
 */
#ifndef S3_GRANT_H
#define S3_GRANT_H

#include "s3/creds.h"

#define GRANT_NEVER INT64_MAX

/* A plain value that owns its text. Wipe it after use. */
struct grant {
	struct creds creds;
	int64_t expires_s; /* Unix time, or GRANT_NEVER */
};

/* When to ask for the next one: early enough that requests never wait for it,
 * five minutes or a quarter of what is left at now_s, whichever is less; at
 * once if nothing is left. Ask right after it came, and keep the answer. */
int64_t grant_renew_at(const struct grant *g, int64_t now_s);

/* False once its keys are of no use, and if it has none. */
bool grant_is_valid(const struct grant *g, int64_t now_s);

#endif
