/*
 * The kernel's interfaces are written down here instead of taken from the
 * machine's headers, which are often older than the kernel it runs on.
 * Source: Documentation/userspace-api/landlock.rst.
 */
#include "os/sandbox.h"

#include "os/sandbox_calls.h"

#include <fcntl.h>
#include <linux/seccomp.h>
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

	FS_WRITE_FILE = 1 << 1,
	FS_READ_FILE = 1 << 2,
	FS_READ_DIR = 1 << 3,
	FS_REMOVE_DIR = 1 << 4,
	FS_REMOVE_FILE = 1 << 5,
	FS_MAKE_DIR = 1 << 7,
	FS_MAKE_REG = 1 << 8,
	FS_FIRST = (1 << 13) - 1, /* all of the first version */
	FS_REFER = 1 << 13,
	FS_TRUNCATE = 1 << 14,
	FS_IOCTL_DEV = 1 << 15,
	NET_BIND = 1 << 0,
	NET_CONNECT = 1 << 1,
	SCOPE_ABSTRACT_UNIX = 1 << 0,
	SCOPE_SIGNAL = 1 << 1,
};

/* What a ruleset forbids unless a rule allows it. */
struct ruleset_attr {
	uint64_t fs, net, scoped;
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

/* What each version of the interface added. */
static const struct {
	struct ruleset_attr handled;
	size_t size; /* of the struct that it knows */
} versions[] = {
	{{.fs = FS_FIRST}, offsetof(struct ruleset_attr, net)},
	{{.fs = FS_REFER}, offsetof(struct ruleset_attr, net)},
	{{.fs = FS_TRUNCATE}, offsetof(struct ruleset_attr, net)},
	{{.net = NET_BIND | NET_CONNECT},
		offsetof(struct ruleset_attr, scoped)},
	{{.fs = FS_IOCTL_DEV}, offsetof(struct ruleset_attr, scoped)},
	{{.scoped = SCOPE_ABSTRACT_UNIX | SCOPE_SIGNAL},
		sizeof(struct ruleset_attr)},
};

enum { VERSIONS = sizeof(versions) / sizeof(*versions) };

/* Makes a ruleset of all that this kernel knows; -1 if it knows none. */
static int
make_ruleset(struct ruleset_attr *handled)
{
	long abi = syscall(SYS_CREATE_RULESET, NULL, 0, RULESET_VERSION);
	size_t size = 0;

	*handled = (struct ruleset_attr){0};
	for (long i = 0; i < abi && i < VERSIONS; i++) {
		handled->fs |= versions[i].handled.fs;
		handled->net |= versions[i].handled.net;
		handled->scoped |= versions[i].handled.scoped;
		size = versions[i].size;
	}
	return size > 0 ? (int)syscall(SYS_CREATE_RULESET, handled, size, 0)
			: -1;
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
	struct ruleset_attr handled;
	int ruleset = make_ruleset(&handled);

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
	allow_path(ruleset, rules->prunable, FS_REMOVE_DIR);
	for (size_t i = 0; handled.net && i < rules->port_count; i++) {
		allow_port(ruleset, rules->ports[i]);
	}
	syscall(SYS_RESTRICT_SELF, ruleset, 0);
	close(ruleset);
}

static void
enter_seccomp(void)
{
	static struct sock_filter filter[SANDBOX_FILTER_MAX];
	struct sock_fprog program = {
		.len = sandbox_calls_write(filter, getpid()),
		.filter = filter,
	};

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
