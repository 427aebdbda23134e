/*
 * How often and how soon a failed request is tried again. Pure: time and
 * random numbers are arguments. Not thread-safe: one lock around a budget.
 * Source: aws-sdk-go-v2 aws/retry (standard mode), with the short waits of its
 * 2026 mode, since a cache that makes a build wait is worse than none.
 */
#ifndef S3_RETRY_H
#define S3_RETRY_H

#include <stdbool.h>
#include <stdint.h>

enum {
	/* attempts in all, the first one included */
	RETRY_GET_ATTEMPTS = 2,
	RETRY_PUT_ATTEMPTS = 3,
	/* delays: full jitter over base * 2^(failures - 1), up to the cap */
	RETRY_BASE_MS = 50,
	RETRY_THROTTLED_BASE_MS = 500,
	RETRY_CAP_MS = 2000,
};

/* How long to wait after the failures-th failed attempt (1 is the first).
 * retry_after_s is what the store asked for, 0 if nothing: waited in full up
 * to RETRY_CAP_MS. random is any 64 random bits. */
uint64_t retry_delay_ms(unsigned failures, bool throttled,
	uint64_t retry_after_s, uint64_t random);

/*
 * A run's budget for retries: when most requests fail, retries stop and each
 * request is tried once.
 */
struct retry_budget {
	unsigned tokens; /* private */
};

enum retry_cost {
	RETRY_COST_FAILURE = 5,
	RETRY_COST_TIMEOUT = 10,
};

void retry_budget_init(struct retry_budget *b);

/* Pays for one retry; false, and nothing paid, if too little is left. */
bool retry_budget_take(struct retry_budget *b, enum retry_cost cost);

/* A request succeeded; paid is what its retries cost, 0 for a first try. */
void retry_budget_success(struct retry_budget *b, unsigned paid);

#endif
