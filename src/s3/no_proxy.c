#include "s3/no_proxy.h"

#include "base/array.h"
#include "base/buf.h"
#include "base/ip.h"

enum { PORT_MAX = sizeof("65535") };

/* Where a request goes. */
struct place {
	struct view host;
	struct view port; /* as text */
	bool is_ip;
	struct ip ip;
};

static struct place
place_of(struct view host)
{
	struct place p = {.host = host};
	size_t zone = view_index(host, '%');
	bool zoned = zone + 1 < host.n && view_index(host, ':') < zone;

	p.is_ip = ip_parse((struct view){host.p, zoned ? zone : host.n}, &p.ip);
	return p;
}

bool
no_proxy_ever(struct view host)
{
	static const char *const metadata[] = {"169.254.169.254",
		"169.254.170.2", "169.254.170.23", "fd00:ec2::254",
		"fd00:ec2::23"};
	struct place p = place_of(host);
	struct ip ip;

	if (!p.is_ip) {
		return view_eq_nocase(host, VIEW("localhost"));
	}
	for (size_t i = 0; i < ARRAY_LEN(metadata); i++) {
		if (ip_parse(view_of(metadata[i]), &ip) && ip_eq(&ip, &p.ip)) {
			return true;
		}
	}
	return ip_is_loopback(&p.ip);
}

static size_t
count(struct view text, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		n += text.p[i] == c;
	}
	return n;
}

/* host:port or [host]:port in two; else all of it is the host. */
static void
split(struct view entry, struct view *host, struct view *port)
{
	size_t end = view_find(entry, VIEW("]:"));

	if (view_starts(entry, VIEW("[")) && end < entry.n) {
		*host = (struct view){entry.p + 1, end - 1};
		*port = view_skip(entry, end + 2);
	} else if (count(entry, ':') == 1) {
		view_cut(entry, ':', host, port);
	} else {
		*host = entry;
		*port = VIEW("");
	}
}

static bool
is_below(struct view host, struct view domain)
{
	return host.n >= domain.n &&
	       view_eq_nocase(view_skip(host, host.n - domain.n), domain);
}

static bool
names(struct view name, const struct place *p)
{
	struct ip ip;

	if (ip_parse(name, &ip)) {
		return p->is_ip && ip_eq(&ip, &p->ip);
	}
	if (p->is_ip || name.n == 0) {
		return false;
	}
	if (view_starts(name, VIEW("*."))) {
		name = view_skip(name, 1);
	}
	if (view_starts(name, VIEW("."))) {
		return is_below(p->host, name);
	}
	return view_eq_nocase(p->host, name) ||
	       (is_below(p->host, name) &&
		       p->host.p[p->host.n - name.n - 1] == '.');
}

static bool
lists(struct view entry, const struct place *p)
{
	struct view host, port;

	if (ip_is_network(entry)) {
		return p->is_ip && ip_is_in(&p->ip, entry);
	}
	split(entry, &host, &port);
	return names(host, p) && (port.n == 0 || view_eq(port, p->port));
}

bool
no_proxy_lists(struct view list, struct view host, uint16_t port)
{
	struct place p = place_of(host);
	char storage[PORT_MAX];
	struct buf text = BUF_OVER(storage);
	bool found = false;

	buf_uint(&text, port);
	p.port = buf_view(&text);
	while (list.n > 0 && !found) {
		struct view entry;

		view_cut(list, ',', &entry, &list);
		entry = view_trim(entry);
		found = view_eq(entry, VIEW("*")) || lists(entry, &p);
	}
	return found;
}
