/* Each check goes into a sandbox in a process of its own. */
#include "child.h"
#include "os/sandbox.h"
#include "os/sandbox_calls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
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

enum { SYS_LANDLOCK_CREATE_RULESET = 444, MPTCP = 262, SELF = 4321 };

static char inside[64], outside[64];
static long landlock;

/* --- the filter, run by hand ---------------------------------------------- */

static struct sock_filter filter[SANDBOX_FILTER_MAX];
static unsigned short filter_len;

static uint32_t
load_word(const struct seccomp_data *call, uint32_t offset)
{
	uint32_t word;

	assert_true(offset % 4 == 0 && offset + 4 <= sizeof(*call));
	memcpy(&word, (const char *)call + offset, sizeof(word));
	return word;
}

static bool
compare(const struct sock_filter *f, uint32_t a)
{
	switch (BPF_OP(f->code)) {
	case BPF_JEQ:
		return a == f->k;
	case BPF_JGT:
		return a > f->k;
	default:
		assert_int_equal(BPF_OP(f->code), BPF_JSET);
		return (a & f->k) != 0;
	}
}

static uint32_t
judge(const struct seccomp_data *call)
{
	uint32_t a = 0;

	for (size_t at = 0; at < filter_len; at++) {
		const struct sock_filter *f = &filter[at];

		switch (BPF_CLASS(f->code)) {
		case BPF_LD:
			a = load_word(call, f->k);
			break;
		case BPF_ALU:
			assert_int_equal(BPF_OP(f->code), BPF_AND);
			a &= f->k;
			break;
		case BPF_JMP:
			at += compare(f, a) ? f->jt : f->jf;
			break;
		default:
			assert_int_equal(BPF_CLASS(f->code), BPF_RET);
			return f->k;
		}
	}
	fail_msg("the filter has no end");
	return 0;
}

static uint32_t
judge_call(long nr, uint64_t a, uint64_t b, uint64_t c)
{
	const struct seccomp_data call = {
		.nr = (int)nr,
		.arch = AUDIT_ARCH_X86_64,
		.args = {a, b, c},
	};

	return judge(&call);
}

static const uint32_t allow = SECCOMP_RET_ALLOW;
static const uint32_t refuse = SECCOMP_RET_ERRNO | EPERM;
static const uint32_t missing = SECCOMP_RET_ERRNO | ENOSYS;

static void
plain_calls_are_allowed_by_number(void **state)
{
	const long good[] = {SYS_access, SYS_bind, SYS_close, SYS_connect,
		SYS_exit_group, SYS_futex, SYS_getdents64, SYS_mmap, SYS_openat,
		SYS_poll, SYS_pread64, SYS_read, SYS_recvmsg, SYS_renameat,
		SYS_sendto, SYS_unlinkat, SYS_write, SYS_writev};
	const long bad[] = {SYS_execve, SYS_execveat, SYS_fork, SYS_vfork,
		SYS_clone3, SYS_kill, SYS_tkill, SYS_ptrace, SYS_chmod,
		SYS_fchmod, SYS_chown, SYS_mount, SYS_chroot, SYS_setuid,
		SYS_prctl, SYS_seccomp, SYS_bpf, SYS_io_uring_setup,
		SYS_process_vm_readv, SYS_socketpair, SYS_memfd_create,
		SYS_link, SYS_symlink, SYS_truncate, SYS_setxattr, 1000, -1};

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_int_equal(judge_call(good[i], 0, 0, 0), allow);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(judge_call(bad[i], 0, 0, 0), missing);
	}
}

static void
every_number_has_one_of_three_answers(void **state)
{
	unsigned allowed = 0;

	for (long nr = 0; nr < 600; nr++) {
		uint32_t is = judge_call(nr, 0, 0, 0);

		assert_true(is == allow || is == refuse || is == missing);
		allowed += is == allow;
	}
	assert_in_range(allowed, 60, 100);
}

