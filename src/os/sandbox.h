/*
 * Shuts a process in, as far as the kernel can (Landlock since Linux 5.13,
 * its network rules since 6.7; seccomp): files are out of reach but for the
 * paths named here, programs cannot be run, only the ports named here can be
 * connected to over TCP. What a kernel lacks is left out without a word.
 *
 * To be called before the first thread, which would stay outside.
 */
#ifndef OS_SANDBOX_H
#define OS_SANDBOX_H

#include <stddef.h>
#include <stdint.h>

enum { SANDBOX_PATHS_MAX = 16, SANDBOX_PORTS_MAX = 8 };

/* Paths are files or directories with all below them; missing ones and NULL
 * are fine. Views of strings that outlive the call. */
struct sandbox_rules {
	const char *writable[SANDBOX_PATHS_MAX];
	const char *readable[SANDBOX_PATHS_MAX];
	size_t writable_count, readable_count;
	const char *prunable; /* empty directories below it may be removed */
	uint16_t ports[SANDBOX_PORTS_MAX];
	size_t port_count;
};

void sandbox_enter(const struct sandbox_rules *rules);

#endif
