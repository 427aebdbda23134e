#include "s3/endpoint.h"

#include "base/array.h"
#include "base/ascii.h"
#include "s3/arn.h"
#include "s3/bucket.h"
#include "s3/store.h"
#include "s3/url.h"

enum {
	/* A host that begins with the bucket's name holds the bucket only if
	 * as many dots follow: `minio.example.com` is not in bucket `minio`. */
	DOTS_AFTER_BUCKET_MIN = 2,
};

/* What an endpoint is made of, step by step. Views borrow from the wish and
 * from the texts here. */
struct draft {
	const struct endpoint_wish *wish;
	bool has_arn;
	struct arn arn;
	struct view zone;   /* of a directory bucket */
	struct view region; /* to sign for; empty: none is configured */
	char region_text[REGION_MAX];
	bool fips;
	bool global; /* region aws-global */
	struct url url;
	char host_text[HOST_MAX];
	struct store store;
};

static enum gs_code
refuse(struct gs_err *err, const char *what, const char *why)
{
	return gs_fail(err, GS_CONFIG, what, VIEW(""), why);
}

/* the bucket */

static enum gs_code
read_bucket(struct draft *d, struct gs_err *err)
{
	struct view bucket = d->wish->bucket;

	d->has_arn = arn_is_one(bucket);
	if (!d->has_arn) {
		d->zone = bucket_zone(bucket);
		return bucket_check(bucket, err);
	}
	if (arn_parse(bucket, &d->arn, err) != GS_OK) {
		return err->code;
	}
	if (d->wish->addressing == ENDPOINT_PATH) {
		return refuse(err, "-path-style",
			"does not go with the ARN of an access point, which "
			"is in the host");
	}
	return GS_OK;
}

/* the region */

/* The region of the access point, unless another one is configured. */
static enum gs_code
take_arn_region(struct draft *d, struct gs_err *err)
{
	const struct partition *own = partition_of_region(d->arn.region);
	bool elsewhere = d->region.n > 0 && !view_eq(d->region, d->arn.region);

	if (!view_eq(d->arn.partition, view_of(own->id))) {
		return gs_fail(err, GS_CONFIG, "bucket", d->wish->bucket,
			"the region is not in that partition");
	}
	if (elsewhere && own != partition_of_region(d->region)) {
		return gs_fail(err, GS_CONFIG, "bucket", d->wish->bucket,
			"is in another partition than the region that is set");
	}
	if (elsewhere && !d->wish->use_arn_region) {
		return gs_fail(err, GS_CONFIG, "bucket", d->wish->bucket,
			"is in another region than the one that is set: set "
			"-region to it, or AWS_S3_USE_ARN_REGION=true");
	}
	d->global = false;
	d->region = d->arn.region;
	return GS_OK;
}

static enum gs_code
read_region(struct draft *d, struct gs_err *err)
{
	struct buf region = BUF_OVER(d->region_text);
	struct view name = d->wish->region;

	if (name.n > 0 && !partition_region_is_valid(name)) {
		return gs_fail(err, GS_CONFIG, "region", name,
			"is not the name of a region; it looks like us-east-1");
	}
	d->fips = partition_real_region(name, &region);
	d->fips |= d->wish->variants.fips;
	d->region = buf_view(&region);
	d->global = view_eq(d->region, VIEW("aws-global"));
	if (d->global) {
		d->region = VIEW("us-east-1");
	}
	return d->has_arn ? take_arn_region(d, err) : GS_OK;
}

/* the host */

static bool
is_in(const struct draft *d, const char *partition)
{
	const struct partition *p = partition_of_region(d->region);

	return view_eq(view_of(p->id), view_of(partition));
}

static const char made_up[] = "AWS has no region of that name";

/* With a dot, whoever names a region could lead to any host of AWS's, which may
 * be a customer's. */
static bool
is_made_up(const struct draft *d)
{
	return view_index(d->region, '.') < d->region.n;
}

