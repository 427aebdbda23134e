/* What a chain needs of the system that a sandbox would shut away. */
#include "mirror/granting_private.h"

/* Notes the way to a service. */
static enum gs_code
add_site(struct granting_needs *needs, const struct url *url, char *const env[],
	struct gs_err *err)
{
	struct site site;

	if (site_find(&site, url, env, NULL, err) != GS_OK) {
		return err->code;
	}
	needs->trust |= site_wants_trust(&site);
	needs->ports[needs->port_count++] = site_port(&site);
	wipe(&site, sizeof(site)); /* a proxy's password */
	return GS_OK;
}

static enum gs_code
add_url(struct granting_needs *needs, const char *text, char *const env[],
	struct gs_err *err)
{
	struct url url;

	if (text[0] == '\0') {
		return GS_OK;
	}
	if (url_parse(view_of(text), "URL for credentials", &url, err) !=
		GS_OK) {
		return err->code;
	}
	return add_site(needs, &url, env, err);
}

static enum gs_code
add_container(struct granting_needs *needs, const struct chain *chain,
	char *const env[], struct gs_err *err)
{
	struct container container;

	if (container_parse(view_of(chain->url), &container, err) != GS_OK) {
		return err->code;
	}
	return add_site(needs, &container.url,
		container.url.tls ? env : granting_no_proxy, err);
}

enum gs_code
granting_find_needs(const struct chain *chain, char *const env[],
	struct granting_needs *needs, struct gs_err *err)
{
	enum gs_code code = GS_OK;

	*needs = (struct granting_needs){.port_count = 0};
	if (chain->kind == CHAIN_CONTAINER) {
		code = add_container(needs, chain, env, err);
	} else if (chain->kind == CHAIN_INSTANCE) {
		code = add_url(needs, chain->url, granting_no_proxy, err);
	} else if (chain->kind == CHAIN_SSO) {
		code = add_url(needs, chain->url, env, err);
	}
	if (code == GS_OK) {
		code = add_url(needs, chain->refresh_url, env, err);
	}
	return code == GS_OK ? add_url(needs, chain->sts_url, env, err) : code;
}
