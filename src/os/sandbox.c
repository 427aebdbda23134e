/*
 * The kernel's interfaces are written down here instead of taken from the
 * machine's headers, which are often older than the kernel it runs on.
 * Source: Documentation/userspace-api/landlock.rst,
 * Documentation/userspace-api/seccomp_filter.rst.
 */
#include "os/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	SYS_CREATE_RULESET = 444,
	SYS_ADD_RULE = 445,
	SYS_RESTRICT_SELF = 446,

	RULESET_VERSION = 1, /* flag: tell the ABI's version */
	RULE_PATH = 1,
	RULE_PORT = 2,

	FS_EXECUTE = 1 << 0,
	FS_WRITE_FILE = 1 << 1,
	FS_READ_FILE = 1 << 2,
	FS_READ_DIR = 1 << 3,
	FS_REMOVE_DIR = 1 << 4,
	FS_REMOVE_FILE = 1 << 5,
	FS_MAKE_DIR = 1 << 7,
	FS_MAKE_REG = 1 << 8,
	FS_ABI_1 = (1 << 13) - 1, /* all of the first version */
	FS_REFER = 1 << 13,       /* 2 */
	FS_TRUNCATE = 1 << 14,    /* 3 */
	NET_BIND = 1 << 0,        /* 4 */
	NET_CONNECT = 1 << 1,
};

struct ruleset_attr {
	uint64_t fs, net;
};

struct path_attr {
	uint64_t allowed;
	int32_t parent;
} __attribute__((packed));

struct port_attr {
	uint64_t allowed, port;
};

enum {
	READ_RIGHTS = FS_READ_FILE | FS_READ_DIR,
	WRITE_RIGHTS = READ_RIGHTS | FS_WRITE_FILE | FS_REMOVE_FILE |
		       FS_REMOVE_DIR | FS_MAKE_DIR | FS_MAKE_REG | FS_REFER |
		       FS_TRUNCATE,
	FILE_RIGHTS = FS_READ_FILE | FS_WRITE_FILE | FS_TRUNCATE,
};

static struct ruleset_attr
handled_by(long abi)
{
	struct ruleset_attr handled = {.fs = FS_ABI_1};

	if (abi >= 2) {
		handled.fs |= FS_REFER;
	}
	if (abi >= 3) {
		handled.fs |= FS_TRUNCATE;
	}
	if (abi >= 4) {
		handled.net = NET_BIND | NET_CONNECT;
	}
	return handled;
}

static void
allow_path(int ruleset, const char *path, uint64_t rights)
{
	int fd = path ? open(path, O_PATH | O_CLOEXEC) : -1;
	struct path_attr rule = {.parent = fd};
	struct stat st;

	if (fd < 0) {
		return;
	}
	if (fstat(fd, &st) == 0) {
		rule.allowed =
			S_ISDIR(st.st_mode) ? rights : rights & FILE_RIGHTS;
		syscall(SYS_ADD_RULE, ruleset, RULE_PATH, &rule, 0);
	}
	close(fd);
}

static void
allow_port(int ruleset, uint16_t port)
{
	struct port_attr rule = {.allowed = NET_CONNECT, .port = port};

	syscall(SYS_ADD_RULE, ruleset, RULE_PORT, &rule, 0);
}

static void
enter_landlock(const struct sandbox_rules *rules)
{
	long abi = syscall(SYS_CREATE_RULESET, NULL, 0, RULESET_VERSION);

	if (abi < 1) {
		return;
	}
	struct ruleset_attr handled = handled_by(abi);
	size_t size = abi >= 4 ? sizeof(handled) : sizeof(handled.fs);
	int ruleset = (int)syscall(SYS_CREATE_RULESET, &handled, size, 0);

	if (ruleset < 0) {
		return;
	}
	for (size_t i = 0; i < rules->writable_count; i++) {
		allow_path(
			ruleset, rules->writable[i], WRITE_RIGHTS & handled.fs);
	}
	for (size_t i = 0; i < rules->readable_count; i++) {
		allow_path(ruleset, rules->readable[i], READ_RIGHTS);
	}
	for (size_t i = 0; handled.net && i < rules->port_count; i++) {
		allow_port(ruleset, rules->ports[i]);
	}
	syscall(SYS_RESTRICT_SELF, ruleset, 0);
	close(ruleset);
}

