/*
 * What the names of regions and hosts tell: AWS's own hosts by region, and how
 * well-known stores want to be spoken to.
 * Source: aws-sdk-go-v2 internal/endpoints/awsrulesfn/partitions.json; rclone
 * backend/s3 provider/; the stores' own pages.
 */
#ifndef S3_STORE_H
#define S3_STORE_H

#include "base/buf.h"

/* Appends the host of S3 in a region of AWS: s3.REGION.amazonaws.com, or as
 * the region's partition has it. */
void store_aws_host(struct view region, struct buf *out);

struct store {
	/* to sign for where none is configured; borrows from the host */
	struct view region;
	/* takes the bucket in the host only, or prefers it there */
	bool wants_bucket_in_host;
};

/* What is known about a host, in lower case; us-east-1 and the bucket in the
 * path for one that is not known. */
struct store store_of_host(struct view host);

#endif
