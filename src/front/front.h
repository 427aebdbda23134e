/*
 * The front: the process that the go command started. One thread, one poll
 * loop over standard input, the link to the mirror and signals. It speaks the
 * protocol and knows the local tier; it opens no connection and parses nothing
 * that comes from the network.
 */
#ifndef FRONT_FRONT_H
#define FRONT_FRONT_H

#include "front/keeper.h"
#include "front/stats.h"
#include "os/cachedir.h"

struct front_setup {
	struct cachedir *dir; /* open, or without a directory */
	struct service mirror;
	struct id place;         /* names the bucket */
	bool sharing, reporting; /* as the session's */
	uint64_t drain_ms;
	int signals;                     /* from process_signals */
	const struct stats_setup *stats; /* NULL: none are wanted */
};

/* Sends the first line of the conversation; to be called before any other
 * work, since the go command waits for it. */
GS_CHECKED enum gs_code front_greet(struct gs_err *err);

/* Runs the conversation to its end. The answer is the exit status. */
int front_run(const struct front_setup *setup);

#endif
