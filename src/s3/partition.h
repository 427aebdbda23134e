/*
 * AWS's partitions, which decide about host names, and where its services are.
 * Every one of them has FIPS and dual-stack hosts, though not for every service.
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
};

/* True for host labels, [A-Za-z0-9-]{1,63} joined by dots, REGION_MAX in all. */
bool partition_region_is_valid(struct view region);

/* Of a region by its name; aws for one that no partition knows. */
const struct partition *partition_of_region(struct view region);

/* The one whose DNS suffix ends host, with the part before it; else NULL. */
const struct partition *partition_of_host(
	struct view host, struct view *before);

/* Appends the region that a name stands for: us-east-1 for fips-us-east-1 and
 * us-east-1-fips, else the name. True if it asks for FIPS that way. */
bool partition_real_region(struct view name, struct buf *region);

struct partition_variants {
	bool fips, dual_stack;
};

/* Appends https://SERVICE.REGION.SUFFIX for sts, portal.sso or oidc, as the
 * variants and the partition want it; for sts an empty region and aws-global
 * are the global one, which signs for us-east-1. GS_CONFIG if the region is no
 * name of one. */
GS_CHECKED enum gs_code partition_service_url(const char *service,
	struct view region, struct partition_variants variants, struct buf *out,
	struct gs_err *err);

#endif
