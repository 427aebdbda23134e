#include "child.h"
#include "os/clock.h"
#include "os/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <cmocka.h>

enum { LONG_MS = 10000 };

/* What a child finds out about itself. */
struct facts {
	int open_fds, highest_fd;
	bool stdio_is_nowhere, has_blocked, can_dump;
	rlim_t core;
};

static bool
is_null(int fd)
{
	struct stat st, null;

	return fstat(fd, &st) == 0 && stat("/dev/null", &null) == 0 &&
	       st.st_rdev == null.st_rdev;
}

static void
tell_facts(int link, void *arg)
{
	struct facts f = {.highest_fd = -1};
	struct rlimit core;
	sigset_t blocked;

	for (int fd = 0; fd < 1024; fd++) {
		if (fcntl(fd, F_GETFD) >= 0) {
			f.open_fds++;
			f.highest_fd = fd;
		}
	}
	f.stdio_is_nowhere = is_null(0) && is_null(1) && is_null(2);
	sigprocmask(SIG_BLOCK, NULL, &blocked);
	f.has_blocked = sigismember(&blocked, SIGINT) == 1;
	f.can_dump = prctl(PR_GET_DUMPABLE) != 0;
	getrlimit(RLIMIT_CORE, &core);
	f.core = core.rlim_cur;
	send(link, &f, sizeof(f), 0);
}

static void
wait_for_end(int link, void *arg)
{
	char byte;

	while (read(link, &byte, 1) > 0) {
	}
}

static void
end_at_once(int link, void *arg)
{
}

static pid_t
spawn(void (*service)(int link, void *arg), int *link)
{
	struct gs_err err;
	pid_t pid;

	assert_int_equal(process_spawn(service, NULL, link, &pid, &err), GS_OK);
	assert_true(pid > 0);
	return pid;
}

/* True if fd becomes readable or ends in time. */
static bool
stirs(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, LONG_MS) == 1;
}

static bool
is_gone(pid_t pid)
{
	return waitpid(pid, NULL, WNOHANG) < 0 && errno == ECHILD;
}

static void
a_child_holds_its_link_and_nothing_else(void **state)
{
	struct facts f;
	int link;
	int extra[2];
	sigset_t interrupt, before;

	assert_int_equal(pipe(extra), 0);
	assert_int_equal(fcntl(extra[1], F_DUPFD, 900), 900);
	sigemptyset(&interrupt);
	sigaddset(&interrupt, SIGINT);
	sigprocmask(SIG_BLOCK, &interrupt, &before);
	pid_t pid = spawn(tell_facts, &link);

	sigprocmask(SIG_SETMASK, &before, NULL);
	close(900);
	close(extra[0]);
	close(extra[1]);
	assert_true(stirs(link));
	assert_int_equal(recv(link, &f, sizeof(f), 0), sizeof(f));
	assert_int_equal(f.open_fds, 4);
	assert_int_equal(f.highest_fd, 3);
	assert_true(f.stdio_is_nowhere);
	assert_false(f.has_blocked);
	assert_false(f.can_dump);
	assert_int_equal(f.core, 0);
	assert_true(process_wait(pid, LONG_MS));
	close(link);
}

/* Who reads a pipe that we inherited is not kept waiting by the child. */
static void
an_inherited_pipe_ends_while_the_child_lives(void **state)
{
	int link;
	int extra[2];

	assert_int_equal(pipe(extra), 0);
	pid_t pid = spawn(wait_for_end, &link);

	close(extra[1]);
	assert_true(stirs(extra[0]));
	assert_false(process_wait(pid, 0));
	close(extra[0]);
	close(link);
	assert_true(process_wait(pid, LONG_MS));
}

