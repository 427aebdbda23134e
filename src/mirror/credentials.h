/*
 * The keys of the run, shared by its threads, renewed ahead of their end by a
 * thread of their own, once at a time. Requests keep the ones they have; the
 * old ones serve until they are really over.
 *
 * Any thread, but for credentials_start and credentials_prepare. One lock
 * guards all of it; it is never held across I/O.
 */
#ifndef MIRROR_CREDENTIALS_H
#define MIRROR_CREDENTIALS_H

#include "mirror/granting.h"

/* Keys that somebody uses: they never change, and stay until they are put
 * back. */
struct held_keys;

struct credentials;

/* Before the sandbox and the first thread: what the source needs of the
 * system, such as the process that runs commands. The chain is copied. NULL
 * with err filled if there is no memory. */
struct credentials *credentials_prepare(
	const struct granting *how, struct gs_err *err);

/* Begins to ask, unless the keys are there already. */
void credentials_start(struct credentials *c);

/* Keys to sign with: at once if there are any, else those that come before the
 * deadline. NULL with err filled: GS_CONFIG if they will not come, GS_TIMEOUT. */
const struct held_keys *credentials_hold(
	struct credentials *c, uint64_t deadline_ms, struct gs_err *err);

const struct creds *held_creds(const struct held_keys *k);
void credentials_put_back(struct credentials *c, const struct held_keys *k);

/* The store refused these keys: asks for others, and waits for them. True if
 * others are there; false if these are all that can be had. */
bool credentials_replace(
	struct credentials *c, const struct held_keys *k, uint64_t deadline_ms);

/* Ends it: whoever waits is told so. */
void credentials_stop(struct credentials *c);

#endif
