#include "s3/arn.h"

#include "base/array.h"
#include "base/ascii.h"
#include "s3/partition.h"

enum { LABEL_MAX = 63 }; /* of NAME-ACCOUNT, in a host */

static const char shape[] =
	"is not the ARN of an access point: that looks like "
	"arn:aws:s3:us-west-2:123456789012:accesspoint/NAME";

bool
arn_is_one(struct view text)
{
	return view_starts(text, VIEW("arn:"));
}

/* Letters, digits and hyphens, as a part of a host's label. */
static bool
fits_label(struct view text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (!ascii_is_letter(c) && !ascii_is_digit(c) && c != '-') {
			return false;
		}
	}
	return text.n > 0;
}

/* Why a service's ARNs are of no use here; NULL for S3's own. */
static const char *
refuse_service(struct view service)
{
	static const struct {
		const char *service, *why;
	} others[] = {
		{"s3", NULL},
		{"s3-outposts", "is of S3 on Outposts, which is not supported"},
		{"s3-object-lambda",
			"is of S3 Object Lambda, which does not store what is "
			"put; name the bucket behind it"},
	};

	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		if (view_eq(service, view_of(others[i].service))) {
			return others[i].why;
		}
	}
	return shape;
}

/* accesspoint:NAME or accesspoint/NAME */
static bool
take_name(struct view resource, struct view *name)
{
	static const struct view type = {"accesspoint", 11};

	*name = view_skip(resource, type.n + 1);
	return view_starts(resource, type) && resource.n > type.n &&
	       (resource.p[type.n] == ':' || resource.p[type.n] == '/');
}

static const char *
judge(struct view service, struct view resource, struct arn *arn)
{
	const char *refusal = refuse_service(service);

	if (refusal) {
		return refusal;
	}
	if (!take_name(resource, &arn->name)) {
		return shape;
	}
	if (arn->region.n == 0) {
		return "is of a Multi-Region Access Point, which needs "
		       "signatures of another kind; name one of its buckets";
	}
	if (!partition_region_is_valid(arn->region)) {
		return "holds no region's name; it looks like us-east-1";
	}
	if (!fits_label(arn->account) || !fits_label(arn->name) ||
		arn->name.n + 1 + arn->account.n > LABEL_MAX) {
		return "an account and an access point have letters, digits "
		       "and hyphens only, and few of them";
	}
	return NULL;
}

enum gs_code
arn_parse(struct view text, struct arn *arn, struct gs_err *err)
{
	struct view rest = text, word, service;
	struct arn made;
	bool whole = view_cut(rest, ':', &word, &rest) &&
		     view_cut(rest, ':', &made.partition, &rest) &&
		     view_cut(rest, ':', &service, &rest) &&
		     view_cut(rest, ':', &made.region, &rest) &&
		     view_cut(rest, ':', &made.account, &rest);
	const char *why = whole ? judge(service, rest, &made) : shape;

	if (why) {
		return gs_fail(err, GS_CONFIG, "bucket", text, why);
	}
	*arn = made;
	return GS_OK;
}
