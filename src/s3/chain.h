/*
 * Which source of keys a run uses, found without asking it: the environment, a
 * web identity, the profile with those that it names, the container, the
 * machine. The answer is a plan that a driver carries out (mirror/granting.h):
 * one source, and the roles that are assumed on top of it, in this order.
 * A source that is configured but makes no sense is an error: the next one would
 * be somebody else's keys.
 *
 * What stands alone in the profile, in this order: source_profile and on from
 * there, static keys, credential_source, web_identity_token_file, SSO,
 * login_session, credential_process; else the container, else EC2's metadata.
 * A profile that comes up again on the way gives its keys and nothing else, so
 * that one may name itself.
 * Source: aws-sdk-go-v2 config/resolve_credentials.go, shared_config.go.
 */
#ifndef S3_CHAIN_H
#define S3_CHAIN_H

#include "base/err.h"
#include "base/limits.h"
#include "s3/creds.h"
#include "s3/partition.h"
#include "s3/profile.h"

enum chain_kind {
	CHAIN_KEYS,         /* keys: from the environment or the files */
	CHAIN_WEB_IDENTITY, /* a token file and a role, for STS */
	CHAIN_SSO,
	CHAIN_LOGIN,   /* of `aws login` */
	CHAIN_COMMAND, /* credential_process */
	CHAIN_CONTAINER,
	CHAIN_INSTANCE, /* EC2's metadata */
};

enum {
	CHAIN_ROLES_MAX = 8,
	CHAIN_FROM_MAX = 128 + PROFILE_NAME_MAX,
	CHAIN_PATH_MAX = 1024,
};

/* A role to assume. All text is terminated, "" is not given. */
struct chain_role {
	char arn[ROLE_ARN_MAX + 1];
	char session_name[ROLE_SESSION_MAX + 1];
	char external_id[EXTERNAL_ID_MAX + 1];
	unsigned duration_s; /* 0: not given */
};

/* A plain value that owns its text, all terminated; large. It holds secrets:
 * chain_release. Only what belongs to kind is filled. */
struct chain {
	enum chain_kind kind;
	char from[CHAIN_FROM_MAX]; /* the source, in words, for messages */
	struct creds keys;         /* CHAIN_KEYS */
	struct chain_role role;    /* CHAIN_WEB_IDENTITY */
	/* the token (web identity, container), the cache (SSO, login) */
	char file[CHAIN_PATH_MAX];
	/* CHAIN_CONTAINER: for container_parse; CHAIN_INSTANCE: the service's,
	 * no slash at its end; CHAIN_SSO: the portal's */
	char url[URL_MAX + 1];
	char token[SESSION_TOKEN_MAX + 1]; /* CHAIN_CONTAINER, if no file */
	char refresh_url[URL_MAX + 1]; /* CHAIN_SSO with a session: OIDC's */
	char account[SSO_TEXT_MAX + 1], role_name[SSO_TEXT_MAX + 1]; /* SSO */
	char command[COMMAND_MAX + 1]; /* CHAIN_COMMAND, for a shell */
	bool without_v1;               /* CHAIN_INSTANCE */
	/* CHAIN_INSTANCE because nothing else is configured: what was looked
	 * for in vain and what to do, in words; "" otherwise */
	char tried[GS_ERR_TEXT_MAX];
	struct chain_role roles[CHAIN_ROLES_MAX]; /* on top of it */
	size_t role_count;
	char sts_url[URL_MAX + 1], sts_region[REGION_MAX + 1];
};

/* Where to look. Borrows from the caller. */
struct chain_search {
	char *const *env; /* as environ */
	/* the profile was asked for by a flag, which beats the environment */
	bool profile_first;
	const struct profile *profile;
	/* "" or the region of the run; for services in a region */
	struct view region;
	struct partition_variants variants; /* of AWS's hosts */
	bool without_v1;                    /* of EC2's metadata */
	bool ignores_endpoints; /* that are configured for services */
};

/* GS_CONFIG without a source: says where was looked and what to set; or names
 * the file's profile or the variable that makes no sense. GS_TOOBIG for what is
 * over its limit. *c is then wiped. */
GS_CHECKED enum gs_code chain_find(
	const struct chain_search *search, struct chain *c, struct gs_err *err);

/* True if the keys are there without asking anybody. */
bool chain_is_static(const struct chain *c);

/* Wipes the secrets. Twice is fine. */
void chain_release(struct chain *c);

#endif
