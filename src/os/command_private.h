/* What asks for a command (command.c) and what runs it (command_runner.c) say
 * to each other, over a SEQPACKET socket pair. */
#ifndef OS_COMMAND_PRIVATE_H
#define OS_COMMAND_PRIVATE_H

#include "os/command.h"

enum { COMMAND_PIECE_MAX = 4096 };

struct command_ask {
	uint64_t serial; /* all that is told of this run has it */
	uint64_t timeout_ms, max_bytes;
};

enum command_kind {
	COMMAND_OUTPUT, /* bytes: of its stdout */
	COMMAND_WORDS,  /* bytes: a line of its stderr */
	COMMAND_ENDED,
};

enum command_end {
	COMMAND_EXITED,   /* number: the status */
	COMMAND_KILLED,   /* number: the signal */
	COMMAND_LATE,     /* it was killed */
	COMMAND_TOO_MUCH, /* it printed; it was killed */
	COMMAND_NOT_RUN,  /* number: an errno */
};

struct command_told {
	uint64_t serial;
	uint32_t kind, end, number, len;
	char bytes[COMMAND_PIECE_MAX];
};

/* The process: serves the link until its other end is closed. text is the
 * command, terminated. */
void command_serve(int link, void *text);

#endif
