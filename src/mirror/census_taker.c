#include "mirror/census_taker.h"

#include "mirror/keys.h"
#include "os/thread.h"

#include <stdlib.h>
#include <string.h>

void
census_taker_init(struct census_taker *t, struct remote *remote)
{
	memset(t, 0, sizeof(*t));
	t->remote = remote;
	pthread_mutex_init(&t->lock, NULL);
	pthread_cond_init(&t->moved, NULL);
}

/* what is known: under the lock */

/* Believes nothing that was listed. */
static void
distrust(struct census_taker *t)
{
	t->failed = true;
	while (t->census.parts > 0) {
		free(t->census.part[--t->census.parts].position);
	}
}

static bool
keep(struct census_taker *t, const struct census_page *page)
{
	size_t size = page->count * sizeof(*page->position);
	struct census_part part = {
		page->range, malloc(size + 1), page->count}; /* never of 0 */

	if (!t->failed && part.position && census_add(&t->census, &part)) {
		memcpy(part.position, page->position, size);
		return true;
	}
	free(part.position);
	return false;
}

static void
move(struct census_taker *t, enum census_stage stage)
{
	t->stage = stage;
	pthread_cond_broadcast(&t->moved);
}

/* Moves to a stage in which threads list, one for each range as far as they may
 * be as many. */
static void
start(struct census_taker *t, enum census_stage stage, size_t ranges,
	void *(*list)(void *arg))
{
	move(t, stage);
	t->ranges_begun = t->listers = 0;
	while (t->listers < ranges && t->listers < CENSUS_RANGES_MAX &&
		thread_start(list, t)) {
		t->listers++;
	}
	if (t->listers == 0) {
		t->failed = true;
		move(t, CENSUS_SETTLED);
	}
}

/* the threads that list */

static void go_on(struct census_taker *t);

/* Lists the first page of the range. True if there are more. */
static bool
list_page(struct census_taker *t, struct keys *k, struct census_range range)
{
	bool listed = keys_list(k, t->remote, range) == REMOTE_DONE;

	pthread_mutex_lock(&t->lock);
	bool kept = listed && keep(t, &k->page);

	if (k->end == CENSUS_PAGE_LIES) {
		distrust(t);
	}
	t->failed |= !kept;
	pthread_mutex_unlock(&t->lock);
	return kept && k->end == CENSUS_PAGE_MORE;
}

static bool
take_range(struct census_taker *t, struct census_range *range)
{
	pthread_mutex_lock(&t->lock);
	bool taken = !t->failed && t->ranges_begun < t->plan.ranges;

	if (taken) {
		*range = t->plan.range[t->ranges_begun++];
	}
	pthread_mutex_unlock(&t->lock);
	return taken;
}

/* True if another page may be listed. */
static bool
take_page(struct census_taker *t)
{
	pthread_mutex_lock(&t->lock);
	bool taken = !t->failed && t->pages < CENSUS_PAGES_MAX;

	t->pages += taken;
	pthread_mutex_unlock(&t->lock);
	return taken;
}

static void
say_too_large(struct remote *r)
{
	struct gs_err note;

	gs_fail(&note, GS_TOOBIG, "the bucket has too many keys to list",
		VIEW(""), "what it lacks has to be asked for");
	remote_say(r, REMOTE_TOPIC_LIST, LOG_INFO, &note);
}

/* Nobody lists any longer. */
static void
end_stage(struct census_taker *t)
{
	struct census_plan rest = {.ranges = 0};

	pthread_mutex_lock(&t->lock);
	if (t->stage == CENSUS_FIRST && !t->failed) {
		census_plan_rest(&t->census, &rest);
	}
	pthread_mutex_unlock(&t->lock);
	if (rest.pages >= CENSUS_PAGES_MAX) {
		say_too_large(t->remote);
		rest.ranges = 0;
	}
	pthread_mutex_lock(&t->lock);
	t->plan = rest;
	move(t, rest.ranges > 0 ? CENSUS_PLANNED : CENSUS_SETTLED);
	go_on(t);
	pthread_mutex_unlock(&t->lock);
}

/* True if the range that a page was of is to be listed to its end. */
static bool
lists_all(struct census_taker *t)
{
	pthread_mutex_lock(&t->lock);
	bool all = t->stage == CENSUS_REST;

	pthread_mutex_unlock(&t->lock);
	return all;
}

static void *
list_ranges(void *arg)
{
	struct census_taker *t = arg;
	struct keys *k = malloc(sizeof(*k));
	struct census_range range;

	while (k && take_range(t, &range)) {
		while (take_page(t) && list_page(t, k, range) && lists_all(t)) {
			range.first = k->page.next;
		}
	}
	pthread_mutex_lock(&t->lock);
	t->failed |= !k;
	bool last = --t->listers == 0;

	pthread_mutex_unlock(&t->lock);
	free(k);
	if (last) {
		end_stage(t);
	}
	return NULL;
}

static bool
is_worth_the_rest(const struct census_taker *t)
{
	uint64_t worth = ((uint64_t)t->absent + t->offers) * CENSUS_PAGES_WORTH;

	worth += t->offers > 0 ? CENSUS_PAGES_WORTH_OFFERS : 0;
	return t->plan.pages <= worth;
}

