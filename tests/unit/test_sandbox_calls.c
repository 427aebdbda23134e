/* The filter, run by hand. */
#include "os/sandbox_calls.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <cmocka.h>

enum { MPTCP = 262, SELF = 4321 };

#ifdef __aarch64__
#define HERE AUDIT_ARCH_AARCH64
#define ELSEWHERE AUDIT_ARCH_X86_64
#else
#define HERE AUDIT_ARCH_X86_64
#define ELSEWHERE AUDIT_ARCH_AARCH64
#endif

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
		.arch = HERE,
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
	const long good[] = {
#ifdef __x86_64__
		SYS_access, SYS_poll,
#endif
		SYS_bind, SYS_close, SYS_connect, SYS_exit_group, SYS_faccessat,
		SYS_futex, SYS_getdents64, SYS_mmap, SYS_openat, SYS_ppoll,
		SYS_pread64, SYS_read, SYS_recvmsg, SYS_renameat, SYS_sendto,
		SYS_unlinkat, SYS_write, SYS_writev};
	const long bad[] = {
#ifdef __x86_64__
		SYS_fork, SYS_vfork, SYS_chmod, SYS_chown, SYS_link,
		SYS_symlink,
#endif
		SYS_execve, SYS_execveat, SYS_clone3, SYS_kill, SYS_tkill,
		SYS_ptrace, SYS_fchmod, SYS_fchmodat, SYS_fchownat, SYS_mount,
		SYS_chroot, SYS_setuid, SYS_prctl, SYS_seccomp, SYS_bpf,
		SYS_io_uring_setup, SYS_process_vm_readv, SYS_socketpair,
		SYS_memfd_create, SYS_linkat, SYS_symlinkat, SYS_truncate,
		SYS_setxattr, 1000, -1};

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
	const uint32_t others[] = {AUDIT_ARCH_I386, AUDIT_ARCH_ARM, ELSEWHERE};

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		struct seccomp_data call = {.nr = SYS_read, .arch = others[i]};

		assert_int_equal(judge(&call), refuse);
	}
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
only_a_threads_own_priority_can_be_changed(void **state)
{
	const uint64_t self = 0, other = 4321;

	assert_int_equal(
		judge_call(SYS_setpriority, PRIO_PROCESS, self, 10), allow);
	assert_int_equal(
		judge_call(SYS_setpriority, PRIO_PROCESS, other, 10), refuse);
	assert_int_equal(
		judge_call(SYS_setpriority, PRIO_PGRP, self, 10), refuse);
	assert_int_equal(
		judge_call(SYS_setpriority, PRIO_USER, self, 10), refuse);
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

static int
set_up(void **state)
{
	filter_len = sandbox_calls_write(filter, SELF);
	return 0;
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
		cmocka_unit_test(only_a_threads_own_priority_can_be_changed),
		cmocka_unit_test(sockets_are_tcp_and_udp),
	};

	return cmocka_run_group_tests_name(
		"sandbox_calls", tests, set_up, NULL);
}