/* The same numbers mean other calls there. */
static void
other_architectures_are_refused(void **state)
{
	struct seccomp_data call = {.nr = SYS_read, .arch = AUDIT_ARCH_I386};

	assert_int_equal(judge(&call), refuse);
	assert_int_equal(
		judge_call(SYS_read | 0x40000000, 0, 0, 0), missing); /* x32 */
}

static void
clone_is_for_threads(void **state)
{
	const uint64_t thread = CLONE_VM | CLONE_FS | CLONE_FILES |
				CLONE_SIGHAND | CLONE_THREAD;

	assert_int_equal(judge_call(SYS_clone, thread, 0, 0), allow);
	assert_int_equal(judge_call(SYS_clone, SIGCHLD, 0, 0), refuse);
	assert_int_equal(
		judge_call(SYS_clone, CLONE_VM | CLONE_VFORK, 0, 0), refuse);
}

static void
only_we_ourselves_may_be_meant(void **state)
{
	assert_int_equal(judge_call(SYS_tgkill, SELF, 1, SIGABRT), allow);
	assert_int_equal(judge_call(SYS_tgkill, SELF + 1, 1, 9), refuse);
	assert_int_equal(judge_call(SYS_prlimit64, 0, 1, 0), allow);
	assert_int_equal(judge_call(SYS_prlimit64, SELF, 1, 0), refuse);
}

static void
sockets_are_tcp_and_udp(void **state)
{
	const struct {
		int domain, type, protocol;
		uint32_t is;
	} sockets[] = {
		{AF_INET, SOCK_STREAM, 0, allow},
		{AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP, allow},
		{AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, IPPROTO_UDP, allow},
		{AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, allow},
		{AF_UNIX, SOCK_STREAM, 0, refuse},
		{AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, refuse},
		{AF_UNIX, SOCK_SEQPACKET, 0, refuse},
		{AF_INET, SOCK_RAW, 0, refuse},
		{AF_INET, SOCK_SEQPACKET, 0, refuse},
		{AF_INET, SOCK_STREAM, MPTCP, refuse},
		{AF_INET6, SOCK_STREAM, IPPROTO_SCTP, refuse},
		{AF_NETLINK, SOCK_DGRAM, 0, refuse},
		{AF_PACKET, SOCK_DGRAM, 0, refuse},
		{AF_VSOCK, SOCK_STREAM, 0, refuse},
		{AF_ALG, SOCK_DGRAM, 0, refuse},
	};

	for (size_t i = 0; i < sizeof(sockets) / sizeof(*sockets); i++) {
		assert_int_equal(
			judge_call(SYS_socket, (uint64_t)sockets[i].domain,
				(uint64_t)sockets[i].type,
				(uint64_t)sockets[i].protocol),
			sockets[i].is);
	}
}

/* --- the kernel's answers -------------------------------------------------- */

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
runs_nothing(void *arg)
{
	char *const none[] = {NULL};

	enter(NULL);
	return refuses(execve("/bin/true", none, none), ENOSYS) &&
	       refuses(syscall(SYS_fork), ENOSYS) &&
	       refuses(syscall(SYS_vfork), ENOSYS) &&
	       refuses(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0), EPERM) &&
	       refuses(syscall(SYS_clone3, NULL, 0), ENOSYS) &&
	       refuses(kill(getppid(), 0), ENOSYS) &&
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

	*is = refuses(open("/etc/passwd", O_RDONLY), EACCES) &&
	      refuses(syscall(SYS_fork), ENOSYS);
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
	filter_len = sandbox_calls_write(filter, SELF);
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
		cmocka_unit_test(plain_calls_are_allowed_by_number),
		cmocka_unit_test(every_number_has_one_of_three_answers),
		cmocka_unit_test(other_architectures_are_refused),
		cmocka_unit_test(clone_is_for_threads),
		cmocka_unit_test(only_we_ourselves_may_be_meant),
		cmocka_unit_test(sockets_are_tcp_and_udp),
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
