/* The clocks. Deadlines are points on the monotonic clock, in milliseconds. */
#ifndef OS_CLOCK_H
#define OS_CLOCK_H

#include <stdint.h>

/* A deadline that never comes. */
#define CLOCK_NEVER UINT64_MAX

uint64_t clock_mono_ms(void);

/* Unix time in nanoseconds. */
int64_t clock_wall_ns(void);

/* The milliseconds from now to a deadline as poll(2) wants them: 0 if it has
 * passed, -1 for CLOCK_NEVER, INT_MAX at most. */
int clock_poll_timeout(uint64_t deadline_ms);

#endif
