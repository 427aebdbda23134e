#include "s3/endpoint.h"

#include "base/percent.h"
#include "s3/bucket.h"
#include "s3/partition.h"
#include "s3/store.h"
#include "s3/url.h"

enum {
	/* A host that begins with the bucket's name holds the bucket only if
	 * as many dots follow: `minio.example.com` is not in bucket `minio`. */
	DOTS_AFTER_BUCKET_MIN = 2,
};

static void
set_text(char *to, size_t cap, struct view text)
{
	struct buf b = buf_over(to, cap);

	buf_add(&b, text);
	buf_cstr(&b);
}

static size_t
count_dots(struct view s)
{
	size_t dots = 0;

	for (size_t i = 0; i < s.n; i++) {
		dots += s.p[i] == '.';
	}
	return dots;
}

static bool
begins_with_bucket(struct view host, const struct endpoint_wish *wish)
{
	struct view rest = view_skip(host, wish->bucket.n);

	return wish->addressing != ENDPOINT_PATH &&
	       view_starts(host, wish->bucket) &&
	       view_starts(rest, VIEW(".")) &&
	       (wish->addressing == ENDPOINT_VIRTUAL ||
		       count_dots(rest) > DOTS_AFTER_BUCKET_MIN);
}

static bool
wants_bucket_in_host(const struct endpoint_wish *wish, const struct url *url)
{
	return !url->is_ip && bucket_fits_host(wish->bucket, url->tls) &&
	       (wish->addressing == ENDPOINT_VIRTUAL ||
		       (wish->addressing == ENDPOINT_AUTO &&
			       store_of_host(url->host).wants_bucket_in_host));
}

static bool
is_default_port(const struct endpoint *e)
{
	return e->port == (e->tls ? 443 : 80);
}

static void
set_host_header(struct endpoint *e)
{
	struct buf b = BUF_OVER(e->host_header);
	struct view host = view_of(e->host);
	bool ipv6 = view_index(host, ':') < host.n;

	buf_str(&b, ipv6 ? "[" : "");
	buf_add(&b, host);
	buf_str(&b, ipv6 ? "]" : "");
	if (!is_default_port(e)) {
		buf_char(&b, ':');
		buf_uint(&b, e->port);
	}
	buf_cstr(&b);
}

static enum gs_code
set_region(const struct endpoint_wish *wish, struct view host,
	struct endpoint *e, struct gs_err *err)
{
	struct view region = wish->region;

	e->region_is_guess = region.n == 0;
	if (e->region_is_guess) {
		region = store_of_host(host).region;
	}
	if (!partition_region_is_valid(region)) {
		return gs_fail(err, GS_CONFIG, "region", region,
			"is not the name of a region; it looks like us-east-1");
	}
	set_text(e->region, sizeof(e->region), region);
	return GS_OK;
}

/* Places the bucket in front of url's host or behind its path. */
static enum gs_code
set_place(const struct endpoint_wish *wish, const struct url *url,
	struct endpoint *e, struct gs_err *err)
{
	struct buf host = BUF_OVER(e->host), base = BUF_OVER(e->base);

	buf_add(&base, url->path);
	if (begins_with_bucket(url->host, wish)) {
		/* in the host already */
	} else if (wants_bucket_in_host(wish, url)) {
		buf_add(&host, wish->bucket);
		buf_char(&host, '.');
	} else {
		buf_char(&base, '/');
		buf_add(&base, wish->bucket);
	}
	buf_add(&host, url->host);
	buf_cstr(&host);
	buf_cstr(&base);
	if (!buf_ok(&host) || !buf_ok(&base)) {
		return gs_fail(err, GS_CONFIG, "endpoint", url->host,
			"longer than any host's name can be");
	}
	e->tls = url->tls;
	e->host_is_ip = url->is_ip;
	e->port = url->port;
	set_host_header(e);
	return GS_OK;
}

/* Host names are equal in either case; ours are in lower case. */
static void
add_lower(struct buf *b, struct view text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		buf_char(b, c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c);
	}
}

static enum gs_code
resolve_url(const struct endpoint_wish *wish, struct endpoint *e,
	struct gs_err *err)
{
	char lower[HOST_MAX];
	struct buf host = BUF_OVER(lower);
	struct url url;
	enum gs_code code = url_parse(wish->url, "endpoint", &url, err);

	if (code != GS_OK) {
		return code;
	}
	add_lower(&host, url.host);
	url.host = buf_view(&host);
	code = set_region(wish, url.host, e, err);
	return code == GS_OK ? set_place(wish, &url, e, err) : code;
}

static enum gs_code
resolve_aws(const struct endpoint_wish *wish, struct endpoint *e,
	struct gs_err *err)
{
	char text[HOST_MAX];
	struct buf host = BUF_OVER(text);
	enum gs_code code = set_region(wish, VIEW(""), e, err);

	if (code != GS_OK) {
		return code;
	}
	store_aws_host(view_of(e->region), &host);
	return set_place(wish,
		&(struct url){
			.tls = true, .host = buf_view(&host), .port = 443},
		e, err);
}

enum gs_code
endpoint_resolve(const struct endpoint_wish *wish, struct endpoint *e,
	struct gs_err *err)
{
	struct endpoint made = {0};
	struct view prefix = wish->prefix;
	struct buf key = BUF_OVER(made.prefix);
	enum gs_code code = bucket_check(wish->bucket, err);

	if (code == GS_OK) {
		code = bucket_check_prefix(&prefix, err);
	}
	if (code == GS_OK) {
		code = wish->url.n > 0 ? resolve_url(wish, &made, err)
				       : resolve_aws(wish, &made, err);
	}
	if (code != GS_OK) {
		return code;
	}
	set_text(made.bucket, sizeof(made.bucket), wish->bucket);
	buf_add(&key, prefix);
	buf_str(&key, prefix.n > 0 ? "/" : "");
	buf_cstr(&key);
	*e = made;
	return GS_OK;
}

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
