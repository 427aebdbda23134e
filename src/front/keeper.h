/*
 * Keeps a mirror running: starts it, listens to it, and when it dies or falls
 * silent while somebody waits, kills it and starts another, KEEPER_RESTARTS
 * times at most. Without a mirror the run goes on with the local tier alone.
 * One thread.
 */
#ifndef FRONT_KEEPER_H
#define FRONT_KEEPER_H

#include "link.h"

#include <stdbool.h>
#include <sys/types.h>

enum { KEEPER_RESTARTS = 3 };

/* What a mirror runs: talks over the link until the front closes it. */
struct service {
	void (*run)(int link, void *arg);
	void *arg;
};

struct keeper {
	struct service service;
	int link; /* -1: there is no mirror */
	pid_t pid;
	unsigned starts;
	bool stuck; /* the link had no room; do not wait for it again */
	uint64_t heard_ms, looked_ms;
};

enum keeper_event {
	KEEPER_NOTHING,
	KEEPER_MESSAGE,
	KEEPER_LOST, /* the mirror is gone with all that it was asked; another
		      * one may be running already */
};

void keeper_start(struct keeper *k, struct service service);

/* True if the message is on its way. */
bool keeper_send(struct keeper *k, const struct link_msg *m);

/* Takes the next message, without waiting. */
enum keeper_event keeper_receive(struct keeper *k, struct link_msg *m);

/* To be called at least once a second while somebody waits for the mirror:
 * KEEPER_LOST if it has been silent for LINK_SILENCE_MS. */
enum keeper_event keeper_check(struct keeper *k, bool waiting);

/* Lets go of the mirror, which finishes on its own. */
void keeper_release(struct keeper *k);

#endif
