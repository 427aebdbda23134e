/* Where the services are that grant keys. The endpoint that is configured for
 * S3 alone, or for everything, is not theirs. */
#include "s3/chain_private.h"
#include "s3/env.h"
#include "s3/partition.h"
#include "s3/url.h"

static const struct {
	const char *host, *variable, *section;
} services[] = {
	[CHAIN_STS] = {"sts", "AWS_ENDPOINT_URL_STS", "sts"},
	[CHAIN_PORTAL] = {"portal.sso", "AWS_ENDPOINT_URL_SSO", "sso"},
	[CHAIN_OIDC] = {"oidc", "AWS_ENDPOINT_URL_SSO_OIDC", "sso_oidc"},
};

/* Appends what is configured, "" if nothing is; says where it stands. */
static const char *
look_for(const struct chain_search *search, enum chain_service service,
	struct buf *url)
{
	struct view said = env_get(search->env, services[service].variable);

	if (search->ignores_endpoints) {
		return "";
	}
	if (said.n > 0) {
		buf_add(url, said);
		return services[service].variable;
	}
	/* Go's SDK does not look there beside this variable */
	if (env_get(search->env, "AWS_ENDPOINT_URL").n > 0 ||
		!profile_get_service(search->profile, services[service].section,
			"endpoint_url", url)) {
		buf_clear(url);
	}
	return "endpoint_url of the profile's services";
}

enum gs_code
chain_find_service(const struct chain_search *search,
	enum chain_service service, struct view region, struct buf out,
	struct gs_err *err)
{
	const char *from = look_for(search, service, &out);
	bool is_configured = !buf_ok(&out) || out.len > 0;
	struct url url;

	if (!is_configured &&
		partition_service_url(services[service].host, region,
			search->variants, &out, err) != GS_OK) {
		return err->code;
	}
	buf_cstr(&out);
	if (!buf_ok(&out)) {
		return gs_fail(err, GS_TOOBIG, from, VIEW(""),
			"is longer than any real one");
	}
	return is_configured ? url_parse(buf_view(&out), from, &url, err)
			     : GS_OK;
}
