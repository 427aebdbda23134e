/* Processes and signals. */
#ifndef OS_PROCESS_H
#define OS_PROCESS_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Forks a child that runs service(link, arg) and exits. The two talk over a
 * SEQPACKET socket pair; *link is this side's end, non-blocking. The child has
 * /dev/null on 0 to 2 and nothing else open but its end, no signal blocked,
 * writes no core and can't be traced. Call it while there is one thread. Until
 * process_kill or process_wait has seen its end, no other process gets its pid.
 */
GS_CHECKED enum gs_code process_spawn(void (*service)(int link, void *arg),
	void *arg, int *link, pid_t *pid, struct gs_err *err);

/* Kills a child with SIGKILL. Its end is waited for, but not for long: one
 * that hangs in a system call is left behind. */
void process_kill(pid_t pid);

/* Waits for a child's end; false if it is still there after wait_ms. */
bool process_wait(pid_t pid, uint64_t wait_ms);

/*
 * Leaves 0, 1 and 2 open and nothing else. What was inherited beyond them is
 * closed, since somebody may wait for the other end; on those of the three
 * that were closed something harmless is put, so that no other file takes
 * their place.
 */
void process_tidy_descriptors(void);

/* Puts something harmless on 0, 1 and 2, so that nobody who holds the other
 * ends waits for this process. */
void process_detach_stdio(void);

/* Ignores what must not end a helper (SIGPIPE, SIGXFSZ, SIGHUP) and routes
 * SIGINT and SIGTERM, unless they are ignored, into a descriptor that becomes
 * readable; -1 if that fails, and then they end the process as they do any. */
int process_signals(void);

/* Takes one signal from that descriptor; 0 if there is none. */
int process_take_signal(int fd);

/* What this process has used so far, with all its threads. */
struct process_usage {
	uint64_t cpu_us;  /* of processors, for itself and in the kernel */
	uint64_t peak_kb; /* of memory, at most */
};

struct process_usage process_usage(void);

#endif
