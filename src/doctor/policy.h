/*
 * The smallest IAM policies with which the cache works, as AWS's console and
 * command line take them: for a bucket, for an access point by its ARN, for a
 * directory bucket.
 * Source: docs.aws.amazon.com AmazonS3/latest/userguide, "Policies and
 * permissions", "Configuring IAM policies for using access points",
 * "Authenticating and authorizing requests" of S3 Express One Zone.
 */
#ifndef DOCTOR_POLICY_H
#define DOCTOR_POLICY_H

#include "s3/endpoint.h"

/* Appends the policy: for jobs that only read, or for those that write too. */
void policy_write(const struct endpoint *e, bool read_only, struct buf *out);

#endif
