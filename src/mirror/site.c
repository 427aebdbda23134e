#include "mirror/site.h"

enum gs_code
site_find(struct site *site, const struct url *url, char *const env[],
	struct trust *trust, struct gs_err *err)
{
	struct buf host = BUF_OVER(site->host);

	if (proxy_choose(env, url->tls, url->host, url->port, &site->proxy,
		    err) != GS_OK) {
		return err->code;
	}
	buf_add(&host, url->host);
	(void)buf_cstr(&host);
	site->target = (struct stream_target){
		.host = site->host,
		.port = url->port,
		.tls = url->tls,
		.trust = trust,
		.proxy = site->proxy.is_used ? &site->proxy : NULL,
	};
	return GS_OK;
}

bool
site_wants_trust(const struct site *site)
{
	return site->target.tls || site->proxy.tls;
}

const char *
site_host(const struct site *site)
{
	return site->target.proxy ? site->proxy.host : site->host;
}

uint16_t
site_port(const struct site *site)
{
	return site->target.proxy ? site->proxy.port : site->target.port;
}
