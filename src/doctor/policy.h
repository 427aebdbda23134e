/*
 * The smallest IAM policies with which the cache works, as AWS's console and
 * command line take them. Without a directory bucket's own action for those.
 * Source: docs.aws.amazon.com AmazonS3/latest/userguide/security_iam_service-with-iam.html
 */
#ifndef DOCTOR_POLICY_H
#define DOCTOR_POLICY_H

#include "s3/endpoint.h"

/* Appends the policy: for jobs that only read, or for those that write too. */
void policy_write(const struct endpoint *e, bool read_only, struct buf *out);

#endif
