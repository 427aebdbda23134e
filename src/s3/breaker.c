#include "s3/breaker.h"

void
breaker_init(struct breaker *b)
{
	*b = (struct breaker){.open_ms = BREAKER_OPEN_MS};
}

static void
trip(struct breaker *b, uint64_t now_ms)
{
	b->open = true;
	b->probing = false;
	b->failures = 0;
	b->stalled_ms = 0;
	b->probe_at_ms = now_ms + b->open_ms;
	b->open_ms *= 2;
	if (b->open_ms > BREAKER_OPEN_MAX_MS) {
		b->open_ms = BREAKER_OPEN_MAX_MS;
	}
}

bool
breaker_allows(struct breaker *b, uint64_t now_ms)
{
	if (!b->open) {
		return true;
	}
	if (b->probing || now_ms < b->probe_at_ms) {
		return false;
	}
	b->probing = true;
	return true;
}

/* True of the end of a request that was let through before it opened. */
static bool
is_early(const struct breaker *b)
{
	return b->open && !b->probing;
}

void
breaker_success(struct breaker *b)
{
	if (is_early(b)) {
		return;
	}
	b->failures = 0;
	b->open = false;
	b->probing = false;
}

void
breaker_failure(struct breaker *b, uint64_t now_ms)
{
	if (is_early(b)) {
		return;
	}
	b->failures++;
	if (b->probing || b->failures >= BREAKER_FAILURES) {
		trip(b, now_ms);
	}
}

void
breaker_abandon(struct breaker *b)
{
	b->probing = false;
}

void
breaker_stalled(struct breaker *b, uint64_t now_ms, uint64_t lost_ms)
{
	if (b->open) {
		return;
	}
	b->stalled_ms += lost_ms;
	if (b->stalled_ms > BREAKER_STALL_MS) {
		trip(b, now_ms);
	}
}

bool
breaker_is_open(const struct breaker *b)
{
	return b->open;
}
