#include "s3/endpoint_private.h"

#include "s3/bucket.h"

enum {
	/* A host that begins with the bucket's name holds the bucket only if
	 * as many dots follow: `minio.example.com` is not in bucket `minio`. */
	DOTS_AFTER_BUCKET_MIN = 2,
};

static size_t
count_dots(struct view s)
{
	size_t dots = 0;

	for (size_t i = 0; i < s.n; i++) {
		dots += s.p[i] == '.';
	}
	return dots;
}

/* The host of a VPC's endpoint begins with a word that may be a bucket's name
 * too: bucket.vpce-ID.s3.REGION.vpce.amazonaws.com. */
static bool
begins_with_bucket(const struct endpoint_draft *d)
{
	struct view host = d->url.host, bucket = d->wish->bucket;
	struct view rest = view_skip(host, bucket.n);

	return !d->has_arn && d->wish->addressing != ENDPOINT_PATH &&
	       view_starts(host, bucket) && view_starts(rest, VIEW(".")) &&
	       !view_starts(rest, VIEW(".vpce-")) &&
	       (d->wish->addressing == ENDPOINT_VIRTUAL ||
		       count_dots(rest) > DOTS_AFTER_BUCKET_MIN);
}

static bool
wants_bucket_in_host(const struct endpoint_draft *d)
{
	enum endpoint_addressing wish = d->wish->addressing;

	if (d->has_arn || (d->zone.n > 0 && d->wish->url.n == 0)) {
		return true;
	}
	return !d->url.is_ip && bucket_fits_host(d->wish->bucket, d->url.tls) &&
	       (wish == ENDPOINT_VIRTUAL ||
		       (wish == ENDPOINT_AUTO &&
			       d->store.wants_bucket_in_host));
}

/* What stands in front of the host. */
static void
add_label(const struct endpoint_draft *d, struct buf *host)
{
	if (d->has_arn) {
		buf_add(host, d->arn.name);
		buf_char(host, '-');
		buf_add(host, d->arn.account);
	} else {
		buf_add(host, d->wish->bucket);
	}
}

static void
set_host_header(struct endpoint *e)
{
	struct buf b = BUF_OVER(e->host_header);

	url_add_host(e->tls, view_of(e->host), e->port, &b);
	buf_cstr(&b);
}

/* Places the bucket in front of the URL's host or behind its path. */
static enum gs_code
set_place(
	const struct endpoint_draft *d, struct endpoint *e, struct gs_err *err)
{
	struct buf host = BUF_OVER(e->host), base = BUF_OVER(e->base);

	buf_add(&base, d->url.path);
	if (begins_with_bucket(d)) {
		/* in the host already */
	} else if (wants_bucket_in_host(d)) {
		add_label(d, &host);
		buf_char(&host, '.');
	} else {
		buf_char(&base, '/');
		buf_add(&base, d->wish->bucket);
	}
	buf_add(&host, d->url.host);
	buf_cstr(&host);
	buf_cstr(&base);
	if (!buf_ok(&host) || !buf_ok(&base)) {
		return gs_fail(err, GS_CONFIG, "endpoint", d->url.host,
			"longer than any host's name can be");
	}
	e->tls = d->url.tls;
	e->host_is_ip = d->url.is_ip;
	e->port = d->url.port;
	set_host_header(e);
	return GS_OK;
}

/* the whole */

static void
set_text(char *to, size_t cap, struct view text)
{
	struct buf b = buf_over(to, cap);

	buf_add(&b, text);
	buf_cstr(&b);
}

static const char *
find_ignored(const struct endpoint_draft *d)
{
	const struct endpoint_wish *wish = d->wish;

	return wish->url.n > 0 && (d->fips || wish->variants.dual_stack ||
					  wish->accelerate)
		       ? "FIPS, dual-stack and accelerate hosts are AWS's own: "
			 "what is set about them is ignored, since an "
			 "endpoint is configured"
		       : "";
}

static void
set_rest(const struct endpoint_draft *d, struct view prefix, struct endpoint *e)
{
	struct buf key = BUF_OVER(e->prefix);

	e->region_is_guess = d->wish->region.n == 0 && !d->has_arn;
	e->is_directory = d->zone.n > 0;
	e->service = e->is_directory ? "s3express" : "s3";
	e->ignored = find_ignored(d);
	e->store = d->store.name;
	set_text(e->region, sizeof(e->region), d->region);
	set_text(e->bucket, sizeof(e->bucket), d->wish->bucket);
	buf_add(&key, prefix);
	buf_str(&key, prefix.n > 0 ? "/" : "");
	buf_cstr(&key);
}

enum gs_code
endpoint_resolve(const struct endpoint_wish *wish, struct endpoint *e,
	struct gs_err *err)
{
	struct endpoint made = {0};
	struct endpoint_draft d;
	struct view prefix = wish->prefix;
	enum gs_code code = endpoint_begin(wish, &d, err);

	if (code == GS_OK) {
		code = bucket_check_prefix(&prefix, err);
	}
	if (code == GS_OK) {
		code = set_place(&d, &made, err);
	}
	if (code != GS_OK) {
		return code;
	}
	set_rest(&d, prefix, &made);
	*e = made;
	return GS_OK;
}
