#include "s3/partition.h"

#include "base/array.h"
#include "base/ascii.h"
#include "base/limits.h"
#include "s3/url.h"

#include <string.h>

enum { LABEL_MAX = 63 };

/* A region PREFIX WORD-NUMBER is in the partition; the first one has every
 * region that no other one has. */
static const struct {
	const char *prefix;
	struct partition partition;
} partitions[] = {
	{"", {"aws", "amazonaws.com", "api.aws"}},
	{"us-gov-", {"aws-us-gov", "amazonaws.com", "api.aws"}},
	{"cn-", {"aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn"}},
	{"eusc-de-", {"aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu"}},
	{"us-iso-", {"aws-iso", "c2s.ic.gov", "api.aws.ic.gov"}},
	{"us-isob-", {"aws-iso-b", "sc2s.sgov.gov", "api.aws.scloud"}},
	{"eu-isoe-", {"aws-iso-e", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"}},
	{"us-isof-", {"aws-iso-f", "csp.hci.ic.gov", "api.aws.hci.ic.gov"}},
};

/* names of regions */

static bool
is_word(struct view s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!ascii_is_letter(s.p[i]) && !ascii_is_digit(s.p[i])) {
			return false;
		}
	}
	return s.n > 0;
}

static bool
is_label(struct view label)
{
	struct view part;
	size_t n = label.n;

	while (label.n > 0) {
		view_cut(label, '-', &part, &label);
		if (part.n > 0 && !is_word(part)) {
			return false;
		}
	}
	return n > 0 && n <= LABEL_MAX;
}

bool
partition_region_is_valid(struct view region)
{
	struct view label;
	bool more = true;

	if (region.n > REGION_MAX) {
		return false;
	}
	while (more) {
		more = view_cut(region, '.', &label, &region);
		if (!is_label(label)) {
			return false;
		}
	}
	return true;
}

/* WORD-NUMBER */
static bool
is_place(struct view s)
{
	struct view word, number;
	unsigned long long value;

	return view_cut(s, '-', &word, &number) && is_word(word) &&
	       view_uint(number, UINT32_MAX, &value);
}

/* ID-global, as in aws-cn-global */
static bool
is_global(struct view region, struct view id)
{
	return view_starts(region, id) &&
	       view_eq(view_skip(region, id.n), VIEW("-global"));
}

const struct partition *
partition_of_region(struct view region)
{
	for (size_t i = 1; i < ARRAY_LEN(partitions); i++) {
		struct view prefix = view_of(partitions[i].prefix);

		if ((view_starts(region, prefix) &&
			    is_place(view_skip(region, prefix.n))) ||
			is_global(
				region, view_of(partitions[i].partition.id))) {
			return &partitions[i].partition;
		}
	}
	return &partitions[0].partition;
}

const struct partition *
partition_of_host(struct view host, struct view *before)
{
	for (size_t i = 0; i < ARRAY_LEN(partitions); i++) {
		const struct partition *p = &partitions[i].partition;

		if (url_is_under(host, view_of(p->dns_suffix), before)) {
			return p;
		}
	}
	return NULL;
}

bool
partition_real_region(struct view name, struct buf *region)
{
	bool first = view_starts(name, VIEW("fips-"));
	bool last = view_ends(name, VIEW("-fips"));

	if (first) {
		name = view_skip(name, strlen("fips-"));
	} else if (last) {
		name.n -= strlen("-fips");
	}
	buf_add(region, name);
	return first || last;
}

/* services */

static void
add_url(const char *service, struct view region,
	struct partition_variants variants, struct buf *out)
{
	const struct partition *p = partition_of_region(region);
	/* GovCloud's ordinary hosts are FIPS ones */
	bool is_fips_anyway = !variants.dual_stack &&
			      view_eq(view_of(p->id), VIEW("aws-us-gov"));

	buf_str(out, "https://");
	buf_str(out, service);
	buf_str(out, variants.fips && !is_fips_anyway ? "-fips." : ".");
	buf_add(out, region);
	buf_char(out, '.');
	buf_str(out,
		variants.dual_stack ? p->dual_stack_suffix : p->dns_suffix);
}

enum gs_code
partition_service_url(const char *service, struct view region,
	struct partition_variants variants, struct buf *out, struct gs_err *err)
{
	char real[REGION_MAX + 1];
	struct buf b = BUF_OVER(real);
	bool global = region.n == 0 || view_eq(region, VIEW("aws-global"));

	if (global && view_eq(view_of(service), VIEW("sts"))) {
		if (!variants.fips && !variants.dual_stack) {
			buf_str(out, "https://sts.amazonaws.com");
			return GS_OK;
		}
		region = VIEW("us-east-1");
	}
	if (!partition_region_is_valid(region)) {
		return gs_fail(err, GS_CONFIG, "region", region,
			"is not the name of a region; it looks like us-east-1");
	}
	variants.fips |= partition_real_region(region, &b);
	add_url(service, buf_view(&b), variants, out);
	return GS_OK;
}
