#include "s3/proxy.h"

#include "base/base64.h"
#include "base/percent.h"
#include "s3/env.h"
#include "s3/no_proxy.h"
#include "s3/url.h"

static const char form[] =
	"it must be like http://proxy.example.com:3128, with user:password@ in "
	"front of the host if need be";

static const char encode_it[] =
	"special characters of user and password must be written as %XX";

#define AUTHORIZATION "Proxy-Authorization"

enum { HTTP, HTTPS, NO, VARIABLES };

static const char *const names[VARIABLES][2] = {
	[HTTP] = {"HTTP_PROXY", "http_proxy"},
	[HTTPS] = {"HTTPS_PROXY", "https_proxy"},
	[NO] = {"NO_PROXY", "no_proxy"},
};

/* The first of two variables that has a value. */
static struct view
either(char *const env[], const char *const name[2], const char **which)
{
	struct view value = env_get(env, name[0]);

	*which = name[value.n == 0];
	return value.n > 0 ? value : env_get(env, name[1]);
}

static enum gs_code
refuse(const struct proxy *p, const char *why, struct gs_err *err)
{
	return gs_fail(err, GS_CONFIG, "cannot use the proxy in",
		view_of(p->variable), why);
}

/* What Go's net/url takes in front of the @. */
static bool
is_userinfo(struct view text)
{
	const struct view others = VIEW("%:!$&'()*+,;=@");

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (!percent_is_unreserved(c) &&
			view_index(others, c) == others.n) {
			return false;
		}
	}
	return true;
}

static bool
has_control(struct view text)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c < ' ' || c == 0x7f) {
			return true;
		}
	}
	return false;
}

/* Appends user:password; without a password it is empty, as in Go. */
static bool
decode(struct view text, struct buf *plain)
{
	struct view user, password;

	view_cut(text, ':', &user, &password);
	if (!is_userinfo(text) || !percent_decode(user, plain)) {
		return false;
	}
	buf_char(plain, ':');
	return percent_decode(password, plain);
}

/* RFC 7617, 2 */
static enum gs_code
authorize(struct proxy *p, struct view text, struct gs_err *err)
{
	char storage[PROXY_USER_MAX];
	struct buf plain = BUF_OVER(storage);
	struct buf out = BUF_OVER(p->authorization);
	enum gs_code code = GS_OK;

	if (!decode(text, &plain)) {
		code = refuse(p, encode_it, err);
	} else if (!buf_ok(&plain)) {
		code = refuse(p, "user and password are too long", err);
	} else if (has_control(buf_view(&plain))) {
		code = refuse(p,
			"user and password must not hold line breaks or other "
			"control characters",
			err);
	} else {
		buf_str(&out, "Basic ");
		base64_encode(&out, plain.p, plain.len);
		(void)buf_cstr(&out);
	}
	buf_wipe(&plain);
	return code;
}

/* Cuts the scheme off, http where there is none. */
static struct view
take_scheme(struct view *value)
{
	size_t end = view_find(*value, VIEW("://"));
	struct view scheme = {value->p, end};

	if (end == value->n) {
		return VIEW("http");
	}
	*value = view_skip(*value, end + 3);
	return scheme;
}

static struct view
up_to_path(struct view value)
{
	size_t n = 0;

	while (n < value.n && view_index(VIEW("/?#"), value.p[n]) == 3) {
		n++;
	}
	return (struct view){value.p, n};
}

/* Where the user and password end: at the last @. */
static size_t
user_end(struct view authority)
{
	size_t end = authority.n;

	while (end > 0 && authority.p[end - 1] != '@') {
		end--;
	}
	return end;
}

static enum gs_code
read_place(struct proxy *p, struct view scheme, struct view place,
	struct gs_err *err)
{
	char storage[PROXY_URL_MAX];
	struct buf text = BUF_OVER(storage), host = BUF_OVER(p->host);
	struct gs_err ignored; /* it quotes the value */
	struct url url;

