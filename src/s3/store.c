#include "s3/store.h"

#include "base/array.h"
#include "s3/url.h"

static const char default_region[] = "us-east-1";

/* The region stands in the host. */
static const char in_host[] = "";

enum { PATH = false, HOST = true, ANY = false, TLS = true };

/* Stores that a host tells. */
static const struct {
	const char *domain, *name, *region;
	bool wants_bucket_in_host, wants_tls;
} stores[] = {
	{"aliyuncs.com", "Alibaba Cloud OSS", in_host, HOST, ANY},
	{"myqcloud.com", "Tencent COS", in_host, HOST, ANY},
	{"cwobject.com", "CoreWeave", default_region, HOST, ANY},
	{"backblazeb2.com", "Backblaze B2", in_host, PATH, TLS},
	{"wasabisys.com", "Wasabi", in_host, PATH, ANY},
	{"digitaloceanspaces.com", "DigitalOcean Spaces", default_region, PATH,
		ANY},
	{"r2.cloudflarestorage.com", "Cloudflare R2", "auto", PATH, TLS},
	{"storage.googleapis.com", "Google Cloud Storage", "auto", PATH, ANY},
	{"t3.storage.dev", "Tigris", "auto", PATH, ANY},
	{"fly.storage.tigris.dev", "Tigris", "auto", PATH, ANY},
	{"localhost.localstack.cloud", "LocalStack", default_region, PATH, ANY},
};

void
store_aws_host(const struct store_aws *aws, struct buf *out)
{
	static const char *const services[] = {
		[STORE_AWS_BUCKET] = "s3",
		[STORE_AWS_ACCELERATE] = "s3-accelerate",
		[STORE_AWS_ACCESS_POINT] = "s3-accesspoint",
		[STORE_AWS_DIRECTORY] = "s3express",
	};
	bool has_region =
		aws->region.n > 0 && aws->kind != STORE_AWS_ACCELERATE;

	buf_str(out, services[aws->kind]);
	buf_str(out, aws->variants.fips ? "-fips" : "");
	buf_str(out, aws->zone.n > 0 ? "-" : "");
	buf_add(out, aws->zone);
	buf_str(out, aws->variants.dual_stack ? ".dualstack" : "");
	buf_str(out, has_region ? "." : "");
	buf_add(out, has_region ? aws->region : VIEW(""));
	buf_char(out, '.');
	buf_str(out, partition_of_region(aws->region)->dns_suffix);
}

/* Takes what is no region's name off a label: s3-us-west-2, oss-cn-hangzhou, and
 * oss-cn-hangzhou-internal for who is there. */
static struct view
region_in_label(struct view label)
{
	static const char *const leads[] = {"s3-fips-", "s3-", "oss-"};
	const struct view tail = VIEW("-internal");

	for (size_t i = 0; i < ARRAY_LEN(leads); i++) {
		if (view_starts(label, view_of(leads[i]))) {
			label = view_skip(label, view_of(leads[i]).n);
			break;
		}
	}
	label.n -= view_ends(label, tail) ? tail.n : 0;
	return label;
}

/* Finds the region in what stands before a store's domain: in its last label, as
 * in s3.dualstack.eu-west-1, or in the one before in s3.eu-west-1.vpce.
 * False if that is the name of a service. */
static bool
find_region(struct view before, struct view *region)
{
	static const char *const services[] = {"s3", "s3-accelerate",
		"s3-external-1", "s3-fips", "dualstack", ""};
	struct view label, rest = before;

	if (view_ends(before, VIEW(".vpce"))) {
		rest.n -= sizeof(".vpce") - 1;
	}
	while (view_cut(rest, '.', &label, &rest)) {
	}
	for (size_t i = 0; i < ARRAY_LEN(services); i++) {
		if (view_eq(label, view_of(services[i]))) {
			return false;
		}
	}
	*region = region_in_label(label);
	return true;
}

static struct view
region_in_host(struct view before)
{
	struct view region;

	return find_region(before, &region) ? region : view_of(default_region);
}

struct store
store_of_host(struct view host)
{
	struct view before;

	if (partition_of_host(host, &before)) {
		return (struct store){.name = "AWS",
			.region = region_in_host(before),
			.is_aws = true,
			.wants_bucket_in_host = true};
	}
	for (size_t i = 0; i < ARRAY_LEN(stores); i++) {
		if (url_is_under(host, view_of(stores[i].domain), &before)) {
			return (struct store){
				.name = stores[i].name,
				.region = stores[i].region == in_host
						  ? region_in_host(before)
						  : view_of(stores[i].region),
				.wants_bucket_in_host =
					stores[i].wants_bucket_in_host,
				.wants_tls = stores[i].wants_tls,
			};
		}
	}
	return (struct store){.name = "", .region = view_of(default_region)};
}

void
store_move(struct view host, struct view region, struct buf *out)
{
	struct view before, old;

	if (!partition_of_host(host, &before) ||
		view_ends(before, VIEW(".vpce"))) {
		buf_add(out, host);
	} else if (find_region(before, &old)) {
		buf_add(out, (struct view){host.p, (size_t)(old.p - host.p)});
		buf_add(out, region);
		buf_add(out, view_skip(host, (size_t)(old.p - host.p) + old.n));
	} else {
		bool global = view_eq(before, VIEW("s3")) ||
			      view_ends(before, VIEW(".s3"));

		buf_add(out, before);
		buf_str(out, global ? "." : "");
		buf_add(out, global ? region : VIEW(""));
		buf_add(out, view_skip(host, before.n));
	}
}
