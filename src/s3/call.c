#include "s3/call.h"

#include "base/array.h"

void
call_begin(struct call *c, struct view method, const struct call_place *where,
	struct view path)
{
	const struct url *url = where->url;
	struct buf host = BUF_OVER(c->host);

	url_add_host(url->tls, url->host, url->port, &host);
	c->target = BUF_OVER(c->target_text);
	buf_add(&c->target, url->path);
	buf_add(&c->target, path);
	if (c->target.len == 0) {
		buf_char(&c->target, '/');
	}
	c->proxy = where->proxy;
	c->request = (struct http1_request){.method = method,
		.path = buf_view(&c->target),
		.host = buf_view(&host)};
}

void
call_query(struct call *c, const struct query_param *params, size_t count)
{
	size_t start = c->target.len;

	query_write(params, count, &c->target);
	c->request.query = view_skip(buf_view(&c->target), start);
}

/* Its length is not known before it has been written once. */
static void
measure(struct call *c, const struct call_body *body, struct buf *out)
{
	size_t start = out->len;

	body->write(body->ctx, out);
	c->request.has_body = true;
	c->request.content_length = out->len - start;
	out->len = start;
}

static enum gs_code
too_long(const struct call *c, const char *why, struct gs_err *err)
{
	return gs_fail(err, GS_TOOBIG, "cannot send the request to",
		c->request.host, why);
}

enum gs_code
call_write(struct call *c, const struct call_body *body, struct buf *out,
	struct gs_err *err)
{
	const struct http1_header headers[] = {
		{VIEW("Accept-Encoding"), VIEW("identity")},
		{VIEW("User-Agent"), VIEW(HTTP1_USER_AGENT)},
	};
	enum gs_code code = http1_request_add_all(
		&c->request, headers, ARRAY_LEN(headers), err);

	if (code == GS_OK) {
		code = proxy_address(c->proxy, &c->request, err);
	}
	if (code != GS_OK) {
		return code;
	}
	if (!buf_ok(&c->target)) {
		return too_long(c, "its address is too long", err);
	}
	if (!body) {
		return http1_request_write(&c->request, out, err);
	}
	measure(c, body, out);
	code = http1_request_write(&c->request, out, err);
	body->write(body->ctx, out);
	return code != GS_OK || buf_ok(out)
		       ? code
		       : too_long(c, "its body is too long", err);
}
