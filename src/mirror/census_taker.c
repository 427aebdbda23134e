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

	if (good && !p->page.truncated) {
		census_finish(&t->census);
	}
	pthread_mutex_unlock(&t->lock);
	return good && p->page.truncated;
}

static void
list_all(struct census_taker *t, struct pages *p)
{
	int left = CENSUS_PAGES_MAX;

	while (left-- > 0 && get_page(t, p) && add_page(t, p)) {
	}
}

static void
list_into(struct census_taker *t, uint64_t *key)
{
	static struct pages pages;
	char *text = malloc(LIST_BODY_MAX);

	if (text) {
		pthread_mutex_lock(&t->lock);
		census_init(&t->census, key, KEYS_MAX);
		pthread_mutex_unlock(&t->lock);
		pages.document = buf_over(text, LIST_BODY_MAX);
		list_all(t, &pages);
		free(text);
	}
}

/* The keys stay for as long as the process does. */
static void *
take_census(void *arg)
{
	struct census_taker *t = arg;

	t->keys = malloc(KEYS_MAX * sizeof(*t->keys));
	if (t->keys) {
		list_into(t, t->keys);
	}
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
		t->settled = !thread_start(take_census, t);
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

bool
census_taker_lacks_surely(struct census_taker *t, const struct id *action)
{
	pthread_mutex_lock(&t->lock);
	begin(t);
	while (!t->settled) {
		pthread_cond_wait(&t->settled_now, &t->lock);
	}
	bool lacks = census_lacks(&t->census, action);

	pthread_mutex_unlock(&t->lock);
	return lacks;
}