static void
a_child_ends_when_its_link_does(void **state)
{
	int link;
	pid_t pid = spawn(wait_for_end, &link);

	assert_int_equal(fcntl(link, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
	assert_int_equal(fcntl(link, F_GETFD), FD_CLOEXEC);
	close(link);
	assert_true(process_wait(pid, LONG_MS));
	assert_true(is_gone(pid));
}

static void
waiting_has_an_end(void **state)
{
	int link;
	pid_t pid = spawn(wait_for_end, &link);
	uint64_t begin = clock_mono_ms();

	assert_false(process_wait(pid, 30));
	assert_in_range(clock_mono_ms() - begin, 30, LONG_MS);
	process_kill(pid);
	assert_true(is_gone(pid));
	close(link);
}

static void
a_stopped_child_is_killed(void **state)
{
	int link;
	pid_t pid = spawn(wait_for_end, &link);

	kill(pid, SIGSTOP);
	process_kill(pid);
	assert_true(is_gone(pid));
	close(link);
}

/* Its pid stays its own until then, so that nobody else is killed. */
static void
a_child_that_ended_is_still_ours_to_kill(void **state)
{
	int link;

	signal(SIGCHLD, SIG_IGN); /* would let it vanish */
	pid_t pid = spawn(end_at_once, &link);

	assert_true(stirs(link));
	usleep(20000);
	assert_int_equal(kill(pid, 0), 0); /* it is there, as a zombie */
	process_kill(pid);
	assert_true(is_gone(pid));
	assert_int_not_equal(kill(pid, 0), 0);
	close(link);
}

static bool
fails_without_descriptors(void *arg)
{
	const struct rlimit few = {3, 3};
	struct gs_err err;
	int link;
	pid_t pid;

	setrlimit(RLIMIT_NOFILE, &few);
	return process_spawn(end_at_once, NULL, &link, &pid, &err) == GS_SYS &&
	       err.sys_errno == EMFILE;
}

static void
a_system_that_refuses_is_an_error(void **state)
{
	assert_true(in_child(fails_without_descriptors, NULL));
}

/* Takes a signal from the descriptor within the time; 0 if none comes. */
static int
take_within(int fd, int wait_ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, wait_ms) == 1 ? process_take_signal(fd) : 0;
}

static bool
takes_signals(void *arg)
{
	int fd = process_signals();

	kill(getpid(), SIGPIPE);
	kill(getpid(), SIGXFSZ);
	kill(getpid(), SIGHUP);
	if (fd < 0 || process_take_signal(fd) != 0) {
		return false;
	}
	kill(getpid(), SIGINT);
	if (take_within(fd, LONG_MS) != SIGINT) {
		return false;
	}
	kill(getpid(), SIGTERM);
	return take_within(fd, LONG_MS) == SIGTERM &&
	       process_take_signal(fd) == 0;
}

static void
signals_are_ignored_or_taken(void **state)
{
	assert_true(in_child(takes_signals, NULL));
}

static bool
leaves_ignored_signals_alone(void *arg)
{
	signal(SIGINT, SIG_IGN);
	int fd = process_signals();

	kill(getpid(), SIGINT);
	kill(getpid(), SIGTERM);
	return take_within(fd, LONG_MS) == SIGTERM && take_within(fd, 20) == 0;
}

static void
a_signal_that_is_ignored_stays_so(void **state)
{
	assert_true(in_child(leaves_ignored_signals_alone, NULL));
}

static bool
blocks_nothing_in_vain(void *arg)
{
	const struct rlimit few = {3, 3};
	sigset_t blocked;

	setrlimit(RLIMIT_NOFILE, &few);
	if (process_signals() != -1) {
		return false;
	}
	sigprocmask(SIG_BLOCK, NULL, &blocked);
	return sigismember(&blocked, SIGINT) == 0 &&
	       sigismember(&blocked, SIGTERM) == 0;
}

static void
signals_that_cannot_be_taken_end_the_process(void **state)
{
	assert_true(in_child(blocks_nothing_in_vain, NULL));
}

static bool
tidies(void *arg)
{
	int closed = *(int *)arg; /* a bit for each of 0, 1 and 2 */

	dup2(open("/", O_RDONLY), 700);
	for (int fd = 0; fd <= 2; fd++) {
		if (closed & 1 << fd) {
			close(fd);
		}
	}
	process_tidy_descriptors();
	for (int fd = 0; fd < 1024; fd++) {
		if ((fcntl(fd, F_GETFD) >= 0) != (fd <= 2)) {
			return false;
		}
	}
	return open("/", O_RDONLY) == 3;
}

static void
three_descriptors_are_open_then(void **state)
{
	for (int closed = 0; closed < 8; closed++) {
		assert_true(in_child(tidies, &closed));
	}
}

static bool
detaches(void *arg)
{
	int pair[2];
	char byte;

	if (pipe(pair) != 0) {
		return false;
	}
	dup2(pair[1], 1);
	dup2(pair[1], 2);
	close(pair[1]);
	process_detach_stdio();
	return read(pair[0], &byte, 1) == 0 && is_null(0) && is_null(1) &&
	       is_null(2) && fcntl(pair[1], F_GETFD) < 0;
}

static void
whoever_reads_what_we_say_is_let_go(void **state)
{
	assert_true(in_child(detaches, NULL));
}

/* A container without /dev. */
static bool
lives_in_an_empty_root(void *arg)
{
	int all = 7;
	char byte;

	if (chroot(arg) != 0 || chdir("/") != 0) {
		return false;
	}
	signal(SIGPIPE, SIG_IGN);
	if (!tidies(&all) || read(0, &byte, 1) != 0) {
		return false;
	}
	close(3);
	process_detach_stdio();
	return read(0, &byte, 1) == 0 && fcntl(2, F_GETFD) >= 0 &&
	       fcntl(3, F_GETFD) < 0;
}

static void
a_root_without_dev_will_do(void **state)
{
	char root[] = "/tmp/gocache-s3-test-XXXXXX";

	if (geteuid() != 0) {
		skip();
	}
	assert_non_null(mkdtemp(root));
	bool fine = in_child(lives_in_an_empty_root, root);

	rmdir(root);
	assert_true(fine);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_child_holds_its_link_and_nothing_else),
		cmocka_unit_test(an_inherited_pipe_ends_while_the_child_lives),
		cmocka_unit_test(a_child_ends_when_its_link_does),
		cmocka_unit_test(waiting_has_an_end),
		cmocka_unit_test(a_stopped_child_is_killed),
		cmocka_unit_test(a_child_that_ended_is_still_ours_to_kill),
		cmocka_unit_test(a_system_that_refuses_is_an_error),
		cmocka_unit_test(signals_are_ignored_or_taken),
		cmocka_unit_test(a_signal_that_is_ignored_stays_so),
		cmocka_unit_test(signals_that_cannot_be_taken_end_the_process),
		cmocka_unit_test(three_descriptors_are_open_then),
		cmocka_unit_test(whoever_reads_what_we_say_is_let_go),
		cmocka_unit_test(a_root_without_dev_will_do),
	};

	signal(SIGINT, SIG_DFL); /* a background job's is ignored */
	return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}
