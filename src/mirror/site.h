/*
 * Where a service is reached: its host, and the proxy on the way there. Lives
 * longer than the pools that connect to it, stays where it is (it points into
 * itself), and does not change once it is found.
 */
#ifndef MIRROR_SITE_H
#define MIRROR_SITE_H

#include "os/stream.h"
#include "s3/proxy.h"
#include "s3/url.h"

struct site {
	struct stream_target target; /* for conn_pool_init */
	char host[HOST_MAX + 1];
	struct proxy proxy;
};

/* trust may be NULL where site_wants_trust turns out to be false, or until
 * then. GS_CONFIG as proxy_choose. */
GS_CHECKED enum gs_code site_find(struct site *site, const struct url *url,
	char *const env[], struct trust *trust, struct gs_err *err);

/* True if there is TLS to the service or to its proxy. */
bool site_wants_trust(const struct site *site);

/* What is connected to: the service's, or its proxy's. */
const char *site_host(const struct site *site);
uint16_t site_port(const struct site *site);

#endif
