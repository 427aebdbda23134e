/* Threads that nobody joins, with a stack of a known size. */
#ifndef OS_THREAD_H
#define OS_THREAD_H

#include <stdbool.h>

enum { THREAD_STACK_BYTES = 256 * 1024 };

/* Starts run(arg) on a thread of its own, with every signal blocked. False if
 * the system has no thread to give. */
bool thread_start(void *(*run)(void *arg), void *arg);

#endif
