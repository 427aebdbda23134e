#include "s3/skew.h"

static bool
is_within(int64_t difference, int64_t limit)
{
	return difference <= limit && difference >= -limit;
}

bool
skew_measure(
	int64_t date_s, int64_t sent_s, int64_t received_s, int64_t *skew_s)
{
	int64_t trip = received_s - sent_s;
	int64_t skew = date_s - (sent_s + trip / 2);

	if (trip < 0 || trip > SKEW_ROUND_TRIP_MAX_S ||
		!is_within(skew, SKEW_MAX_S)) {
		return false;
	}
	*skew_s = skew;
	return true;
}

bool
skew_matters(int64_t used_s, int64_t measured_s)
{
	return !is_within(measured_s - used_s, SKEW_MATTERS_S);
}
