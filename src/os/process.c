#include "os/process.h"

#include "os/clock.h"
#include "os/fdio.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* How long a killed process may take to end, and how often it is looked at. */
enum { KILL_WAIT_MS = 200, LOOK_MS = 5 };

/* Something that can be read (end of file) and written (refused or swallowed):
 * /dev/null, or in a container without it one end of a socket pair. */
static int
open_nowhere(void)
{
	int pair[2];
	int fd = open("/dev/null", O_RDWR);

	if (fd < 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0) {
		close(pair[1]);
		fd = pair[0];
	}
	return fd;
}

void
process_detach_stdio(void)
{
	int nowhere = open_nowhere();

	for (int fd = 0; fd <= 2; fd++) {
		if (nowhere < 0) {
			close(fd);
		} else if (fd != nowhere) {
			dup2(nowhere, fd);
		}
	}
	if (nowhere > 2) {
		close(nowhere);
	}
}

/* Closes every descriptor from first on. */
static void
close_from(int first)
{
	struct rlimit limit;

	if (syscall(SYS_close_range, (unsigned)first, ~0u, 0) == 0) {
		return;
	}
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > 65536) {
		limit.rlim_cur = 65536;
	}
	for (int fd = first; fd < (int)limit.rlim_cur; fd++) {
		close(fd);
	}
}

void
process_tidy_descriptors(void)
{
	int fd;

	do {
		fd = open_nowhere();
	} while (fd >= 0 && fd <= STDERR_FILENO);
	close_from(STDERR_FILENO + 1);
}

/* The child keeps its end of the link as descriptor 3. */
static int
keep_only(int link)
{
	const int kept = 3;

	if (link != kept) {
		dup2(link, kept);
	}
	fcntl(kept, F_SETFD, FD_CLOEXEC);
	close_from(kept + 1);
	process_detach_stdio();
	return kept;
}

static void
harden(void)
{
	const struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

enum gs_code
process_spawn(void (*service)(int link, void *arg), void *arg, int *link,
	pid_t *pid, struct gs_err *err)
{
	int pair[2];
	sigset_t none;

	signal(SIGCHLD,
		SIG_DFL); /* if ignored, children vanish by themselves */
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
		return fd_fail(err, "cannot make a socket pair", NULL, errno);
	}
	*pid = fork();
	if (*pid == 0) {
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		harden();
		service(keep_only(pair[1]), arg);
		_exit(0);
	}
	close(pair[1]);
	if (*pid < 0) {
		int why = errno;

		close(pair[0]);
		return fd_fail(err, "cannot fork", NULL, why);
	}
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	*link = pair[0];
	return GS_OK;
}

bool
process_wait(pid_t pid, uint64_t wait_ms)
{
	uint64_t deadline_ms = clock_mono_ms() + wait_ms;
	pid_t ended;

	while ((ended = waitpid(pid, NULL, WNOHANG)) == 0 ||
		(ended < 0 && errno == EINTR)) {
		if (clock_mono_ms() >= deadline_ms) {
			return false;
		}
		poll(NULL, 0, LOOK_MS);
	}
	return true;
}

void
process_kill(pid_t pid)
{
	assert(pid > 0);
	kill(pid, SIGKILL);
	process_wait(pid, KILL_WAIT_MS);
}

/* Who started us with a signal ignored (nohup, a shell's background job) wants
 * it to have no effect. */
static void
add_unless_ignored(sigset_t *set, int number)
{
	struct sigaction before;

	if (sigaction(number, NULL, &before) != 0 ||
		before.sa_handler != SIG_IGN) {
		sigaddset(set, number);
	}
}

int
process_signals(void)
{
	sigset_t taken, before;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	sigemptyset(&taken);
	add_unless_ignored(&taken, SIGINT);
	add_unless_ignored(&taken, SIGTERM);
	sigprocmask(SIG_BLOCK, &taken, &before);
	int fd = signalfd(-1, &taken, SFD_NONBLOCK | SFD_CLOEXEC);

	if (fd < 0) {
		sigprocmask(SIG_SETMASK, &before, NULL);
	}
	return fd;
}

int
process_take_signal(int fd)
{
	struct signalfd_siginfo info;

	return read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info)
		       ? (int)info.ssi_signo
		       : 0;
}
