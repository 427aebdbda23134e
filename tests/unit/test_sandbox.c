/* Each check goes into a sandbox in a process of its own. */
#include "child.h"
#include "os/sandbox.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <net/if.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <cmocka.h>

enum { SYS_LANDLOCK_CREATE_RULESET = 444, MPTCP = 262 };

static char inside[64], outside[64];
static long landlock;

static const char *
below(const char *dir, const char *name)
{
	static char path[4][256];
	static unsigned turn;
	char *p = path[turn++ % 4];

	snprintf(p, sizeof(path[0]), "%s/%s", dir, name);
	return p;
}

static void
enter(const uint16_t *port)
{
	struct sandbox_rules rules = {
		.writable = {inside, NULL, "/nowhere/at/all"},
		.writable_count = 3,
		.readable = {"/etc/hosts", "/etc/nsswitch.conf", NULL},
		.readable_count = 3,
		.ports = {port ? *port : 53},
		.port_count = 1,
	};

	sandbox_enter(&rules);
}

static bool
refuses(long answered, int why)
{
	return answered < 0 && errno == why;
}

static bool
reads_what_it_may(void *arg)
{
	enter(NULL);
	return open("/etc/hosts", O_RDONLY) >= 0 &&
	       refuses(open("/etc/hosts", O_WRONLY), EACCES) &&
	       refuses(open("/etc/passwd", O_RDONLY), EACCES) &&
	       refuses(open("/", O_RDONLY | O_DIRECTORY), EACCES) &&
	       refuses(open("/proc/self/environ", O_RDONLY), EACCES) &&
	       refuses(open(below(outside, "file"), O_RDONLY), EACCES);
}

static void
files_are_out_of_reach(void **state)
{
	if (landlock < 1) {
		skip();
	}
	assert_true(in_child(reads_what_it_may, NULL));
}

static bool
writes_where_it_may(void *arg)
{
	char text[5];

	enter(NULL);
	if (!refuses(open(below(outside, "new"), O_WRONLY | O_CREAT, 0600),
		    EACCES) ||
		!refuses(open(below(outside, "file"), O_WRONLY), EACCES) ||
		!refuses(unlinkat(AT_FDCWD, below(outside, "file"), 0),
			EACCES)) {
		return false;
	}
	int fd = open(below(inside, "new"), O_RDWR | O_CREAT | O_EXCL, 0600);

	return fd >= 0 && write(fd, "hello", 5) == 5 &&
	       pread(fd, text, 5, 0) == 5 && ftruncate(fd, 1) == 0 &&
	       mkdirat(AT_FDCWD, below(inside, "ab"), 0700) == 0 &&
	       renameat(AT_FDCWD, below(inside, "new"), AT_FDCWD,
		       below(inside, "old")) == 0 &&
	       unlinkat(AT_FDCWD, below(inside, "old"), 0) == 0 &&
	       unlinkat(AT_FDCWD, below(inside, "ab"), AT_REMOVEDIR) == 0;
}

static void
one_directory_can_be_written(void **state)
{
	if (landlock < 1) {
		skip();
	}
	assert_true(in_child(writes_where_it_may, NULL));
}

static bool
cannot_fork(void)
{
#ifdef __x86_64__
	if (!refuses(syscall(SYS_fork), ENOSYS) ||
		!refuses(syscall(SYS_vfork), ENOSYS)) {
		return false;
	}
#endif
	return refuses(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0), EPERM) &&
	       refuses(syscall(SYS_clone3, NULL, 0), ENOSYS);
}

static bool
runs_nothing(void *arg)
{
	char *const none[] = {NULL};

	enter(NULL);
	return refuses(execve("/bin/true", none, none), ENOSYS) &&
	       cannot_fork() && refuses(kill(getppid(), 0), ENOSYS) &&
	       refuses(syscall(SYS_tgkill, getppid(), getppid(), 0), EPERM) &&
	       refuses(chmod(below(outside, "file"), 0777), ENOSYS);
}

static void
no_program_is_run_or_signalled(void **state)
{
	assert_true(in_child(runs_nothing, NULL));
}

static void *
is_shut_in(void *arg)
{
	bool *is = arg;

	*is = refuses(open("/etc/passwd", O_RDONLY), EACCES) && cannot_fork();
	return NULL;
}

static bool
starts_threads(void *arg)
{
	pthread_t thread;
	bool shut_in = false;

	enter(NULL);
	return pthread_create(&thread, NULL, is_shut_in, &shut_in) == 0 &&
	       pthread_join(thread, NULL) == 0 && shut_in;
}

