/*
 * The URL of a service: http or https, a host, perhaps a port and a base path.
 *
 *	url  = ( "http" / "https" ) "://" host [ ":" port ] [ path ]
 *	host = name / IPv4 / "[" IPv6 "]"
 *	path = *( "/" / unreserved ), trailing slashes do not count
 *
 * Refused, since no service's address has them: user names and passwords,
 * queries, fragments, percent signs, spaces and control bytes.
 */
#ifndef S3_URL_H
#define S3_URL_H

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"

/* Views borrow from the text that was parsed. */
struct url {
	bool tls;
	struct view host; /* an IPv6 address is without its brackets */
	bool is_ip;
	uint16_t port;    /* 80 or 443 where the text has none */
	struct view path; /* "", or begins with a slash and ends without one */
};

/* True for four decimal numbers up to 255 with dots between. */
bool url_is_ipv4(struct view host);

/* Appends what the Host header says: no port where it is the scheme's own. */
void url_add_host(bool tls, struct view host, uint16_t port, struct buf *out);

/* Appends host:port, with brackets around an IPv6 address. */
void url_add_place(struct view host, uint16_t port, struct buf *out);

/* True for the domain and for what lies in it; *before is then the part of host
 * before `.domain`. */
bool url_is_under(struct view host, struct view domain, struct view *before);

/* what names the setting in messages. *url is written only on success. */
GS_CHECKED enum gs_code url_parse(struct view text, const char *what,
	struct url *url, struct gs_err *err);

#endif
