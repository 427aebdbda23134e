#include "s3/http1.h"

#include "s3/http1_syntax.h"

enum gs_code
http1_request_add(struct http1_request *r, struct view name, struct view value,
	struct gs_err *err)
{
	if (!http1_is_token(name) || !http1_is_text(value)) {
		return gs_fail(err, GS_BAD, "cannot send the header", name,
			"its name or value has a byte that is not allowed");
	}
	if (r->header_count == HTTP1_REQUEST_HEADERS_MAX) {
		return gs_fail(err, GS_TOOBIG, "cannot send the header", name,
			"the request has too many headers");
	}
	r->headers[r->header_count++] = (struct http1_header){name, value};
	return GS_OK;
}

enum gs_code
http1_request_add_all(struct http1_request *r,
	const struct http1_header *headers, size_t count, struct gs_err *err)
{
	for (size_t i = 0; i < count; i++) {
		if (http1_request_add(r, headers[i].name, headers[i].value,
			    err) != GS_OK) {
			return err->code;
		}
	}
	return GS_OK;
}

static bool
is_writable(const struct http1_request *r)
{
	return http1_is_token(r->method) && http1_is_visible(r->path) &&
	       r->path.p[0] == '/' && http1_is_visible(r->host) &&
	       (r->query.n == 0 || http1_is_visible(r->query));
}

static void
add_field(struct buf *out, struct view name, struct view value)
{
	buf_add(out, name);
	buf_str(out, ": ");
	buf_add(out, value);
	buf_str(out, "\r\n");
}

static void
add_request_line(struct buf *out, const struct http1_request *r)
{
	buf_add(out, r->method);
	buf_char(out, ' ');
	if (r->absolute) { /* RFC 9112, 3.2.2 */
		buf_str(out, "http://");
		buf_add(out, r->host);
	}
	buf_add(out, r->path);
	if (r->query.n > 0) {
		buf_char(out, '?');
		buf_add(out, r->query);
	}
	buf_str(out, " HTTP/1.1\r\n");
}

enum gs_code
http1_request_write(
	const struct http1_request *r, struct buf *out, struct gs_err *err)
{
	if (!is_writable(r)) {
		return gs_fail(err, GS_BAD, "cannot send the request for",
			r->path, "it has a byte that is not allowed");
	}
	add_request_line(out, r);
	add_field(out, VIEW("Host"), r->host);
	for (size_t i = 0; i < r->header_count; i++) {
		add_field(out, r->headers[i].name, r->headers[i].value);
	}
	if (r->has_body) {
		buf_str(out, "Content-Length: ");
		buf_uint(out, r->content_length);
		buf_str(out, "\r\n");
	}
	buf_str(out, "\r\n");
	return buf_ok(out)
		       ? GS_OK
		       : gs_fail(err, GS_TOOBIG, "cannot send the request for",
				 r->path, "its headers are too long");
}
