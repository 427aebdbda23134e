#include "mirror/walk.h"

#include <stdlib.h>
#include <string.h>

/* Adds what the page holds. False without memory. */
static bool
gather(struct walk *w)
{
	const struct census_page *page = &w->keys->page;
	size_t count = w->count + page->count;
	uint64_t *more = realloc(
		w->position, (count + 1) * sizeof(*more)); /* never of 0 */

	if (!more) {
		return false;
	}
	memcpy(more + w->count, page->position,
		page->count * sizeof(*page->position));
	w->position = more;
	w->count = count;
	return true;
}

enum walk_result
walk_step(struct walk *w, struct remote *r)
{
	if (!w->keys) {
		w->keys = calloc(1, sizeof(*w->keys));
	}
	if (!w->keys) {
		return WALK_FAILED;
	}

	bool listed = keys_list_next(w->keys, r) == REMOTE_DONE;

	if (w->keys->end == CENSUS_PAGE_LIES) {
		return WALK_LIES;
	}
	if (!listed || !gather(w)) {
		return WALK_FAILED;
	}
	return w->keys->end == CENSUS_PAGE_MORE ? WALK_MORE : WALK_DONE;
}

static int
compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

struct census_part
walk_finish(struct walk *w)
{
	const struct census_part part = {census_space, w->position, w->count};

	qsort(part.position, part.count, sizeof(*part.position), compare);
	w->position = NULL;
	walk_give_up(w);
	return part;
}

void
walk_give_up(struct walk *w)
{
	free(w->keys);
	free(w->position);
	memset(w, 0, sizeof(*w));
}
