#include "s3/endpoint_private.h"

#include "base/array.h"
#include "base/ascii.h"
#include "s3/bucket.h"

static enum gs_code
refuse(struct gs_err *err, const char *what, const char *why)
{
	return gs_fail(err, GS_CONFIG, what, VIEW(""), why);
}

/* the bucket */

static enum gs_code
read_bucket(struct endpoint_draft *d, struct gs_err *err)
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
take_arn_region(struct endpoint_draft *d, struct gs_err *err)
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
read_region(struct endpoint_draft *d, struct gs_err *err)
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
is_in(const struct endpoint_draft *d, const char *partition)
{
	const struct partition *p = partition_of_region(d->region);

	return view_eq(view_of(p->id), view_of(partition));
}

static const char made_up[] = "AWS has no region of that name";

/* With a dot, whoever names a region could lead to any host of AWS's, which may
 * be a customer's. */
static bool
is_made_up(const struct endpoint_draft *d)
{
	return view_index(d->region, '.') < d->region.n;
}

/* What goes together at AWS's own hosts. */
static enum gs_code
check_aws(const struct endpoint_draft *d, struct gs_err *err)
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
aws_kind(const struct endpoint_draft *d)
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
choose_aws(struct endpoint_draft *d, struct gs_err *err)
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
check_url(const struct endpoint_draft *d, struct gs_err *err)
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
choose_url(struct endpoint_draft *d, struct gs_err *err)
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
	if (!buf_ok(&host)) {
		return gs_fail(err, GS_CONFIG, "endpoint", d->wish->url,
			"its host would be too long in that region");
	}
	d->url.host = buf_view(&host);
	d->store = store_of_host(d->url.host);
	if (d->region.n == 0) {
		d->region = d->store.region;
	}
	return check_url(d, err);
}

enum gs_code
endpoint_begin(const struct endpoint_wish *wish, struct endpoint_draft *d,
	struct gs_err *err)
{
	enum gs_code code;

	*d = (struct endpoint_draft){.wish = wish};
	code = read_bucket(d, err);
	if (code == GS_OK) {
		code = read_region(d, err);
	}
	if (code != GS_OK) {
		return code;
	}
	return wish->url.n > 0 ? choose_url(d, err) : choose_aws(d, err);
}
