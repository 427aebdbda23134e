/* Source: Documentation/userspace-api/seccomp_filter.rst. */
#include "os/sandbox_calls.h"

#include <assert.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

/* What the program and its libc need once it is started, whatever the
 * arguments. */
static const uint16_t allowed[] = {
	SYS_bind,
	SYS_brk,
	SYS_clock_getres,
	SYS_clock_gettime,
	SYS_clock_nanosleep,
	SYS_close,
	SYS_connect,
	SYS_dup,
	SYS_dup3,
	SYS_exit,
	SYS_exit_group,
	SYS_faccessat,
	SYS_fcntl,
	SYS_fdatasync,
	SYS_fstat,
	SYS_fstatfs,
	SYS_fsync,
	SYS_ftruncate,
	SYS_futex,
	SYS_getcwd,
	SYS_getdents64,
	SYS_getegid,
	SYS_geteuid,
	SYS_getgid,
	SYS_getpeername,
	SYS_getpid,
	SYS_getppid,
	SYS_getrandom,
	SYS_getrlimit,
	SYS_getrusage,
	SYS_getsockname,
	SYS_getsockopt,
	SYS_gettid,
	SYS_gettimeofday,
	SYS_getuid,
	SYS_ioctl,
	SYS_lseek,
	SYS_madvise,
	SYS_membarrier,
	SYS_mkdirat,
	SYS_mmap,
	SYS_mprotect,
	SYS_mremap,
	SYS_munmap,
	SYS_nanosleep,
	SYS_newfstatat,
	SYS_openat,
	SYS_pipe2,
	SYS_ppoll,
	SYS_pread64,
	SYS_pwrite64,
	SYS_read,
	SYS_readlinkat,
	SYS_readv,
	SYS_recvfrom,
	SYS_recvmmsg,
	SYS_recvmsg,
	SYS_renameat,
	SYS_restart_syscall,
	SYS_rseq, /* a glibc that cannot have it for a thread aborts */
	SYS_rt_sigaction,
	SYS_rt_sigpending,
	SYS_rt_sigprocmask,
	SYS_rt_sigreturn,
	SYS_rt_sigtimedwait,
	SYS_sched_getaffinity,
	SYS_sched_yield,
	SYS_sendmmsg,
	SYS_sendmsg,
	SYS_sendto,
	SYS_set_robust_list,
	SYS_set_tid_address,
	SYS_setsockopt,
	SYS_shutdown,
	SYS_sigaltstack,
	SYS_statfs,
	SYS_umask,
	SYS_uname,
	SYS_unlinkat,
	SYS_utimensat,
	SYS_write,
	SYS_writev,
#ifdef __x86_64__ /* what later architectures have only in a newer form */
	SYS_access,
	SYS_dup2,
	SYS_lstat,
	SYS_open,
	SYS_poll,
	SYS_readlink,
	SYS_rmdir,
	SYS_stat,
	SYS_time,
	SYS_unlink,
#endif
};

enum { ALLOWED = sizeof(allowed) / sizeof(*allowed), SOCKET_TYPES = 0xf };

#define ALLOW SECCOMP_RET_ALLOW
#define REFUSE (SECCOMP_RET_ERRNO | EPERM)
#define MISSING (SECCOMP_RET_ERRNO | ENOSYS)

struct writer {
	struct sock_filter *filter;
	size_t n;
};

static void
add(struct writer *w, struct sock_filter instruction)
{
	assert(w->n < SANDBOX_FILTER_MAX);
	w->filter[w->n++] = instruction;
}

