/*
 * AWS's partitions, which decide about host names, and where its services are.
 * Source: aws-sdk-go-v2 internal/endpoints/awsrulesfn/partitions.json,
 * service/sts/endpoints.go, service/sso, service/ssooidc.
 */
#ifndef S3_PARTITION_H
#define S3_PARTITION_H

#include "base/buf.h"
#include "base/err.h"

struct partition {
	const char *id; /* aws, aws-cn, ... */
	const char *dns_suffix, *dual_stack_suffix;
	bool has_fips, has_dual_stack;
};

/* Of a region by its name; aws for one that no partition knows. */
const struct partition *partition_of_region(struct view region);

struct partition_variants {
	bool fips, dual_stack;
};

/* Appends https://SERVICE.REGION.SUFFIX for sts, portal.sso or oidc, as the
 * variants and the partition want it; for sts an empty region and aws-global
 * are the global one, which signs for us-east-1. GS_CONFIG for what a partition
 * does not have. */
GS_CHECKED enum gs_code partition_service_url(const char *service,
	struct view region, struct partition_variants variants, struct buf *out,
	struct gs_err *err);

#endif
