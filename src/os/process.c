#include "os/process.h"

#include "os/clock.h"
#include "os/fdio.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* How long a killed process may take to end, and how often it is looked at. */
enum { KILL_WAIT_MS = 200, LOOK_MS = 5 };

enum { STATUS_MAX = 16 * 1024 };

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

	/* if it is ignored, children vanish by themselves */
	signal(SIGCHLD, SIG_DFL);
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

static uint64_t
microseconds(struct timeval t)
{
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_usec;
}

/* What the kernel counts as this program's own; 0 if it does not say. */
static uint64_t
peak_of_this_program(void)
{
	const struct view name = VIEW("VmHWM:");
	unsigned long long kb = 0;
	struct gs_err ignored;
	struct buf status;
	struct view line;

	if (fd_read_file("/proc/self/status", STATUS_MAX, &status, &ignored) !=
		GS_OK) {
		return 0;
	}
	line = view_skip(
		buf_view(&status), view_find(buf_view(&status), name) + name.n);
	line.n = view_find(line, VIEW(" kB"));
	view_uint(view_trim(line), UINT32_MAX, &kb);
	free(status.p);
	return kb;
}

/* ru_maxrss starts with that of the process that a program was started from,
 * but with nothing in a fork: it is right in a mirror, whose sandbox has no
 * /proc. fs/exec.c: exec_mmap. */
struct process_usage
process_usage(void)
{
	struct rusage used = {.ru_maxrss = 0};
	uint64_t peak_kb = peak_of_this_program();

	getrusage(RUSAGE_SELF, &used);
	return (struct process_usage){
		.cpu_us = microseconds(used.ru_utime) +
			  microseconds(used.ru_stime),
		.peak_kb = peak_kb > 0 ? peak_kb : (uint64_t)used.ru_maxrss,
	};
}