static void
load(struct writer *w, size_t offset)
{
	add(w, (struct sock_filter)BPF_STMT(
		       BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

/* The lower half of an argument: those looked at here are ints. */
static void
load_argument(struct writer *w, unsigned i)
{
	load(w, offsetof(struct seccomp_data, args) + i * sizeof(uint64_t));
}

static void
load_socket_type(struct writer *w)
{
	load_argument(w, 1);
	add(w, (struct sock_filter)BPF_STMT(
		       BPF_ALU | BPF_AND | BPF_K, SOCKET_TYPES));
}

/* Skips so many instructions if the comparison with k holds, or fails. */
static void
skip(struct writer *w, unsigned comparison, uint32_t k, size_t if_so,
	size_t if_not)
{
	add(w, (struct sock_filter)BPF_JUMP(
		       (uint16_t)(BPF_JMP | comparison | BPF_K), k,
		       (uint8_t)if_so, (uint8_t)if_not));
}

static void
answer(struct writer *w, uint32_t value)
{
	add(w, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, value));
}

static void
answer_if(struct writer *w, unsigned comparison, uint32_t k, uint32_t value)
{
	skip(w, comparison, k, 0, 1);
	answer(w, value);
}

/* What stands between here and end_call is for this call. */
static size_t
begin_call(struct writer *w, uint32_t call)
{
	skip(w, BPF_JEQ, call, 0, 0);
	return w->n - 1;
}

static void
end_call(struct writer *w, size_t begun)
{
	answer(w, REFUSE);
	w->filter[begun].jf = (uint8_t)(w->n - begun - 1);
}

/* Allows a call if the comparison of one of its arguments holds. */
static void
allow_if(struct writer *w, uint32_t call, unsigned argument,
	unsigned comparison, uint32_t k)
{
	size_t begun = begin_call(w, call);

	load_argument(w, argument);
	answer_if(w, comparison, k, ALLOW);
	end_call(w, begun);
}

/*
 * TCP and UDP, by name: other protocols over IP get around Landlock's rules
 * for TCP ports. A datagram socket of AF_UNIX is how libc asks for the number
 * of an interface (`nameserver fe80::1%eth0`); a stream would reach daemons
 * that do what they are told.
 */
static void
allow_sockets(struct writer *w)
{
	size_t begun = begin_call(w, SYS_socket);

	load_argument(w, 2);
	answer_if(w, BPF_JGT, IPPROTO_UDP, REFUSE);
	load_socket_type(w);
	answer_if(w, BPF_JGT, SOCK_DGRAM, REFUSE);
	load_argument(w, 0);
	answer_if(w, BPF_JEQ, AF_INET, ALLOW);
	answer_if(w, BPF_JEQ, AF_INET6, ALLOW);
	skip(w, BPF_JEQ, AF_UNIX, 1, 0);
	answer(w, REFUSE);
	load_socket_type(w);
	answer_if(w, BPF_JEQ, SOCK_DGRAM, ALLOW);
	end_call(w, begun);
}

/* A thread's own priority, which it can only lower. */
static void
allow_own_priority(struct writer *w)
{
	size_t begun = begin_call(w, SYS_setpriority);

	load_argument(w, 0);
	answer_if(w, BPF_JGT, PRIO_PROCESS, REFUSE);
	load_argument(w, 1);
	answer_if(w, BPF_JEQ, 0, ALLOW);
	end_call(w, begun);
}

static void
allow_listed(struct writer *w)
{
	for (size_t i = 0; i < ALLOWED; i++) {
		skip(w, BPF_JEQ, allowed[i], ALLOWED - i, 0);
	}
	answer(w, MISSING);
	answer(w, ALLOW);
}

unsigned short
sandbox_calls_write(struct sock_filter filter[SANDBOX_FILTER_MAX], pid_t self)
{
	struct writer w = {filter, 0};

	load(&w, offsetof(struct seccomp_data, arch));
	skip(&w, BPF_JEQ, ARCHITECTURE, 1, 0);
	answer(&w, REFUSE);
	load(&w, offsetof(struct seccomp_data, nr));
	/* threads; clone3, which cannot be looked into, is said to be missing
	 * so that libc does without */
	allow_if(&w, SYS_clone, 0, BPF_JSET, CLONE_THREAD);
	allow_if(&w, SYS_tgkill, 0, BPF_JEQ, (uint32_t)self);
	allow_if(&w, SYS_prlimit64, 0, BPF_JEQ, 0);
	allow_own_priority(&w);
	allow_sockets(&w);
	allow_listed(&w);
	return (unsigned short)w.n;
}
