#include "s3/retry.h"

enum { BUDGET_FULL = 500, SUCCESS_ADDS = 1 };

static uint64_t
smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t
retry_delay_ms(unsigned failures, bool throttled, uint64_t retry_after_s,
	uint64_t random)
{
	uint64_t ceiling = throttled ? RETRY_THROTTLED_BASE_MS : RETRY_BASE_MS;
	uint64_t asked = smaller(retry_after_s, RETRY_CAP_MS / 1000) * 1000;
	uint64_t jitter;

	for (unsigned i = 1; i < failures && ceiling < RETRY_CAP_MS; i++) {
		ceiling *= 2;
	}
	jitter = random % (smaller(ceiling, RETRY_CAP_MS) + 1);
	return jitter > asked ? jitter : asked;
}

void
retry_budget_init(struct retry_budget *b)
{
	b->tokens = BUDGET_FULL;
}

bool
retry_budget_take(struct retry_budget *b, enum retry_cost cost)
{
	if (b->tokens < (unsigned)cost) {
		return false;
	}
	b->tokens -= (unsigned)cost;
	return true;
}

void
retry_budget_success(struct retry_budget *b, unsigned paid)
{
	unsigned room = BUDGET_FULL - b->tokens;
	unsigned back = paid > 0 ? paid : SUCCESS_ADDS;

	b->tokens += back < room ? back : room;
}