/* What the program and its libc need once it is started; nothing that runs,
 * traces or signals other programs, mounts, or changes who it is. */
static const uint16_t allowed_calls[] = {
	SYS_accept4,
	SYS_access,
	SYS_bind,
	SYS_brk,
	SYS_chmod,
	SYS_clock_getres,
	SYS_clock_gettime,
	SYS_clock_nanosleep,
	SYS_close,
	SYS_connect,
	SYS_dup,
	SYS_dup2,
	SYS_dup3,
	SYS_epoll_create1,
	SYS_epoll_ctl,
	SYS_epoll_wait,
	SYS_eventfd2,
	SYS_exit,
	SYS_exit_group,
	SYS_faccessat,
	SYS_fchmod,
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
	SYS_getpriority,
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
	SYS_lstat,
	SYS_madvise,
	SYS_membarrier,
	SYS_mkdir,
	SYS_mkdirat,
	SYS_mmap,
	SYS_mprotect,
	SYS_mremap,
	SYS_munmap,
	SYS_nanosleep,
	SYS_newfstatat,
	SYS_open,
	SYS_openat,
	SYS_pipe2,
	SYS_poll,
	SYS_ppoll,
	SYS_pread64,
	SYS_prlimit64,
	SYS_pwrite64,
	SYS_read,
	SYS_readlink,
	SYS_readlinkat,
	SYS_readv,
	SYS_recvfrom,
	SYS_recvmmsg,
	SYS_recvmsg,
	SYS_rename,
	SYS_renameat,
	SYS_renameat2,
	SYS_restart_syscall,
	SYS_rmdir,
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
	SYS_setpriority,
	SYS_setsockopt,
	SYS_shutdown,
	SYS_sigaltstack,
	SYS_signalfd4,
	SYS_socket,
	SYS_socketpair,
	SYS_stat,
	SYS_statfs,
	SYS_tgkill,
	SYS_time,
	SYS_tkill,
	SYS_umask,
	SYS_uname,
	SYS_unlink,
	SYS_unlinkat,
	SYS_utimensat,
	SYS_write,
	SYS_writev,
};

enum {
	CALLS = sizeof(allowed_calls) / sizeof(*allowed_calls),
	/* architecture, number, clone's flags, calls, refuse, allow */
	FILTER_MAX = 3 + 1 + 4 + CALLS + 2,
};

#define REFUSE (SECCOMP_RET_ERRNO | EPERM)
#define JUMP_IF(code, k, yes, no)                                              \
	((struct sock_filter)BPF_JUMP(                                         \
		BPF_JMP | (code) | BPF_K, (k), (uint8_t)(yes), (uint8_t)(no)))
#define LOAD(field)                                                            \
	((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,                \
		(uint32_t)offsetof(struct seccomp_data, field)))
#define ANSWER(value) ((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, (value)))

/* Writes the filter; the answer is its length. */
static unsigned short
write_filter(struct sock_filter filter[FILTER_MAX])
{
	size_t n = 0;

	filter[n++] = LOAD(arch);
	filter[n++] = JUMP_IF(BPF_JEQ, AUDIT_ARCH_X86_64, 1, 0);
	filter[n++] = ANSWER(REFUSE);
	filter[n++] = LOAD(nr);
	/* clone, for threads only; clone3 cannot be looked into, and is said
	 * to be missing so that libc does without */
	filter[n++] = JUMP_IF(BPF_JEQ, SYS_clone, 0, 3);
	filter[n++] = LOAD(args[0]);
	filter[n++] = JUMP_IF(BPF_JSET, CLONE_THREAD, CALLS + 2, 0);
	filter[n++] = ANSWER(REFUSE);
	for (size_t i = 0; i < CALLS; i++) {
		filter[n++] = JUMP_IF(BPF_JEQ, allowed_calls[i], CALLS - i, 0);
	}
	filter[n++] = ANSWER(SECCOMP_RET_ERRNO | ENOSYS);
	filter[n++] = ANSWER(SECCOMP_RET_ALLOW);
	return (unsigned short)n;
}

static void
enter_seccomp(void)
{
	static struct sock_filter filter[FILTER_MAX];
	struct sock_fprog program = {write_filter(filter), filter};

	prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

void
sandbox_enter(const struct sandbox_rules *rules)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
		return;
	}
	enter_landlock(rules);
	enter_seccomp();
}
