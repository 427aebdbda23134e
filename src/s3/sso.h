/*
 * IAM Identity Center (SSO): the token that `aws sso login` left in its cache,
 * how it is refreshed, and the portal that grants keys for it. The portal's
 * answer is keydoc.h's (KEYDOC_SSO); refusals of both are refusal.h's.
 * Source: aws-sdk-go-v2 credentials/ssocreds; service/sso, service/ssooidc.
 */
#ifndef S3_SSO_H
#define S3_SSO_H

#include "s3/call.h"
#include "s3/chain.h"
#include "s3/grant.h"

enum {
	SSO_TOKEN_MAX = 8192,
	SSO_CACHE_MAX = 64 * 1024,
	SSO_REQUEST_MAX = 48 * 1024,
};

/* What the cache's file says; terminated, "" is not given. Large. Wipe it. */
struct sso_token {
	char access_token[SSO_TOKEN_MAX + 1];
	int64_t expires_s;
	char refresh_token[SSO_TOKEN_MAX + 1];
	char client_id[SSO_TOKEN_MAX + 1], client_secret[SSO_TOKEN_MAX + 1];
	int64_t registration_expires_s; /* GRANT_NEVER: not said */
};

/* GS_BAD for a file that holds no token, GS_TOOBIG for one over a limit; *token
 * is then wiped. */
GS_CHECKED enum gs_code sso_read_cache(
	struct view text, struct sso_token *token, struct gs_err *err);

/* True if the token can be refreshed at that time. */
bool sso_can_refresh(const struct sso_token *token, int64_t now_s);

/* Appends the whole request to OIDC for another token. */
GS_CHECKED enum gs_code sso_refresh_request(const struct call_place *where,
	const struct sso_token *token, struct buf *out, struct gs_err *err);

/* Takes the answer of status 200 to it, which came at now_s, into token; a
 * refresh token that it does not hold stays. *token is wiped on failure. */
GS_CHECKED enum gs_code sso_read_refresh(struct view document, int64_t now_s,
	struct sso_token *token, struct gs_err *err);

/* Appends the cache's text, as sso_read_cache took it, with the members of the
 * refreshed token replaced and all others as they were. GS_TOOBIG if it does
 * not fit. */
GS_CHECKED enum gs_code sso_write_cache(struct view text,
	const struct sso_token *token, struct buf *out, struct gs_err *err);

/* Appends the request to the portal for the chain's account and role. */
GS_CHECKED enum gs_code sso_keys_request(const struct call_place *where,
	const struct chain *chain, struct view access_token, struct buf *out,
	struct gs_err *err);

#endif
