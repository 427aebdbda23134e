#include "base/ip.h"

#include "base/hex.h"

#include <string.h>

enum { V4_AT = 12, V4_LEN = 4, GROUP_LEN = 2, GROUP_DIGITS = 4 };

static const unsigned char v4_prefix[V4_AT] = {[10] = 0xff, [11] = 0xff};

static bool
read_v4(struct view text, unsigned char *out)
{
	struct view part;
	unsigned long long byte;

	for (int i = 0; i < V4_LEN; i++) {
		bool more = view_cut(text, '.', &part, &text);

		if (more != (i < V4_LEN - 1) ||
			(part.n > 1 && part.p[0] == '0') ||
			!view_uint(part, 255, &byte)) {
			return false;
		}
		out[i] = (unsigned char)byte;
	}
	return true;
}

static bool
read_group(struct view text, unsigned char *out)
{
	unsigned value = 0;

	for (size_t i = 0; i < text.n; i++) {
		unsigned digit = hex_value(text.p[i]);

		if (digit == HEX_NOT) {
			return false;
		}
		value = value << 4 | digit;
	}
	out[0] = (unsigned char)(value >> 8);
	out[1] = (unsigned char)value;
	return text.n > 0;
}

/* Reads what stands on one side of `::`; an IPv4 address may end the address
 * only. */
static bool
read_groups(struct view text, bool at_end, unsigned char *out, size_t *len)
{
	struct view group;
	bool more = text.n > 0;

	*len = 0;
	while (more) {
		more = view_cut(text, ':', &group, &text);

		bool v4 = at_end && !more && view_index(group, '.') < group.n;
		size_t n = v4 ? V4_LEN : GROUP_LEN;

		if (*len + n > sizeof(struct ip) ||
			(!v4 && group.n > GROUP_DIGITS) ||
			!(v4 ? read_v4 : read_group)(group, out + *len)) {
			return false;
		}
		*len += n;
	}
	return true;
}

static bool
read_v6(struct view text, struct ip *ip)
{
	unsigned char left[sizeof(*ip)], right[sizeof(*ip)];
	size_t left_len, right_len = 0;
	size_t gap = view_find(text, VIEW("::"));
	bool whole = gap == text.n;

	if (!read_groups((struct view){text.p, gap}, whole, left, &left_len) ||
		!read_groups(
			view_skip(text, gap + 2), true, right, &right_len)) {
		return false;
	}
	/* the gap stands for a group at least */
	if (whole ? left_len != sizeof(*ip)
		  : left_len + right_len + GROUP_LEN > sizeof(*ip)) {
		return false;
	}
	memset(ip, 0, sizeof(*ip));
	memcpy(ip->byte, left, left_len);
	memcpy(ip->byte + sizeof(*ip) - right_len, right, right_len);
	return true;
}

bool
ip_parse(struct view text, struct ip *ip)
{
	unsigned char v4[V4_LEN];

	if (view_index(text, ':') < text.n) {
		return read_v6(text, ip);
	}
	if (!read_v4(text, v4)) {
		return false;
	}
	memcpy(ip->byte, v4_prefix, V4_AT);
	memcpy(ip->byte + V4_AT, v4, V4_LEN);
	return true;
}

bool
ip_eq(const struct ip *a, const struct ip *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

bool
ip_is_v4(const struct ip *ip)
{
	return memcmp(ip->byte, v4_prefix, V4_AT) == 0;
}

bool
ip_is_loopback(const struct ip *ip)
{
	static const struct ip one = {.byte = {[15] = 1}};

	return ip_is_v4(ip) ? ip->byte[V4_AT] == 127 : ip_eq(ip, &one);
}

/* Clears what is behind the first so many bits. */
static void
mask(struct ip *ip, unsigned long long bits)
{
	for (unsigned i = 0; i < sizeof(*ip);
		i++, bits -= bits < 8 ? bits : 8) {
		ip->byte[i] &=
			(unsigned char)(bits < 8 ? 0xff00 >> bits : 0xff);
	}
}

/* *bits of an address in this form, so of 128. */
static bool
read_network(struct view text, struct ip *net, unsigned long long *bits)
{
	struct view address, length;
	struct ip read;
	unsigned v6_bits;

	if (!view_cut(text, '/', &address, &length) ||
		!ip_parse(address, &read)) {
		return false;
	}
	v6_bits =
		view_index(address, ':') < address.n ? 0 : IP_BITS - IP_V4_BITS;
	if (!view_uint(length, IP_BITS - v6_bits, bits)) {
		return false;
	}
	*bits += v6_bits;
	mask(&read, *bits);
	*net = read;
	return true;
}

bool
ip_is_network(struct view text)
{
	struct ip net;
	unsigned long long bits;

	return read_network(text, &net, &bits);
}

bool
ip_is_in(const struct ip *ip, struct view text)
{
	struct ip net, masked = *ip;
	unsigned long long bits;

	if (!read_network(text, &net, &bits)) {
		return false;
	}
	mask(&masked, bits);
	return ip_is_v4(ip) == ip_is_v4(&net) && ip_eq(&masked, &net);
}
