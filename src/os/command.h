/*
 * A process that runs one configured command again and again, for a process
 * that has shut itself in and may run nothing (os/sandbox.h). It is forked
 * before that, knows only the one command, and ends with who asks it.
 */
#ifndef OS_COMMAND_H
#define OS_COMMAND_H

#include "base/buf.h"
#include "base/err.h"

#include <stdint.h>

struct command;

/* Forks the process; text is for `sh -c`, with the environment as it is,
 * /dev/null as input, and stderr passed on. Before the first thread. NULL with
 * err filled. */
struct command *command_start(const char *text, struct gs_err *err);

/* Runs it and takes what it prints, until it has printed one whole document
 * or ends. GS_SYS if it cannot be run or says that it failed (err has its
 * status), GS_TIMEOUT (it is killed with its children), GS_TOOBIG if it prints
 * more than fits. One thread at a time. */
GS_CHECKED enum gs_code command_run(struct command *c, uint64_t deadline_ms,
	struct buf *output, struct gs_err *err);

void command_end(struct command *c);

#endif
