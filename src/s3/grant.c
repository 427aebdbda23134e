#include "s3/grant.h"

enum { EARLY_S = 5 * 60 };

int64_t
grant_renew_at(const struct grant *g, int64_t now_s)
{
	int64_t left, early;

	if (g->expires_s == GRANT_NEVER) {
		return GRANT_NEVER;
	}
	if (__builtin_sub_overflow(g->expires_s, now_s, &left) || left <= 0) {
		return now_s;
	}
	early = left / 4;
	return g->expires_s - (early < EARLY_S ? early : EARLY_S);
}

bool
grant_is_valid(const struct grant *g, int64_t now_s)
{
	return g->creds.access_key[0] != '\0' && now_s < g->expires_s;
}