/* Takes the next page of a listing in no order, if it is worth it by now. */
static bool
take_next(struct census_taker *t)
{
	pthread_mutex_lock(&t->lock);
	t->plan.pages = t->pages + 1;
	bool worth = is_worth_the_rest(t);

	pthread_mutex_unlock(&t->lock);
	return worth && take_page(t);
}

/* Under the lock: what a walk has come to. */
static void
settle_walk(struct census_taker *t, enum walk_result result)
{
	if (result == WALK_DONE) {
		const struct census_part all = walk_finish(&t->walk);

		if (t->failed || !census_add(&t->census, &all)) {
			free(all.position);
		}
	} else if (result == WALK_LIES) {
		distrust(t);
	}
	t->failed |= result == WALK_FAILED;
	walk_give_up(&t->walk);
	move(t, CENSUS_SETTLED);
}

/* True if no more pages may be listed. */
static bool
is_full(struct census_taker *t)
{
	pthread_mutex_lock(&t->lock);
	bool full = t->pages == CENSUS_PAGES_MAX;

	pthread_mutex_unlock(&t->lock);
	return full;
}

static void *
walk_on(void *arg)
{
	struct census_taker *t = arg;
	enum walk_result result = WALK_MORE;

	while (result == WALK_MORE && take_next(t)) {
		result = walk_step(&t->walk, t->remote);
	}

	bool too_large = result == WALK_MORE && is_full(t);

	if (too_large) {
		say_too_large(t->remote);
	}
	pthread_mutex_lock(&t->lock);
	if (result == WALK_MORE && !too_large && !t->failed) {
		move(t, CENSUS_PLANNED);
		go_on(t);
	} else {
		settle_walk(t, result);
	}
	pthread_mutex_unlock(&t->lock);
	return NULL;
}

/* Under the lock: lists what comes first. */
static void
begin(struct census_taker *t)
{
	if (remote_lists_anyhow(t->remote)) {
		start(t, CENSUS_FIRST, 1, walk_on);
	} else {
		census_plan_first(t->expected, &t->plan);
		start(t, CENSUS_FIRST, t->plan.ranges, list_ranges);
	}
}

/* Under the lock: begins what is worth it by now. */
static void
go_on(struct census_taker *t)
{
	if (t->stage == CENSUS_UNBEGUN &&
		(t->offers > 0 || t->strange >= CENSUS_AFTER_STRANGE ||
			t->absent >= CENSUS_AFTER_ABSENT)) {
		begin(t);
	} else if (t->stage == CENSUS_PLANNED && is_worth_the_rest(t)) {
		start(t, CENSUS_REST, t->walk.keys ? 1 : t->plan.ranges,
			t->walk.keys ? walk_on : list_ranges);
	}
}

void
census_taker_note_strange(struct census_taker *t, size_t entries)
{
	if (remote_lists_anyhow(t->remote)) {
		return;
	}
	pthread_mutex_lock(&t->lock);
	t->expected = entries;
	t->strange++;
	go_on(t);
	pthread_mutex_unlock(&t->lock);
}

void
census_taker_note_absent(struct census_taker *t)
{
	pthread_mutex_lock(&t->lock);
	doubt_note_absent(&t->doubt);
	t->absent++;
	go_on(t);
	pthread_mutex_unlock(&t->lock);
}

void
census_taker_note_found(struct census_taker *t, const struct id *action)
{
	pthread_mutex_lock(&t->lock);
	doubt_note_found(&t->doubt);
	if (census_find(&t->census, action) == CENSUS_LACKS) {
		distrust(t);
	}
	pthread_mutex_unlock(&t->lock);
}

bool
census_taker_lacks(struct census_taker *t, const struct id *action)
{
	pthread_mutex_lock(&t->lock);
	bool lacks = census_find(&t->census, action) == CENSUS_LACKS;

	pthread_mutex_unlock(&t->lock);
	return lacks;
}

bool
census_taker_declines(struct census_taker *t, const struct id *action)
{
	pthread_mutex_lock(&t->lock);
	enum census_finding finding = census_find(&t->census, action);
	bool declines =
		finding == CENSUS_LACKS ||
		(finding == CENSUS_UNKNOWN && t->stage == CENSUS_SETTLED &&
			!doubt_asks(&t->doubt));

	pthread_mutex_unlock(&t->lock);
	return declines;
}

void
census_taker_note_offer(struct census_taker *t)
{
	pthread_mutex_lock(&t->lock);
	t->offers++;
	pthread_mutex_unlock(&t->lock);
}

enum census_finding
census_taker_find(struct census_taker *t, const struct id *action)
{
	pthread_mutex_lock(&t->lock);
	go_on(t);
	while (t->stage == CENSUS_FIRST || t->stage == CENSUS_REST) {
		pthread_cond_wait(&t->moved, &t->lock);
	}
	enum census_finding finding = census_find(&t->census, action);

	if (finding == CENSUS_UNKNOWN && t->stage == CENSUS_SETTLED &&
		!t->failed) {
		finding = CENSUS_HOLDS;
	}
	pthread_mutex_unlock(&t->lock);
	return finding;
}
