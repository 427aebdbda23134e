/*
 * Carries out a chain (s3/chain.h): asks its source for keys and assumes its
 * roles, one request after the other. Blocks, for hardly longer than to the
 * deadline; no state between two calls but what the sources keep.
 */
#ifndef MIRROR_GRANTING_H
#define MIRROR_GRANTING_H

#include "mirror/conn.h"
#include "os/command.h"
#include "s3/chain.h"
#include "s3/grant.h"

enum { GRANTING_PORTS_MAX = 3 };

struct granting {
	const struct chain *chain;
	struct trust *trust;     /* for sources behind https */
	struct command *command; /* for CHAIN_COMMAND; NULL otherwise */
	char *const *env;        /* for proxies */
};

/* What of it a sandbox would shut away: ports that are connected to, and whether
 * there is TLS. Its file is the chain's. */
struct granting_needs {
	bool trust;
	uint16_t ports[GRANTING_PORTS_MAX];
	size_t port_count;
};

/* GS_CONFIG for a URL or a proxy that makes no sense. */
GS_CHECKED enum gs_code granting_find_needs(const struct chain *chain,
	char *const env[], struct granting_needs *needs, struct gs_err *err);

/* Says that of the chain's source there are no keys, and why; why's code. */
enum gs_code granting_fail(const struct chain *chain, const struct gs_err *why,
	struct gs_err *err);

/* Fills *grant; when it ends is by this machine's clock, however wrong that
 * is. Failures name the source, the file or URL, and what to do: GS_CONFIG
 * where only a person can help, another code where a later attempt may do.
 * One thread at a time. */
GS_CHECKED enum gs_code granting_run(const struct granting *g,
	uint64_t deadline_ms, struct grant *grant, struct gs_err *err);

/* Waits while a sign-in is refreshed, before the process ends: the old token
 * counts no more by then, and the new one would be lost. Any thread. */
void granting_await_refresh(uint64_t deadline_ms);

#endif
