#include "s3/store.h"

#include "base/array.h"
#include "s3/partition.h"

static const char default_region[] = "us-east-1";

/* Other stores that a host tells. */
static const char in_host[] = "";

static const struct {
	const char *domain, *region;
	bool wants_bucket_in_host;
} stores[] = {
	{"aliyuncs.com", in_host, true},
	{"myqcloud.com", in_host, true},
	{"cwobject.com", default_region, true},
	{"backblazeb2.com", in_host, false},
	{"wasabisys.com", in_host, false},
	{"r2.cloudflarestorage.com", "auto", false},
	{"storage.googleapis.com", "auto", false},
	{"t3.storage.dev", "auto", false},
	{"fly.storage.tigris.dev", "auto", false},
};

void
store_aws_host(struct view region, struct buf *out)
{
	buf_str(out, "s3.");
	buf_add(out, region);
	buf_char(out, '.');
	buf_str(out, partition_of_region(region)->dns_suffix);
}

/* The last label of what stands before a store's domain, as in
 * s3.dualstack.eu-west-1, s3-us-west-2, oss-cn-hangzhou, s3.eu-west-1.vpce. */
static struct view
region_in_host(struct view before)
{
	static const char *const services[] = {
		"s3", "s3-accelerate", "s3-external-1"};
	static const char *const leads[] = {"s3-", "oss-"};
	struct view label, rest = before;

	if (view_ends(before, VIEW(".vpce"))) {
		rest.n -= sizeof(".vpce") - 1;
	}
	while (view_cut(rest, '.', &label, &rest)) {
	}
	for (size_t i = 0; i < ARRAY_LEN(services); i++) {
		if (view_eq(label, view_of(services[i]))) {
			return view_of(default_region);
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(leads); i++) {
		struct view lead = view_of(leads[i]);

		if (view_starts(label, lead)) {
			return view_skip(label, lead.n);
		}
	}
	return label.n > 0 ? label : view_of(default_region);
}

/* Sets *before to the part of host before `.domain`. */
static bool
is_under(struct view host, struct view domain, struct view *before)
{
	if (!view_ends(host, domain)) {
		return false;
	}
	host.n -= domain.n;
	if (host.n > 0 && host.p[--host.n] != '.') {
		return false;
	}
	*before = host;
	return true;
}

struct store
store_of_host(struct view host)
{
	struct view before;

	if (partition_of_host(host, &before)) {
		return (struct store){region_in_host(before), true};
	}
	for (size_t i = 0; i < ARRAY_LEN(stores); i++) {
		if (is_under(host, view_of(stores[i].domain), &before)) {
			return (struct store){
				stores[i].region == in_host
					? region_in_host(before)
					: view_of(stores[i].region),
				stores[i].wants_bucket_in_host};
		}
	}
	return (struct store){view_of(default_region), false};
}
