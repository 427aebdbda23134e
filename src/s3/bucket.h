/*
 * Names of buckets and of what lies in them, as far as a client must know.
 * Source: docs.aws.amazon.com AmazonS3/latest/userguide/bucketnamingrules.html;
 * aws-sdk-go-v2 internal/endpoints/awsrulesfn/host.go.
 */
#ifndef S3_BUCKET_H
#define S3_BUCKET_H

#include "base/err.h"
#include "base/limits.h"

/* GS_CONFIG, with the reason, unless name can be a bucket's, at AWS or
 * elsewhere, or the alias of an access point. */
GS_CHECKED enum gs_code bucket_check(struct view name, struct gs_err *err);

/* The zone of a directory bucket (S3 Express One Zone), or of an access point
 * of one, which their names tell: NAME--ZONE--x-s3. Empty for any other. */
struct view bucket_zone(struct view name);

/* True if the bucket's name can stand in front of a host: labels of 3 to 63
 * of a-z 0-9 -, and under TLS one label only, since wildcard certificates
 * cover one. */
bool bucket_fits_host(struct view name, bool tls);

/* Takes slashes off both ends of a key prefix in *prefix; GS_CONFIG if what
 * remains has an empty, `.` or `..` part, which several stores refuse, a
 * control byte, or more than KEY_PREFIX_MAX bytes. */
GS_CHECKED enum gs_code bucket_check_prefix(
	struct view *prefix, struct gs_err *err);

#endif
