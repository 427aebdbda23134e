/*
 * The ARN of an access point, which can be given where a bucket's name can:
 *
 *	arn:PARTITION:s3:REGION:ACCOUNT:accesspoint/NAME    (or `:` for the `/`)
 *
 * Those of Outposts, Object Lambda and Multi-Region Access Points look alike and
 * are refused: they are other services, or are signed otherwise.
 * Source: docs.aws.amazon.com AmazonS3/latest/userguide/access-points-naming.html;
 * aws-sdk-go-v2 internal/endpoints/awsrulesfn/arn.go.
 */
#ifndef S3_ARN_H
#define S3_ARN_H

#include "base/err.h"

/* Views borrow from the text that was parsed. */
struct arn {
	struct view partition, region, account, name;
};

bool arn_is_one(struct view text);

/* GS_CONFIG says what is wrong with it, or what it is of. *arn is written only
 * on success. */
GS_CHECKED enum gs_code arn_parse(
	struct view text, struct arn *arn, struct gs_err *err);

#endif
