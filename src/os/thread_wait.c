/* How threads wait for each other, and give way. */
#include "os/thread.h"

#include <sched.h>
#include <sys/resource.h>
#include <time.h>

enum { LOW_PRIORITY = 10 };

/* In Linux it is the thread's alone: setpriority(2), "C library/kernel
 * differences". */
void
thread_lower_priority(void)
{
	setpriority(PRIO_PROCESS, 0, LOW_PRIORITY);
}

unsigned
thread_processors(void)
{
	cpu_set_t ours;
	bool known = sched_getaffinity(0, sizeof(ours), &ours) == 0;

	return known ? (unsigned)CPU_COUNT(&ours) : 1;
}

void
thread_cond_init(pthread_cond_t *cond)
{
	pthread_condattr_t monotonic;

	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(cond, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

bool
thread_wait_until(
	pthread_cond_t *cond, pthread_mutex_t *lock, uint64_t deadline_ms)
{
	struct timespec until = {
		.tv_sec = (time_t)(deadline_ms / 1000),
		.tv_nsec = (long)(deadline_ms % 1000) * 1000000,
	};

	return pthread_cond_timedwait(cond, lock, &until) == 0;
}
