#include "doctor/policy.h"

#include "s3/partition.h"

static void
add_bucket(const struct endpoint *e, struct buf *out)
{
	buf_str(out, "\"arn:");
	buf_str(out, partition_of_region(view_of(e->region))->id);
	buf_str(out, ":s3:::");
	buf_str(out, e->bucket);
}

void
policy_write(const struct endpoint *e, bool read_only, struct buf *out)
{
	buf_str(out, "{\"Version\": \"2012-10-17\", \"Statement\": [\n"
		     "  {\"Effect\": \"Allow\",\n   \"Action\": [");
	buf_str(out, read_only ? "\"s3:GetObject\"]"
			       : "\"s3:GetObject\", \"s3:PutObject\"]");
	buf_str(out, ",\n   \"Resource\": ");
	add_bucket(e, out);
	buf_char(out, '/');
	buf_str(out, e->prefix);
	buf_str(out, "*\"},\n  {\"Effect\": \"Allow\",\n"
		     "   \"Action\": \"s3:ListBucket\",\n   \"Resource\": ");
	add_bucket(e, out);
	buf_str(out, "\"}]}");
}
