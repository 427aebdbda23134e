/* What a session did, as a line of JSON for programs; docs/stats.md says what
 * each member means. */
#ifndef FRONT_STATS_H
#define FRONT_STATS_H

#include "front/session.h"
#include "os/process.h"

enum {
	STATS_SCHEMA = 1, /* another one when a member goes or changes */
	STATS_MAX = 2048,
	STATS_COMMAND_MAX = 16,
};

/* What is known before the session begins. */
struct stats_setup {
	const char *path;    /* where the line goes */
	const char *version; /* of this program */
	/* what go was asked to do, letters only; "" if it is not known */
	char command[STATS_COMMAND_MAX];
	bool has_scope;
	struct id scope;
};

/* What is known at its end. */
struct stats_run {
	int64_t started_ns; /* Unix time */
	uint64_t wall_ms;
	struct process_usage usage;
};

/* Appends the line, with its newline; STATS_MAX is enough. */
void stats_write(const struct session *s, const struct stats_setup *setup,
	const struct stats_run *run, struct buf *line);

#endif
