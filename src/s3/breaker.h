/*
 * Keeps a store that does not answer from making a build wait: closed, every
 * request may go; open, none for a while; then one probe decides. Pure: the
 * monotonic clock is an argument. Not thread-safe: one lock around it.
 *
 * It opens after BREAKER_FAILURES requests in a row that failed for good (not
 * attempts), and once requests have waited longer than BREAKER_STALL_MS in
 * all on attempts that failed, even where a retry then succeeded: a store that
 * hangs now and then would otherwise cost more than it gives. The time in which
 * bytes came that are kept was not waited in vain.
 */
#ifndef S3_BREAKER_H
#define S3_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

enum {
	BREAKER_FAILURES = 3,
	BREAKER_STALL_MS = 2000,
	/* how long it stays open, doubled each time */
	BREAKER_OPEN_MS = 30 * 1000,
	BREAKER_OPEN_MAX_MS = 8 * 60 * 1000,
};

/* All private. */
struct breaker {
	bool open, probing;
	unsigned failures; /* in a row */
	uint64_t stalled_ms;
	uint64_t open_ms; /* of the next opening */
	uint64_t probe_at_ms;
};

void breaker_init(struct breaker *b);

/* True if a request may go now. While open, after its time has passed, true
 * once; the next answer waits for how that one ended. */
bool breaker_allows(struct breaker *b, uint64_t now_ms);

/* A request that was let through got its answer, 404 and the like too. Closes
 * the breaker, unless it was let through before that opened. */
void breaker_success(struct breaker *b);

/* A request that was let through failed for good. */
void breaker_failure(struct breaker *b, uint64_t now_ms);

/* A request that was let through was not sent: if it was the probe, another
 * one may be. */
void breaker_abandon(struct breaker *b);

/* A request that somebody waits for lost so much time on a failed attempt. */
void breaker_stalled(struct breaker *b, uint64_t now_ms, uint64_t lost_ms);

/* True while no request but a probe may go. */
bool breaker_is_open(const struct breaker *b);

#endif
