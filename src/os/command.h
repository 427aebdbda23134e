/*
 * A process that runs one configured command again and again, for a process
 * that has shut itself in and may run nothing (os/sandbox.h). It is forked
 * before that, knows only the one command, and ends with who asks it.
 *
 * The command gets the environment as it is, an input that is empty, and a
 * session without a terminal, so that a question to a person fails at once.
 * What it says on stderr is handed on, line by line: were it to keep our own
 * stderr, who reads that would wait for this process too.
 */
#ifndef OS_COMMAND_H
#define OS_COMMAND_H

#include "base/buf.h"
#include "base/err.h"

#include <stdint.h>

enum {
	COMMAND_RUN_MS = 60 * 1000, /* no run takes longer */
	/* what becomes of a command that has printed its document and goes
	 * on: it is given so long, and then ended */
	COMMAND_GRACE_MS = 2000,
	COMMAND_LINE_MAX = 240, /* of stderr; longer ones are cut */
	COMMAND_LINES_MAX = 16, /* of one run; others are dropped */
};

struct command;

/* Where its stderr goes; hear NULL: nowhere. Called by command_run. */
struct command_listener {
	void *ctx;
	void (*hear)(void *ctx, struct view line);
};

/* Forks the process; text is for `sh -c`, and is copied. Before the first
 * thread. NULL with err filled. */
struct command *command_start(const char *text,
	const struct command_listener *listener, struct gs_err *err);

/*
 * Runs it and appends what it prints, until it ends; or, so that no child that
 * it leaves behind is waited for, until it has printed one whole JSON document
 * and a little longer. GS_SYS if it cannot be run or says that it failed (err
 * has its status), GS_TIMEOUT (it is killed with its children), GS_TOOBIG if it
 * prints more than fits (likewise), GS_CLOSED if the process is gone. One
 * thread at a time.
 */
GS_CHECKED enum gs_code command_run(struct command *c, uint64_t deadline_ms,
	struct buf *output, struct gs_err *err);

/* Ends the process, and a run that is under way. NULL is fine. */
void command_end(struct command *c);

#endif
