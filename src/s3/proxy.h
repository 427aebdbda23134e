/*
 * Which proxy a service is reached through, as Go's httpproxy reads
 * HTTPS_PROXY, HTTP_PROXY and NO_PROXY; in lower case they come second, and an
 * empty one is as good as none.
 *
 *	value = [ ( "http" / "https" ) "://" ] [ user [ ":" password ] "@" ]
 *	        host [ ":" port ] [ anything from / ? or # on ]
 *
 * User and password are percent-encoded. Ports are 80 and 443 by default.
 * Where Go ignores a value that it cannot read, we refuse it: nobody means
 * that. SOCKS is not spoken. NO_PROXY is s3/no_proxy.h's.
 * Sources: net/http of Go 1.24 to 1.27, transport.go and its copy of
 * golang.org/x/net/http/httpproxy/proxy.go (of which later versions look for
 * the lower case first).
 */
#ifndef S3_PROXY_H
#define S3_PROXY_H

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"
#include "s3/http1.h"

enum {
	PROXY_AUTHORIZATION_MAX = 1024,
	/* user and password with their colon, which that has room for */
	PROXY_USER_MAX =
		(PROXY_AUTHORIZATION_MAX - (sizeof("Basic ") - 1)) / 4 * 3,
	PROXY_URL_MAX = HOST_MAX + sizeof("https://[]:65535"),
	PROXY_CONNECT_MAX = 2 * HOST_MAX + PROXY_AUTHORIZATION_MAX + 256,
};

/* What a 407 to a request for plain http means, where nobody knows more. */
#define PROXY_PASSWORD_ADVICE                                                  \
	"a proxy wants a user and password: write them into HTTP_PROXY, as "   \
	"in http://user:password@host"

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

/* tls, host (a name or an address without brackets) and port are those of the
 * service. GS_CONFIG names the variable with a value that is no proxy we can
 * use; the text does not hold the value, which may be a secret. */
GS_CHECKED enum gs_code proxy_choose(char *const env[], bool tls,
	struct view host, uint16_t port, struct proxy *p, struct gs_err *err);

/* The port of the proxy for such services that are not in NO_PROXY, and whether
 * TLS is spoken to it; 0 if there is none, or none that can be used. */
uint16_t proxy_port(char *const env[], bool tls, bool *wants_tls);

/* Appends its URL, without user and password. */
void proxy_url(const struct proxy *p, struct buf *out);

/* Appends the request for a tunnel to host:port, PROXY_CONNECT_MAX bytes at
 * most. out then holds a secret. */
void proxy_connect_head(const struct proxy *p, struct view host, uint16_t port,
	struct buf *out);

/* Makes a request for plain http one that a proxy passes on; p is NULL for
 * none. What is signed does not change. */
GS_CHECKED enum gs_code proxy_address(
	const struct proxy *p, struct http1_request *r, struct gs_err *err);

#endif
