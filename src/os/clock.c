#include "os/clock.h"

#include <limits.h>
#include <time.h>

uint64_t
clock_mono_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

int64_t
clock_wall_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int
clock_poll_timeout(uint64_t deadline_ms)
{
	uint64_t now = clock_mono_ms();

	if (deadline_ms == CLOCK_NEVER) {
		return -1;
	}
	if (deadline_ms <= now) {
		return 0;
	}
	return deadline_ms - now > INT_MAX ? INT_MAX : (int)(deadline_ms - now);
}
