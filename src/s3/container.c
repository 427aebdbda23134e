#include "s3/container.h"

#include "base/array.h"
#include "base/ip.h"
#include "s3/http1_syntax.h"

/* ECS, and EKS Pod Identity in both versions of IP. */
static bool
is_safe(struct view host)
{
	static const char *const addresses[] = {
		"169.254.170.2", "169.254.170.23", "fd00:ec2::23"};
	struct ip ip, known;

	if (!ip_parse(host, &ip)) {
		return view_eq_nocase(host, VIEW("localhost"));
	}
	for (size_t i = 0; i < ARRAY_LEN(addresses); i++) {
		if (ip_parse(view_of(addresses[i]), &known) &&
			ip_eq(&ip, &known)) {
			return true;
		}
	}
	return ip_is_loopback(&ip);
}

/* Where the path, the query or the fragment begins. */
static size_t
authority_end(struct view text)
{
	size_t at = view_find(text, VIEW("://"));

	for (at = at < text.n ? at + 3 : 0; at < text.n; at++) {
		char c = text.p[at];

		if (c == '/' || c == '?' || c == '#') {
			break;
		}
	}
	return at;
}

enum gs_code
container_parse(struct view text, struct container *c, struct gs_err *err)
{
	static const char what[] = "container credentials URL";
	struct container made;
	struct view place = {text.p, authority_end(text)};
	struct view target, fragment;

	if (text.n > URL_MAX) {
		return gs_fail(err, GS_CONFIG, what, VIEW(""),
			"longer than any real address");
	}
	if (url_parse(place, what, &made.url, err) != GS_OK) {
		return err->code;
	}
	if (!made.url.tls && !is_safe(made.url.host)) {
		return gs_fail(err, GS_CONFIG, what, place,
			"plain http is for addresses of this machine, of ECS "
			"and of EKS only: use https");
	}
	view_cut(view_skip(text, place.n), '#', &target, &fragment);
	view_cut(target, '?', &made.path, &made.query);
	if ((made.path.n > 0 && !http1_is_visible(made.path)) ||
		(made.query.n > 0 && !http1_is_visible(made.query))) {
		return gs_fail(err, GS_CONFIG, what, place,
			"a byte in it is not allowed");
	}
	*c = made;
	return GS_OK;
}

enum gs_code
container_head(const struct container *c, struct view authorization,
	struct buf *out, struct gs_err *err)
{
	const struct call_place where = {&c->url, NULL};
	const struct http1_header headers[] = {
		{VIEW("Accept"), VIEW("application/json")},
		{VIEW("Authorization"), authorization},
	};
	struct call call;

	if (!http1_is_text(authorization)) {
		return gs_fail(err, GS_CONFIG, "container authorization token",
			VIEW(""),
			"it holds a line break or another character "
			"that no header can have");
	}
	call_begin(&call, VIEW("GET"), &where, c->path);
	call.request.query = c->query;
	return http1_request_add_all(&call.request, headers,
		       ARRAY_LEN(headers) - (authorization.n == 0),
		       err) == GS_OK
		       ? call_write(&call, NULL, out, err)
		       : err->code;
}
