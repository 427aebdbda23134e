/*
 * IAM Identity Center: the token that `aws sso login` left in its cache, how it
 * is refreshed, and the portal that grants keys for it.
 * Source: aws-sdk-go-v2 credentials/ssocreds; service/sso, service/ssooidc.
 */
#ifndef S3_SSO_H
#define S3_SSO_H

#include "base/buf.h"
#include "s3/chain.h"
#include "s3/grant.h"
#include "s3/url.h"

enum {
	SSO_TOKEN_MAX = 8192,
	SSO_CACHE_MAX = 64 * 1024,
	SSO_REQUEST_MAX = 48 * 1024,
};

/* What the cache's file says; terminated, "" is not given. Wipe it. */
struct sso_token {
	char access_token[SSO_TOKEN_MAX + 1];
	int64_t expires_s;
	char refresh_token[SSO_TOKEN_MAX + 1];
	char client_id[SSO_TOKEN_MAX + 1], client_secret[SSO_TOKEN_MAX + 1];
	int64_t registration_expires_s; /* GRANT_NEVER: not said */
};

GS_CHECKED enum gs_code sso_read_cache(
	struct view text, struct sso_token *token, struct gs_err *err);

/* True if the token can be refreshed at that time. */
bool sso_can_refresh(const struct sso_token *token, int64_t now_s);

/* Appends the whole request to OIDC's endpoint for another token. */
GS_CHECKED enum gs_code sso_refresh_request(const struct url *url,
	const struct sso_token *token, struct buf *out, struct gs_err *err);

/* Takes the answer to it into token. */
GS_CHECKED enum gs_code sso_read_refresh(struct view document, int64_t now_s,
	struct sso_token *token, struct gs_err *err);

/* Appends the cache's text with the token's members replaced, all others as
 * they were. */
GS_CHECKED enum gs_code sso_write_cache(struct view text,
	const struct sso_token *token, struct buf *out, struct gs_err *err);

/* Appends the request to the portal for the chain's account and role. */
GS_CHECKED enum gs_code sso_keys_request(const struct chain *chain,
	const struct url *url, struct view access_token, struct buf *out,
	struct gs_err *err);

#endif
