#include "s3/endpoint.h"

#include "base/percent.h"

void
endpoint_key_path(const struct endpoint *e, struct view key, struct buf *out)
{
	buf_str(out, e->base);
	buf_char(out, '/');
	percent_encode_path(view_of(e->prefix), out);
	percent_encode_path(key, out);
}

void
endpoint_object_path(
	const struct endpoint *e, const struct id *action, struct buf *out)
{
	endpoint_key_path(e, VIEW(""), out);
	buf_hex(out, action->byte, ID_LEN);
}

void
endpoint_bucket_path(const struct endpoint *e, struct buf *out)
{
	buf_str(out, e->base[0] != '\0' ? e->base : "/");
}

void
endpoint_url(const struct endpoint *e, struct buf *out)
{
	buf_str(out, e->tls ? "https://" : "http://");
	buf_str(out, e->host_header);
	buf_str(out, e->base);
}
