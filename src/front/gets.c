#include "front/gets.h"

static size_t
find(const struct gets *g, const struct id *action)
{
	for (size_t i = 0; i < g->count; i++) {
		if (!action || id_eq(&g->waiting[i].action, action)) {
			return i;
		}
	}
	return g->count;
}

static bool
take(struct gets *g, size_t at, int64_t *id)
{
	if (at == g->count) {
		return false;
	}
	*id = g->waiting[at].id;
	g->waiting[at] = g->waiting[--g->count];
	return true;
}

bool
gets_has(const struct gets *g, const struct id *action)
{
	return find(g, action) < g->count;
}

bool
gets_add(struct gets *g, int64_t id, const struct id *action, uint64_t now_ms,
	bool *first)
{
	if (g->count == PENDING_GETS_MAX) {
		return false;
	}
	*first = !gets_has(g, action);
	g->waiting[g->count++] = (struct get){id, *action, now_ms};
	return true;
}

bool
gets_take(struct gets *g, const struct id *action, int64_t *id)
{
	return take(g, find(g, action), id);
}

bool
gets_take_since(struct gets *g, uint64_t before_ms, int64_t *id)
{
	size_t at = 0;

	while (at < g->count && g->waiting[at].since_ms > before_ms) {
		at++;
	}
	return take(g, at, id);
}
