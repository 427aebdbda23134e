/* Threads that nobody joins, with a stack of a known size, and how they wait for
 * each other. */
#ifndef OS_THREAD_H
#define OS_THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum { THREAD_STACK_BYTES = 256 * 1024 };

/* Starts run(arg) on a thread of its own, with every signal blocked. False if
 * the system has no thread to give. */
bool thread_start(void *(*run)(void *arg), void *arg);

/* From now on the calling thread runs where others leave the processor to it. */
void thread_lower_priority(void);

/* How many of the machine's processors this process may use; 1 at least. */
unsigned thread_processors(void);

/* A condition for thread_wait_until. */
void thread_cond_init(pthread_cond_t *cond);

/* As pthread_cond_wait, but at most until the deadline (os/clock.h); false if
 * that has passed. */
bool thread_wait_until(
	pthread_cond_t *cond, pthread_mutex_t *lock, uint64_t deadline_ms);

#endif
