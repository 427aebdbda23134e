/*
 * Which system calls a shut-in process may still make, as a seccomp filter.
 * Apart from the sandbox's other half only so that a test can run the filter
 * by hand.
 *
 * Calls that run, trace or signal other programs, make sockets that reach
 * around the network rules, change who the process is, or touch what the
 * kernel has beyond files, memory, threads and the internet are refused with
 * ENOSYS or EPERM; nothing is killed for trying.
 */
#ifndef OS_SANDBOX_CALLS_H
#define OS_SANDBOX_CALLS_H

#include <linux/filter.h>
#include <sys/types.h>

/* A jump reaches 255 instructions. */
enum { SANDBOX_FILTER_MAX = 255 };

/* Writes the filter for the process self; the answer is its length. */
unsigned short sandbox_calls_write(
	struct sock_filter filter[SANDBOX_FILTER_MAX], pid_t self);

#endif
