/* Processes and signals. */
#ifndef OS_PROCESS_H
#define OS_PROCESS_H

#include "base/err.h"

#include <sys/types.h>

/*
 * Forks a child that runs service(link, arg) and exits. The two talk over a
 * SEQPACKET socket pair; *link is this side's end, non-blocking. The child has
 * /dev/null on 0 to 2 and nothing else open but its end, no signal blocked,
 * writes no core and can't be traced. Call it while there is one thread.
 */
GS_CHECKED enum gs_code process_spawn(void (*service)(int link, void *arg),
	void *arg, int *link, pid_t *pid, struct gs_err *err);

/* Kills a child with SIGKILL and waits for it. */
void process_kill(pid_t pid);

/* Puts something harmless on those of 0, 1 and 2 that are closed, so that no
 * other file takes their place. */
void process_fill_stdio(void);

/* Puts something harmless on 0, 1 and 2, so that nobody who holds the other
 * ends waits for this process. */
void process_detach_stdio(void);

/* Ignores what must not end a helper (SIGPIPE, SIGXFSZ, SIGHUP) and routes
 * SIGINT and SIGTERM into a descriptor that becomes readable; -1 if that
 * fails. */
int process_signals(void);

/* Takes one signal from that descriptor; 0 if there is none. */
int process_take_signal(int fd);

#endif
