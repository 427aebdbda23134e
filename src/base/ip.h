/*
 * IP addresses as text (RFC 4291, 2.2; no brackets, no zone, no leading zeros
 * in IPv4). An IPv4 address is held as the IPv6 address that is mapped to it,
 * so both ways to write it are one.
 */
#ifndef BASE_IP_H
#define BASE_IP_H

#include "base/view.h"

struct ip {
	unsigned char byte[16];
};

enum { IP_BITS = 128, IP_V4_BITS = 32 };

/* False, and *ip untouched, for anything that is no address. */
bool ip_parse(struct view text, struct ip *ip);

bool ip_eq(const struct ip *a, const struct ip *b);

/* True for ::ffff:0:0/96. */
bool ip_is_v4(const struct ip *ip);

/* True for 127.0.0.0/8 and ::1. */
bool ip_is_loopback(const struct ip *ip);

/* True if text, an address with `/` and a number of bits, is a network that
 * holds the address. None holds addresses of the other version. */
bool ip_is_in(const struct ip *ip, struct view text);

/* True if text is such a network. */
bool ip_is_network(struct view text);

#endif
