/*
 * The go command that started this program: what it was asked to do, where, and
 * with which toolchain. Read from /proc, the environment and the files around
 * it; what cannot be read is empty, which makes the scope a coarser one and
 * nothing else.
 *
 * It is the process that is named, or, where a script stands between, an
 * ancestor of it, GOCMD_ANCESTORS_MAX steps away at most.
 */
#ifndef OS_GOCMD_H
#define OS_GOCMD_H

#include "base/buf.h"
#include "pack/scope.h"

#include <sys/types.h>

enum { GOCMD_ANCESTORS_MAX = 4 };

/* Fills ids from the process pid and the environment that it gave us. name is
 * -scope's, "" if there is none. Before the sandbox. */
void gocmd_scope(pid_t pid, char *const env[], const char *name,
	struct id *scope, struct id *family);

/* Appends what go was asked to do: build, test, ...; nothing if it is not
 * known. */
void gocmd_command(pid_t pid, struct buf *out);

#endif
