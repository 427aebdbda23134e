/*
 * What a run is configured with: from flags, the environment and AWS's shared
 * files, as aws-sdk-go-v2 reads them, so that what works for the AWS CLI works
 * here. Pure: the caller reads the files.
 *
 * For each setting the first place that says something wins: flag, environment
 * variable, profile. An empty variable is unset. Where a value makes no sense
 * the run has no configuration, and the message says what to change.
 * Source: docs.aws.amazon.com sdkref/latest/guide/settings-reference.html
 */
#ifndef S3_SETTINGS_H
#define S3_SETTINGS_H

#include "base/err.h"
#include "s3/chain.h"
#include "s3/endpoint.h"
#include "s3/extras.h"

/* Texts are terminated, "" is not given, and borrow from the caller. */
struct settings_input {
	char *const *env; /* as environ */
	/* of the command line, or of GOCACHE_S3_ variables */
	const char *bucket, *prefix, *endpoint, *region, *profile, *ca_bundle;
	bool path_style;
	const struct extras_wish *extras; /* NULL: none */
};

enum { SETTINGS_PATH_MAX = 1024 };

/* The shared files' paths, terminated; "" if there is no home to look in. */
struct settings_paths {
	char config[SETTINGS_PATH_MAX];
	char credentials[SETTINGS_PATH_MAX];
};

/* Fills paths from AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE, where ~/
 * is $HOME/, or from $HOME. GS_TOOBIG for a path that does not fit. */
GS_CHECKED enum gs_code settings_paths(
	char *const env[], struct settings_paths *paths, struct gs_err *err);

/* The texts of these files, empty for those that are not there. They may hold
 * secrets: wipe them after use. */
struct settings_texts {
	struct view config, credentials;
};

/* A plain value that owns its text, all terminated, but for extras. */
struct settings {
	char bucket[BUCKET_NAME_MAX + 1];
	char prefix[KEY_PREFIX_MAX + 1];
	char endpoint[URL_MAX + 1];  /* "": AWS's own */
	char region[REGION_MAX + 1]; /* "": none is configured */
	char profile[SETTINGS_PATH_MAX];
	char ca_bundle[SETTINGS_PATH_MAX]; /* "": the system's */
	enum endpoint_addressing addressing;
	struct partition_variants variants; /* of AWS's hosts */
	bool accelerate;
	bool use_arn_region;
	bool sign_bodies;      /* payload_signing_enabled */
	bool without_sessions; /* s3_disable_express_session_auth */
	unsigned max_attempts; /* 0: not configured */
	struct extras extras;  /* borrows from the input */
	/* where it was found, in words for messages; "" if nowhere */
	const char *endpoint_from, *region_from, *ca_bundle_from;
	struct chain chain; /* of credentials; it makes this large */
};

/* Everything but the chain. GS_CONFIG or GS_TOOBIG names the setting, and *s is of
 * no use then. */
GS_CHECKED enum gs_code settings_resolve(const struct settings_input *in,
	const struct settings_texts *texts, struct settings *s,
	struct gs_err *err);

/* Fills s->chain, after settings_resolve. Fails as chain_find does, or for a
 * switch that is neither true nor false; the chain is then wiped. */
GS_CHECKED enum gs_code settings_find_chain(const struct settings_input *in,
	const struct settings_texts *texts, struct settings *s,
	struct gs_err *err);

/* For endpoint_resolve; borrows from s. */
struct endpoint_wish settings_wish(const struct settings *s);

/* Wipes the secrets. Twice is fine. */
void settings_release(struct settings *s);

#endif