	buf_add(&text, scheme);
	buf_str(&text, "://");
	buf_add(&text, place);
	if (!buf_ok(&text) ||
		url_parse(buf_view(&text), "", &url, &ignored) != GS_OK) {
		return refuse(p, form, err);
	}
	p->tls = url.tls;
	p->port = url.port;
	buf_add(&host, url.host);
	(void)buf_cstr(&host);
	return GS_OK;
}

static enum gs_code
read_value(struct proxy *p, struct view value, struct gs_err *err)
{
	struct view scheme = take_scheme(&value);
	struct view authority = up_to_path(value);
	size_t user_len = user_end(authority);

	if (view_eq_nocase((struct view){scheme.p, scheme.n < 5 ? scheme.n : 5},
		    VIEW("socks"))) {
		return refuse(p,
			"SOCKS is not supported: name an HTTP proxy, or list "
			"the host in NO_PROXY",
			err);
	}
	if (view_index(view_skip(value, authority.n), '@') <
		value.n - authority.n) {
		return refuse(p, encode_it, err);
	}
	if (user_len > 0 &&
		authorize(p, (struct view){authority.p, user_len - 1}, err) !=
			GS_OK) {
		return err->code;
	}
	return read_place(p, scheme, view_skip(authority, user_len), err);
}

enum gs_code
proxy_choose(char *const env[], bool tls, struct view host, uint16_t port,
	struct proxy *p, struct gs_err *err)
{
	struct proxy made = {.is_used = true};
	struct view value =
		either(env, names[tls ? HTTPS : HTTP], &made.variable);
	const char *ignored;

	if (value.n == 0 || no_proxy_ever(host) ||
		no_proxy_lists(either(env, names[NO], &ignored), host, port)) {
		*p = (struct proxy){.is_used = false};
		return GS_OK;
	}
	if (!tls && env_get(env, "REQUEST_METHOD").n > 0) {
		return refuse(&made,
			"REQUEST_METHOD is set too, so it may come from a "
			"stranger's request (golang.org/s/cgihttpproxy): unset "
			"one of them",
			err);
	}
	enum gs_code code = read_value(&made, value, err);

	if (code == GS_OK) {
		*p = made;
	}
	wipe(made.authorization, sizeof(made.authorization));
	return code;
}

uint16_t
proxy_port(char *const env[], bool tls, bool *wants_tls)
{
	struct proxy p = {.is_used = true};
	struct view value = either(env, names[tls ? HTTPS : HTTP], &p.variable);
	struct gs_err ignored;
	bool found = value.n > 0 && read_value(&p, value, &ignored) == GS_OK;

	wipe(p.authorization, sizeof(p.authorization));
	*wants_tls = found && p.tls;
	return found ? p.port : 0;
}

void
proxy_url(const struct proxy *p, struct buf *out)
{
	buf_str(out, p->tls ? "https://" : "http://");
	url_add_place(view_of(p->host), p->port, out);
}

void
proxy_connect_head(
	const struct proxy *p, struct view host, uint16_t port, struct buf *out)
{
	buf_str(out, "CONNECT ");
	url_add_place(host, port, out);
	buf_str(out, " HTTP/1.1\r\nHost: ");
	url_add_place(host, port, out);
	buf_str(out, "\r\nUser-Agent: " HTTP1_USER_AGENT "\r\n");
	if (p->authorization[0]) {
		buf_str(out, AUTHORIZATION ": ");
		buf_str(out, p->authorization);
		buf_str(out, "\r\n");
	}
	buf_str(out, "\r\n");
}

enum gs_code
proxy_address(
	const struct proxy *p, struct http1_request *r, struct gs_err *err)
{
	r->absolute = p != NULL;
	return p && p->authorization[0]
		       ? http1_request_add(r, VIEW(AUTHORIZATION),
				 view_of(p->authorization), err)
		       : GS_OK;
}