static void
threads_can_be_started_and_are_shut_in_too(void **state)
{
	if (landlock < 1) {
		skip();
	}
	assert_true(in_child(starts_threads, NULL));
}

/* A loopback socket that waits for others, and its port. */
static int
listener(int type, uint16_t *port)
{
	struct sockaddr_in a = {.sin_family = AF_INET};
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, type, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	assert_true(type == SOCK_DGRAM || listen(fd, 8) == 0);
	*port = ntohs(a.sin_port);
	return fd;
}

static int
connect_to(int type, uint16_t port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a)) != 0) {
		int why = errno;

		close(fd);
		errno = why;
		fd = -1;
	}
	return fd;
}

struct ports {
	uint16_t named, other, udp;
};

static bool
connects_where_it_may(void *arg)
{
	const struct ports *ports = arg;
	struct sockaddr_in any = {.sin_family = AF_INET};

	enter(&ports->named);
	int tcp = connect_to(SOCK_STREAM, ports->named);
	int udp = connect_to(SOCK_DGRAM, ports->udp);

	return tcp >= 0 && udp >= 0 && send(udp, "?", 1, 0) == 1 &&
	       refuses(connect_to(SOCK_STREAM, ports->other), EACCES) &&
	       refuses(bind(socket(AF_INET, SOCK_STREAM, 0),
			       (struct sockaddr *)&any, sizeof(any)),
		       EACCES) &&
	       refuses(socket(AF_UNIX, SOCK_STREAM, 0), EPERM) &&
	       refuses(socket(AF_INET, SOCK_STREAM, MPTCP), EPERM);
}

static void
only_named_ports_can_be_connected_to(void **state)
{
	struct ports ports;
	char byte;

	if (landlock < 4) {
		skip();
	}
	int named = listener(SOCK_STREAM, &ports.named);
	int other = listener(SOCK_STREAM, &ports.other);
	int udp = listener(SOCK_DGRAM, &ports.udp);

	assert_true(in_child(connects_where_it_may, &ports));
	assert_int_equal(recv(udp, &byte, 1, MSG_DONTWAIT), 1);
	close(named);
	close(other);
	close(udp);
}

static bool
resolves(void *arg)
{
	const struct addrinfo hints = {
		.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found;

	enter(NULL);
	if (getaddrinfo("localhost", "443", &hints, &found) != 0) {
		return false;
	}
	freeaddrinfo(found);
	return getaddrinfo("127.0.0.1", "443", &hints, &found) == 0 &&
	       if_nametoindex("lo") > 0;
}

static void
names_can_be_resolved(void **state)
{
	assert_true(in_child(resolves, NULL));
}

/* What a libc does on its own must not fail under it. */
static bool
lives(void *arg)
{
	struct rlimit limit;

	enter(NULL);
	for (size_t n = 16; n < 32 * 1024 * 1024; n *= 4) {
		char *p = malloc(n);

		if (!p) {
			return false;
		}
		memset(p, 1, n);
		free(realloc(p, 2 * n));
	}
	sched_yield();
	return getrlimit(RLIMIT_NOFILE, &limit) == 0 && usleep(1000) == 0 &&
	       raise(SIGWINCH) == 0;
}

static void
libc_lives_on(void **state)
{
	assert_true(in_child(lives, NULL));
}

static int
set_up(void **state)
{
	snprintf(inside, sizeof(inside), "/tmp/gocache-s3-test-XXXXXX");
	snprintf(outside, sizeof(outside), "/tmp/gocache-s3-test-XXXXXX");
	landlock = syscall(SYS_LANDLOCK_CREATE_RULESET, NULL, 0, 1);
	if (!mkdtemp(inside) || !mkdtemp(outside)) {
		return -1;
	}
	return close(open(below(outside, "file"), O_WRONLY | O_CREAT, 0600));
}

static int
tear_down(void **state)
{
	unlink(below(outside, "file"));
	return rmdir(outside) == 0 && rmdir(inside) == 0 ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_are_out_of_reach),
		cmocka_unit_test(one_directory_can_be_written),
		cmocka_unit_test(no_program_is_run_or_signalled),
		cmocka_unit_test(threads_can_be_started_and_are_shut_in_too),
		cmocka_unit_test(only_named_ports_can_be_connected_to),
		cmocka_unit_test(names_can_be_resolved),
		cmocka_unit_test(libc_lives_on),
	};

	return cmocka_run_group_tests_name("sandbox", tests, set_up, tear_down);
}
