/*
 * Which proxy a URL is reached through, as Go's httpproxy reads HTTPS_PROXY,
 * HTTP_PROXY and NO_PROXY. Never for addresses of the machine itself, nor for
 * those of metadata (which Go would ask a proxy for, in vain).
 * Source: golang.org/x/net/http/httpproxy/proxy.go.
 */
#ifndef S3_PROXY_H
#define S3_PROXY_H

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"

enum { PROXY_AUTHORIZATION_MAX = 1024 };

/* A plain value that owns its text, all terminated. */
struct proxy {
	bool is_used; /* false: go there directly, the rest is empty */
	bool tls;     /* to the proxy itself */
	uint16_t port;
	char host[HOST_MAX + 1];
	/* the value of Proxy-Authorization, a secret, or "" */
	char authorization[PROXY_AUTHORIZATION_MAX + 1];
	const char *variable; /* that names it, for messages */
};

/* GS_CONFIG names the variable with a value that is no proxy we can use. */
GS_CHECKED enum gs_code proxy_choose(char *const env[], bool tls,
	struct view host, uint16_t port, struct proxy *p, struct gs_err *err);

/* Appends the request that asks a proxy for a tunnel to host:port. */
void proxy_connect_head(const struct proxy *p, struct view host, uint16_t port,
	struct buf *out);

#endif
