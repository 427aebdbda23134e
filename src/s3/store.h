/*
 * What hosts tell: how AWS names those of S3, and how well-known stores want to
 * be spoken to. One table (store.c); a store that lives at anybody's host, as
 * MinIO, Ceph, Garage and SeaweedFS do, has no row: it is spoken to with the
 * bucket in the path, and names its region if us-east-1 is wrong.
 * Source: aws-sdk-go-v2 service/s3/endpoints.go; rclone backend/s3/provider/;
 * the stores' own pages.
 */
#ifndef S3_STORE_H
#define S3_STORE_H

#include "s3/partition.h"

enum store_aws_kind {
	STORE_AWS_BUCKET,
	STORE_AWS_ACCELERATE,
	STORE_AWS_ACCESS_POINT,
	STORE_AWS_DIRECTORY, /* S3 Express One Zone */
};

/* One of AWS's own hosts. */
struct store_aws {
	enum store_aws_kind kind;
	struct view region; /* empty: the global one, without variants */
	struct view zone;   /* STORE_AWS_DIRECTORY */
	struct partition_variants variants;
};

/* Appends its name, to which what is asked for is prefixed. */
void store_aws_host(const struct store_aws *aws, struct buf *out);

struct store {
	const char *name;   /* "" if the host tells none */
	struct view region; /* to sign for where none is configured; may
			       borrow from the host */
	bool is_aws;
	bool wants_bucket_in_host; /* only there, or rather there */
	bool wants_tls;            /* and has nothing else */
};

/* What is known about a host, in lower case; us-east-1 and the bucket in the
 * path for one that is not known. */
struct store store_of_host(struct view host);

/* Appends the host in another region, if it is AWS's and has one that is no
 * VPC's; else the host as it is. */
void store_move(struct view host, struct view region, struct buf *out);

#endif
