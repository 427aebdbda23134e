/*
 * Keeps a mirror running: starts it, listens to it, and when it dies or falls
 * silent while somebody waits, kills it. keeper_restart starts another,
 * KEEPER_RESTARTS times at most. Without a mirror the run goes on with the
 * local tier alone. Nothing here waits for the mirror. One thread.
 */
#ifndef FRONT_KEEPER_H
#define FRONT_KEEPER_H

#include "front/outbox.h"

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
	uint64_t heard_ms, looked_ms;
	struct outbox outbox;
};

enum keeper_event {
	KEEPER_NOTHING,
	KEEPER_MESSAGE,
	KEEPER_LOST, /* the mirror is gone with all that it was asked */
};

void keeper_start(struct keeper *k, struct service service);

/* After KEEPER_LOST: starts another mirror, which is told that it was not told
 * all, or says that there is none any more. */
void keeper_restart(struct keeper *k);

/* Leaves a message for the mirror, to be sent by keeper_flush. False if there
 * is no mirror, or one that has not read for so long that there is no room; it
 * is told so when it reads again. */
bool keeper_tell(
	struct keeper *k, enum link_kind kind, const struct entry *entry);

/* Sends what the link takes, if anything is due (front/outbox.h). */
void keeper_flush(struct keeper *k);

/* True if something is due that keeper_flush could not send. */
bool keeper_has_more(const struct keeper *k);

/* Takes the next message, without waiting. */
enum keeper_event keeper_receive(struct keeper *k, struct link_msg *m);

/* To be called at least once a second while somebody waits for the mirror:
 * KEEPER_LOST if it has been silent for LINK_SILENCE_MS. */
enum keeper_event keeper_check(struct keeper *k, bool waiting);

/* Lets go of the mirror, which finishes on its own, once it has taken what was
 * left for it or wait_ms have passed. True if there was one. */
bool keeper_release(struct keeper *k, uint64_t wait_ms);

#endif
