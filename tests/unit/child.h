/* Code that must run in a process of its own. */
#ifndef TESTS_CHILD_H
#define TESTS_CHILD_H

#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

/* Runs check(arg) in a forked process; true if it ended by itself and said
 * so. */
static inline bool
in_child(bool (*check)(void *arg), void *arg)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		_exit(check(arg) ? 0 : 1);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid &&
	       WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

#endif