/* What goes together at AWS's own hosts. */
static enum gs_code
check_aws(const struct draft *d, struct gs_err *err)
{
	bool fast = d->wish->accelerate;

	const struct {
		bool wrong;
		const char *what, *why;
	} checks[] = {
		{is_made_up(d), "region", made_up},
		{d->zone.n > 0 && d->region.n == 0, "region",
			"a directory bucket is found in its region only: set "
			"-region"},
		{d->fips && is_in(d, "aws-cn"), "AWS_USE_FIPS_ENDPOINT",
			"there are no FIPS hosts in China"},
		{fast && d->has_arn, "use_accelerate_endpoint",
			"does not go with an access point"},
		{fast && d->zone.n > 0, "use_accelerate_endpoint",
			"does not go with a directory bucket"},
		{fast && d->fips, "use_accelerate_endpoint",
			"does not go with FIPS hosts"},
		{fast && !is_in(d, "aws"), "use_accelerate_endpoint",
			"there is no S3 Accelerate in this region"},
		{fast && d->wish->addressing == ENDPOINT_PATH,
			"use_accelerate_endpoint",
			"does not go with the bucket in the path"},
		{fast && !bucket_fits_host(d->wish->bucket, true),
			"use_accelerate_endpoint",
			"goes with buckets only whose names fit in a host: "
			"lower case, no dots"},
	};

	for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
		if (checks[i].wrong) {
			return refuse(err, checks[i].what, checks[i].why);
		}
	}
	return GS_OK;
}

static enum store_aws_kind
aws_kind(const struct draft *d)
{
	if (d->has_arn) {
		return STORE_AWS_ACCESS_POINT;
	}
	if (d->zone.n > 0) {
		return STORE_AWS_DIRECTORY;
	}
	return d->wish->accelerate ? STORE_AWS_ACCELERATE : STORE_AWS_BUCKET;
}

static enum gs_code
choose_aws(struct draft *d, struct gs_err *err)
{
	struct buf host = BUF_OVER(d->host_text);
	struct partition_variants variants = d->wish->variants;

	if (check_aws(d, err) != GS_OK) {
		return err->code;
	}
	if (d->region.n == 0) {
		d->region = VIEW("us-east-1");
	}
	variants.fips = d->fips;

	bool nowhere = d->global && d->zone.n == 0 && !variants.fips &&
		       !variants.dual_stack;
	const struct store_aws aws = {
		.kind = aws_kind(d),
		.region = nowhere ? VIEW("") : d->region,
		.zone = d->zone,
		.variants = variants,
	};

	store_aws_host(&aws, &host);
	d->url =
		(struct url){.tls = true, .host = buf_view(&host), .port = 443};
	d->store = store_of_host(d->url.host);
	return GS_OK;
}

/* Host names are equal in either case; ours are in lower case. */
static void
add_lower(struct buf *b, struct view text)
{
	for (size_t i = 0; i < text.n; i++) {
		buf_char(b, ascii_lower(text.p[i]));
	}
}

static enum gs_code
check_url(const struct draft *d, struct gs_err *err)
{
	const struct {
		bool wrong;
		const char *why;
	} checks[] = {
		{d->store.wants_tls && !d->url.tls,
			"this store has no plain http: write https://"},
		{d->has_arn && d->url.is_ip,
			"an access point is in the host, and an address has "
			"no room for it: give a name"},
		{d->store.is_aws && is_made_up(d), made_up},
		{!partition_region_is_valid(d->region),
			"names no region that makes sense: set -region"},
	};

	for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
		if (checks[i].wrong) {
			return gs_fail(err, GS_CONFIG, "endpoint", d->wish->url,
				checks[i].why);
		}
	}
	return GS_OK;
}

static enum gs_code
choose_url(struct draft *d, struct gs_err *err)
{
	char lower[HOST_MAX];
	struct buf host = BUF_OVER(d->host_text), as_given = BUF_OVER(lower);

	if (url_parse(d->wish->url, "endpoint", &d->url, err) != GS_OK) {
		return err->code;
	}
	add_lower(&as_given, d->url.host);
	if (d->wish->region_is_named) {
		store_move(buf_view(&as_given), d->region, &host);
	} else {
		buf_add(&host, buf_view(&as_given));
	}
	d->url.host = buf_view(&host);
	d->store = store_of_host(d->url.host);
	if (d->region.n == 0) {
		d->region = d->store.region;
	}
	return check_url(d, err);
}

/* where the bucket stands */

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
begins_with_bucket(const struct draft *d)
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
wants_bucket_in_host(const struct draft *d)
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
add_label(const struct draft *d, struct buf *host)
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
set_place(const struct draft *d, struct endpoint *e, struct gs_err *err)
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
find_ignored(const struct draft *d)
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
set_rest(const struct draft *d, struct view prefix, struct endpoint *e)
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
	struct draft d = {.wish = wish};
	struct view prefix = wish->prefix;
	enum gs_code code = read_bucket(&d, err);

	if (code == GS_OK) {
		code = bucket_check_prefix(&prefix, err);
	}
	if (code == GS_OK) {
		code = read_region(&d, err);
	}
	if (code == GS_OK) {
		code = wish->url.n > 0 ? choose_url(&d, err)
				       : choose_aws(&d, err);
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
