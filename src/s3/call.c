#include "s3/call.h"

#include "base/array.h"

void
call_begin(struct call *c, struct view method, const struct call_place *where,
	struct view path)
{
	const struct url *url = where->url;
	struct buf host = BUF_OVER(c->host), whole = BUF_OVER(c->path);

	url_add_host(url->tls, url->host, url->port, &host);
	buf_add(&whole, url->path);
	buf_add(&whole, path);
	if (whole.len == 0) {
		buf_char(&whole, '/');
	}
	c->proxy = where->proxy;
	c->request = (struct http1_request){.method = method,
		.path = buf_view(&whole),
		.host = buf_view(&host)};
}

enum gs_code
call_add(struct call *c, const struct http1_header *headers, size_t count,
	struct gs_err *err)
{
	for (size_t i = 0; i < count; i++) {
		enum gs_code code = http1_request_add(
			&c->request, headers[i].name, headers[i].value, err);

		if (code != GS_OK) {
			return code;
		}
	}
	return GS_OK;
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

enum gs_code
call_write(struct call *c, const struct call_body *body, struct buf *out,
	struct gs_err *err)
{
	const struct http1_header headers[] = {
		{VIEW("Accept-Encoding"), VIEW("identity")},
		{VIEW("User-Agent"), VIEW(HTTP1_USER_AGENT)},
	};
	enum gs_code code = call_add(c, headers, ARRAY_LEN(headers), err);

	if (code == GS_OK) {
		code = proxy_address(c->proxy, &c->request, err);
	}
	if (code != GS_OK) {
		return code;
	}
	if (body) {
		measure(c, body, out);
	}
	code = http1_request_write(&c->request, out, err);
	if (code == GS_OK && body) {
		body->write(body->ctx, out);
		if (!buf_ok(out)) {
			code = gs_fail(err, GS_TOOBIG,
				"cannot send the request for", c->request.path,
				"its body is too long");
		}
	}
	return code;
}
