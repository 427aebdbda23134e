/*
 * The keys of the run, shared by its threads, renewed ahead of their end by a
 * thread of their own, once at a time. Requests keep the ones they have; the
 * old ones serve until they are really over, also while others cannot be had.
 * Keys that are there from the start cost neither a thread nor a request.
 *
 * Any thread, but for credentials_prepare and credentials_start. One lock
 * guards all of it; it is never held across I/O.
 */
#ifndef MIRROR_CREDENTIALS_H
#define MIRROR_CREDENTIALS_H

#include "mirror/granting.h"

/* Keys that somebody uses: they never change, and stay until they are put
 * back. */
struct held_keys;

struct credentials;

enum credentials_news {
	CREDENTIALS_LATE, /* others are late; said each time, in vain or not */
	/* none have come, and none will. (Where there have been some, a person
	 * may sign in again in the middle of a run.) */
	CREDENTIALS_NONE,
};

struct credentials_setup {
	struct granting how; /* but for its command; the chain is copied */
	const struct conn_patience *patience; /* keys_ms */
	/* What follows is called with ctx, without a lock, by the thread that
	 * asks. NULL but for tell: not wanted. */
	void *ctx;
	void (*tell)(void *ctx, enum credentials_news news,
		const struct gs_err *err);
	/* a line that the source's command says to the person */
	void (*hear)(void *ctx, struct view line);
	/* Keys that are there from the start have been refused: somebody may
	 * have changed them. False if they cannot be read. */
	bool (*reread)(void *ctx, struct creds *creds);
	/* One more hop: what the store itself grants for the chain's keys,
	 * such as a session. The chain's keys are asked for on their own, and
	 * once more if they are refused, which is GS_CLOSED. */
	enum gs_code (*finish)(void *ctx, const struct creds *base,
		uint64_t deadline_ms, struct grant *grant, struct gs_err *err);
};

/* Before the sandbox and the first thread: what the source needs of the
 * system, such as the process that runs commands. NULL with err filled. */
struct credentials *credentials_prepare(
	const struct credentials_setup *setup, struct gs_err *err);

/* Begins to ask, unless the keys are there already. */
void credentials_start(struct credentials *c);

/*
 * Keys to sign with: at once if there are any, else those that come before
 * there have been none for the patience's keys_ms, which is counted once for
 * all who ask. NULL with err filled.
 */
struct held_keys *credentials_hold(
	struct credentials *c, enum conn_use use, struct gs_err *err);

/* True if that would wait. */
bool credentials_are_awaited(struct credentials *c, enum conn_use use);

const struct creds *held_creds(const struct held_keys *k);

/* NULL is fine. */
void credentials_put_back(struct credentials *c, struct held_keys *k);

enum credentials_change {
	CREDENTIALS_REPLACED, /* others are there */
	CREDENTIALS_AWAITED,  /* not yet */
	CREDENTIALS_FINAL,    /* there are none but these */
};

/* The store refused these keys: asks for others, and waits for them as above,
 * counted from the first time that they were refused. */
enum credentials_change credentials_replace(
	struct credentials *c, struct held_keys *k, enum conn_use use);

/* Nobody of that use waits any longer. */
void credentials_give_up(struct credentials *c, enum conn_use use);

/* Ends it, once all keys are put back; waits for what is under way. NULL is
 * fine. */
void credentials_free(struct credentials *c);

#endif
