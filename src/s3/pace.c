#include "s3/pace.h"

void
pace_init(struct pace *p)
{
	*p = (struct pace){.window = PACE_WINDOW_MAX};
}

bool
pace_has_room(const struct pace *p, enum pace_kind kind)
{
	unsigned reads = p->under_way[PACE_READ];
	const unsigned ahead[PACE_KINDS] = {
		[PACE_READ] = reads,
		[PACE_WRITE] = reads + p->under_way[PACE_WRITE],
	};

	return ahead[kind] < p->window;
}

void
pace_begin(struct pace *p, enum pace_kind kind)
{
	p->under_way[kind]++;
}

static void
narrow(struct pace *p, uint64_t began_ms, uint64_t now_ms)
{
	unsigned most = p->under_way[PACE_READ] + p->under_way[PACE_WRITE];

	if (began_ms <= p->narrowed_ms) {
		return;
	}
	most = most < p->window ? most : p->window;
	p->window = most > 1 ? most / 2 : 1;
	p->served = 0;
	p->narrowed_ms = p->changed_ms = now_ms;
}

static void
widen(struct pace *p, uint64_t now_ms)
{
	p->served++;
	if (p->served < p->window || p->window == PACE_WINDOW_MAX ||
		now_ms < p->changed_ms + PACE_STEP_MS) {
		return;
	}
	p->window++;
	p->served = 0;
	p->changed_ms = now_ms;
}

void
pace_end(struct pace *p, enum pace_kind kind, enum pace_result result,
	uint64_t began_ms, uint64_t now_ms)
{
	if (result == PACE_REFUSED) {
		narrow(p, began_ms, now_ms);
	} else if (result == PACE_SERVED && kind != PACE_AWAITED) {
		widen(p, now_ms);
	}
	p->under_way[kind]--;
}
