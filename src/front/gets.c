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

bool
gets_add(struct gets *g, int64_t id, const struct id *action, bool *first)
{
	if (g->count == PENDING_GETS_MAX) {
		return false;
	}
	*first = find(g, action) == g->count;
	g->waiting[g->count].id = id;
	g->waiting[g->count].action = *action;
	g->count++;
	return true;
}

bool
gets_take(struct gets *g, const struct id *action, int64_t *id)
{
	size_t at = find(g, action);

	if (at == g->count) {
		return false;
	}
	*id = g->waiting[at].id;
	g->waiting[at] = g->waiting[--g->count];
	return true;
}
