/*
 * The go command that started this program: what it was asked to do, where, and
 * with which toolchain. Read from /proc and the files around it; what cannot be
 * read is empty, which makes the scope a coarser one and nothing else.
 */
#ifndef OS_GOCMD_H
#define OS_GOCMD_H

#include "pack/scope.h"

#include <sys/types.h>

/* Fills ids from the process pid and the environment that it gave us. name is
 * -scope's, "" if there is none. Before the sandbox. */
void gocmd_scope(pid_t pid, char *const env[], const char *name,
	struct id *scope, struct id *family);

#endif
