#include "doctor/policy.h"

#include "base/json_text.h"
#include "s3/partition.h"

enum {
	RESOURCE_MAX = sizeof("arn:aws-us-gov:s3:::/object/*") +
		       BUCKET_NAME_MAX + KEY_PREFIX_MAX + 1,
};

static bool
is_access_point(const struct endpoint *e)
{
	return view_starts(view_of(e->bucket), VIEW("arn:"));
}

static void
add_bucket(const struct endpoint *e, struct buf *out)
{
	if (!is_access_point(e)) {
		buf_str(out, "arn:");
		buf_str(out, partition_of_region(view_of(e->region))->id);
		buf_str(out, ":s3:::");
	}
	buf_str(out, e->bucket);
}

/* One statement that allows actions on what a resource's ARN ends with. */
static void
allow(const struct endpoint *e, const char *actions, const char *below,
	struct buf *out)
{
	char storage[RESOURCE_MAX];
	struct buf resource = BUF_OVER(storage);

	add_bucket(e, &resource);
	if (below[0]) {
		buf_str(&resource, below);
		buf_str(&resource, e->prefix);
		buf_char(&resource, '*');
	}
	buf_str(out, "  {\"Effect\": \"Allow\",\n   \"Action\": ");
	buf_str(out, actions);
	buf_str(out, ",\n   \"Resource\": ");
	json_add_text(out, buf_view(&resource));
	buf_char(out, '}');
}

/* Everything in a directory bucket goes by way of a session. */
static void
allow_session(const struct endpoint *e, bool read_only, struct buf *out)
{
	buf_str(out, "  {\"Effect\": \"Allow\",\n"
		     "   \"Action\": \"s3express:CreateSession\",\n"
		     "   \"Resource\": \"arn:");
	buf_str(out, partition_of_region(view_of(e->region))->id);
	buf_str(out, ":s3express:");
	buf_str(out, e->region);
	buf_str(out, ":*:bucket/");
	buf_str(out, e->bucket);
	buf_char(out, '"');
	buf_str(out, read_only ? ",\n   \"Condition\": {\"StringEquals\": "
				 "{\"s3express:SessionMode\": \"ReadOnly\"}}}"
			       : "}");
}

void
policy_write(const struct endpoint *e, bool read_only, struct buf *out)
{
	buf_str(out, "{\"Version\": \"2012-10-17\", \"Statement\": [\n");
	if (e->is_directory) {
		allow_session(e, read_only, out);
	} else {
		allow(e,
			read_only ? "[\"s3:GetObject\"]"
				  : "[\"s3:GetObject\", \"s3:PutObject\"]",
			is_access_point(e) ? "/object/" : "/", out);
		buf_str(out, ",\n");
		allow(e, "\"s3:ListBucket\"", "", out);
	}
	buf_str(out, "]}");
}
