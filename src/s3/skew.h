/*
 * What a store's clock says about ours. Stores refuse a signature that is more
 * than 15 minutes off; then the difference found here is added to our clock
 * for signing, and the request is tried again.
 * Source: aws-sdk-go-v2 aws/middleware/middleware.go, aws/retry/middleware.go.
 */
#ifndef S3_SKEW_H
#define S3_SKEW_H

#include <stdbool.h>
#include <stdint.h>

enum {
	SKEW_ROUND_TRIP_MAX_S = 15 * 60,
	SKEW_MAX_S = 24 * 60 * 60, /* more is a broken clock over there */
	SKEW_MATTERS_S = 4 * 60,
};

/*
 * The seconds to add to our clock, measured by one answer: its Date header as
 * Unix time, and ours when the request went and the answer came. False, and
 * *skew_s untouched, if the answer took too long or the result is absurd.
 * Answers with an Age header come from a cache and must not be used.
 */
bool skew_measure(
	int64_t date_s, int64_t sent_s, int64_t received_s, int64_t *skew_s);

/* True if a request that was signed with used_s and refused is worth signing
 * again with measured_s. */
bool skew_matters(int64_t used_s, int64_t measured_s);

#endif
