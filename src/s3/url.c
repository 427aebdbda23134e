#include "s3/url.h"

#include "base/ascii.h"
#include "base/percent.h"

static const char host_rule[] =
	"the host may hold letters, digits, dots, hyphens and underscores, "
	"or be an IPv6 address in brackets";

static bool
is_name(struct view host)
{
	for (size_t i = 0; i < host.n; i++) {
		char c = host.p[i];

		if (!ascii_is_letter(c) && !ascii_is_digit(c) && c != '.' &&
			c != '-' && c != '_') {
			return false;
		}
	}
	return host.n > 0 && host.n <= HOST_MAX && host.p[0] != '.';
}

bool
url_is_ipv4(struct view host)
{
	struct view part;
	unsigned long long byte;

	for (int i = 0; i < 4; i++) {
		if (view_cut(host, '.', &part, &host) != (i < 3) ||
			!view_uint(part, 255, &byte)) {
			return false;
		}
	}
	return true;
}

bool
url_is_under(struct view host, struct view domain, struct view *before)
{
	if (!view_ends(host, domain)) {
		return false;
	}
	host.n -= domain.n;
	if (host.n > 0 && host.p[--host.n] != '.') {
		return false;
	}
	*before = host;
	return true;
}

/* Only the alphabet: the resolver reads the address for good. */
static bool
is_ipv6(struct view host)
{
	for (size_t i = 0; i < host.n; i++) {
		char c = host.p[i];

		if (!ascii_is_digit(c) && c != ':' && c != '.' &&
			!(c >= 'a' && c <= 'f') && !(c >= 'A' && c <= 'F')) {
			return false;
		}
	}
	return host.n <= HOST_MAX && view_find(host, VIEW(":")) < host.n;
}

static bool
is_path(struct view path)
{
	for (size_t i = 0; i < path.n; i++) {
		if (path.p[i] != '/' && !percent_is_unreserved(path.p[i])) {
			return false;
		}
	}
	return true;
}

static bool
take_scheme(struct view *rest, struct url *url)
{
	size_t end = view_find(*rest, VIEW("://"));
	struct view scheme = {rest->p, end};

	url->tls = view_eq_nocase(scheme, VIEW("https"));
	if (!url->tls && !view_eq_nocase(scheme, VIEW("http"))) {
		return false;
	}
	*rest = view_skip(*rest, end + 3);
	return true;
}

/* Leaves what follows the host, `:port` or nothing, in *authority. */
static bool
take_host(struct view *authority, struct url *url)
{
	size_t end;

	if (!view_starts(*authority, VIEW("["))) {
		end = view_index(*authority, ':');
		url->host = (struct view){authority->p, end};
		url->is_ip = url_is_ipv4(url->host);
		*authority = view_skip(*authority, end);
		return is_name(url->host);
	}
	end = view_index(*authority, ']');
	if (end == authority->n) {
		return false;
	}
	url->host = (struct view){authority->p + 1, end - 1};
	url->is_ip = true;
	*authority = view_skip(*authority, end + 1);
	return is_ipv6(url->host);
}

static uint16_t
default_port(bool tls)
{
	return tls ? 443 : 80;
}

static bool
read_port(struct view text, struct url *url)
{
	unsigned long long port = default_port(url->tls);

	if (text.n > 0 &&
		(text.p[0] != ':' ||
			!view_uint(view_skip(text, 1), UINT16_MAX, &port) ||
			port == 0)) {
		return false;
	}
	url->port = (uint16_t)port;
	return true;
}

enum gs_code
url_parse(
	struct view text, const char *what, struct url *url, struct gs_err *err)
{
	struct view rest = text, authority;
	struct url made;

	if (text.n > URL_MAX) {
		return gs_fail(err, GS_CONFIG, what, VIEW(""),
			"longer than any real address");
	}
	if (view_index(text, '@') < text.n) {
		return gs_fail(err, GS_CONFIG, what, VIEW(""),
			"must not hold a user name or password; keys are set "
			"with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
	}
	if (!take_scheme(&rest, &made)) {
		return gs_fail(err, GS_CONFIG, what, text,
			"must begin with http:// or https://");
	}
	authority = (struct view){rest.p, view_index(rest, '/')};
	made.path = view_skip(rest, authority.n);
	while (view_ends(made.path, VIEW("/"))) {
		made.path.n--;
	}
	if (!take_host(&authority, &made)) {
		return gs_fail(err, GS_CONFIG, what, text, host_rule);
	}
	if (!read_port(authority, &made)) {
		return gs_fail(err, GS_CONFIG, what, text,
			"the port must be a number from 1 to 65535");
	}
	if (!is_path(made.path)) {
		return gs_fail(err, GS_CONFIG, what, text,
			"the path may hold letters, digits and / - . _ ~ "
			"only, and no query");
	}
	*url = made;
	return GS_OK;
}

static void
add_name(struct view host, struct buf *out)
{
	bool brackets = view_index(host, ':') < host.n;

	buf_str(out, brackets ? "[" : "");
	buf_add(out, host);
	buf_str(out, brackets ? "]" : "");
}

void
url_add_place(struct view host, uint16_t port, struct buf *out)
{
	add_name(host, out);
	buf_char(out, ':');
	buf_uint(out, port);
}

void
url_add_host(bool tls, struct view host, uint16_t port, struct buf *out)
{
	if (port == default_port(tls)) {
		add_name(host, out);
	} else {
		url_add_place(host, port, out);
	}
}
