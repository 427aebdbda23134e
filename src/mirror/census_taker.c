#include "mirror/census_taker.h"

#include "os/thread.h"
#include "s3/list.h"

#include <stdlib.h>

enum { KEYS_MAX = CENSUS_PAGES_MAX * 1000 };

void
census_taker_init(struct census_taker *t, struct remote *remote)
{
	*t = (struct census_taker){.remote = remote};
	pthread_mutex_init(&t->lock, NULL);
	pthread_cond_init(&t->settled_now, NULL);
	census_init(&t->census, NULL, 0);
}

/* What the one thread that lists needs; too large for its stack. */
struct pages {
	struct buf document;
	struct list_page page;
	char query[LIST_QUERY_MAX];
};

/* Gets the page that follows the last one. */
static bool
get_page(struct census_taker *t, struct pages *p)
{
	struct buf query = BUF_OVER(p->query);

	list_query(remote_prefix(t->remote), view_of(p->page.token), &query);
	return buf_ok(&query) && remote_list(t->remote, buf_view(&query),
					 &p->document) == REMOTE_DONE;
}

/* Adds a page's keys; false if this must be the last page. */
static bool
add_page(struct census_taker *t, struct pages *p)
{
	struct id action;
	bool room = true;

	list_page_init(
		&p->page, buf_view(&p->document), remote_prefix(t->remote));
	pthread_mutex_lock(&t->lock);
	while (room && list_page_next(&p->page, &action)) {
		room = census_add(&t->census, &action);
	}
	bool good = room && list_page_is_good(&p->page);

	t->failed = room && !good;
	if (good && !p->page.truncated) {
		census_finish(&t->census);
	}
	pthread_mutex_unlock(&t->lock);
	return good && p->page.truncated;
}

static void
set_failed(struct census_taker *t)
{
	pthread_mutex_lock(&t->lock);
	t->failed = true;
	pthread_mutex_unlock(&t->lock);
}

static void
list_all(struct census_taker *t, struct pages *p)
{
	for (int page = 0; page < CENSUS_PAGES_MAX; page++) {
		if (!get_page(t, p)) {
			set_failed(t);
			return;
		}
		if (!add_page(t, p)) {
			return;
		}
	}
}

/* Lists into keys, which stay for as long as the process does. */
static void
list_keys(struct census_taker *t)
{
	static struct pages pages;
	uint64_t *keys = malloc(KEYS_MAX * sizeof(*keys));
	char *text = malloc(LIST_BODY_MAX);

	if (keys && text) {
		pthread_mutex_lock(&t->lock);
		t->keys = keys;
		census_init(&t->census, keys, KEYS_MAX);
		pthread_mutex_unlock(&t->lock);
		pages.document = buf_over(text, LIST_BODY_MAX);
		list_page_init(&pages.page, VIEW(""), VIEW(""));
		list_all(t, &pages);
	} else {
		free(keys);
		set_failed(t);
	}
	free(text);
}

static void *
take_census(void *arg)
{
	struct census_taker *t = arg;

	list_keys(t);
	pthread_mutex_lock(&t->lock);
	t->settled = true;
	pthread_cond_broadcast(&t->settled_now);
	pthread_mutex_unlock(&t->lock);
	return NULL;
}

/* Under the lock. */
static void
begin(struct census_taker *t)
{
	if (!t->begun) {
		t->begun = true;
		t->settled = t->failed = !thread_start(take_census, t);
	}
}

void
census_taker_note_absent(struct census_taker *t)
{
	pthread_mutex_lock(&t->lock);
	if (++t->absent >= CENSUS_AFTER_ABSENT) {
		begin(t);
	}
	pthread_mutex_unlock(&t->lock);
}

bool
census_taker_lacks(struct census_taker *t, const struct id *action)
{
	pthread_mutex_lock(&t->lock);
	bool lacks = census_lacks(&t->census, action);

	pthread_mutex_unlock(&t->lock);
	return lacks;
}

enum census_finding
census_taker_find(struct census_taker *t, const struct id *action)
{
	enum census_finding finding = CENSUS_LACKS;

	pthread_mutex_lock(&t->lock);
	begin(t);
	while (!t->settled) {
		pthread_cond_wait(&t->settled_now, &t->lock);
	}
	if (!census_lacks(&t->census, action)) {
		finding = t->failed ? CENSUS_UNKNOWN : CENSUS_HOLDS;
	}
	pthread_mutex_unlock(&t->lock);
	return finding;
}
