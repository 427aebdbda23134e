/*
 * Which hosts are reached without a proxy whatever else is configured, and
 * which because NO_PROXY lists them, as Go's httpproxy reads it:
 *
 *	list  = entry *( "," entry ), blanks around an entry do not count
 *	entry = "*" / network / host [ ":" port ]
 *	host  = address / name / "." name / "*." name
 *
 * `*` is every host, a network (10.0.0.0/8) the addresses in it, a name itself
 * and what is below it, with a dot or star in front only what is below it. An
 * IPv6 address with a port needs brackets, without a port it must not have any.
 * Other entries mean nothing. Unlike Go, names beyond ASCII must be listed as
 * they go over the wire (xn--...).
 * Source: golang.org/x/net/http/httpproxy/proxy.go.
 */
#ifndef S3_NO_PROXY_H
#define S3_NO_PROXY_H

#include "base/view.h"

#include <stdint.h>

/* True for this machine's own addresses and its name localhost, and for the
 * addresses of the metadata services of EC2, ECS and EKS, which only this
 * machine can ask (there Go would use a proxy). */
bool no_proxy_ever(struct view host);

/* True if the list has an entry for host, a name or an address without
 * brackets, and port. */
bool no_proxy_lists(struct view list, struct view host, uint16_t port);

#endif
