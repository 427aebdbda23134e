#include "mirror/queue.h"

#include "os/thread.h"

#include <stdlib.h>
#include <string.h>

static bool
ring_init(struct ring *r, size_t cap)
{
	*r = (struct ring){.slot = calloc(cap, sizeof(*r->slot)), .cap = cap};
	return r->slot != NULL;
}

static bool
ring_push(struct ring *r, const struct entry *e)
{
	if (r->count == r->cap) {
		return false;
	}
	r->slot[(r->head + r->count++) % r->cap] =
		(struct queued){*e, r->added++};
	return true;
}

static struct entry
ring_pop(struct ring *r)
{
	struct entry e = r->slot[r->head].entry;

	r->count--;
	/* an empty ring begins again where memory has been touched already */
	r->head = r->count > 0 ? (r->head + 1) % r->cap : 0;
	return e;
}

/* The last of each action first. */
static int
by_action(const void *a, const void *b)
{
	const struct queued *x = a, *y = b;
	int order = memcmp(x->entry.action.byte, y->entry.action.byte, ID_LEN);

	return order != 0 ? order
			  : (x->number < y->number) - (x->number > y->number);
}

static int
by_size(const void *a, const void *b)
{
	const struct queued *x = a, *y = b;

	if (x->entry.size != y->entry.size) {
		return x->entry.size < y->entry.size ? -1 : 1;
	}
	return (x->number > y->number) - (x->number < y->number);
}

/* Lets the entries begin with the first slot, in any order. */
static void
ring_gather(struct ring *r)
{
	size_t behind = r->cap - r->head;
	size_t first = r->count < behind ? r->count : behind;

	memmove(r->slot + r->count - first, r->slot + r->head,
		first * sizeof(*r->slot));
	r->head = 0;
}

/* Leaves the first of each action. */
static void
ring_leave_first(struct ring *r)
{
	size_t left = 0;

	for (size_t i = 0; i < r->count; i++) {
		const struct queued *q = &r->slot[i];

		if (left == 0 || !id_eq(&q->entry.action,
					 &r->slot[left - 1].entry.action)) {
			r->slot[left++] = *q;
		}
	}
	r->count = left;
}

static void
ring_sort(struct ring *r)
{
	ring_gather(r);
	qsort(r->slot, r->count, sizeof(*r->slot), by_action);
	ring_leave_first(r);
	qsort(r->slot, r->count, sizeof(*r->slot), by_size);
}

bool
queue_init(struct queue *q)
{
	*q = (struct queue){.stopped = false};
	pthread_mutex_init(&q->lock, NULL);
	pthread_cond_init(&q->get_ready, NULL);
	pthread_cond_init(&q->put_ready, NULL);
	thread_cond_init(&q->put_idle);
	return ring_init(&q->gets, QUEUE_GETS_MAX) &&
	       ring_init(&q->puts, QUEUE_PUTS_MAX) &&
	       ring_init(&q->held, QUEUE_HELD_MAX);
}

static size_t
difference(size_t all, size_t less)
{
	return all > less ? all - less : 0;
}

bool
queue_add_get(struct queue *q, const struct id *action, size_t *backlog)
{
	struct entry e = {.action = *action};

	pthread_mutex_lock(&q->lock);
	bool added = ring_push(&q->gets, &e);

	*backlog = difference(q->gets.count, q->waiting_getters);
	pthread_cond_signal(&q->get_ready);
	pthread_mutex_unlock(&q->lock);
	return added;
}

bool
queue_add_put(
	struct queue *q, const struct entry *e, bool held, size_t *backlog)
{
	pthread_mutex_lock(&q->lock);
	bool added = ring_push(held ? &q->held : &q->puts, e);

	*backlog =
		difference(q->puts.count + q->held.count, q->waiting_putters);
	pthread_cond_signal(&q->put_ready);
	pthread_mutex_unlock(&q->lock);
	return added;
}

bool
queue_take_get(struct queue *q, struct id *action)
{
	pthread_mutex_lock(&q->lock);
	q->waiting_getters++;
	while (q->gets.count == 0 && !q->stopped) {
		pthread_cond_wait(&q->get_ready, &q->lock);
	}
	q->waiting_getters--;
	bool taken = !q->stopped;

	if (taken) {
		*action = ring_pop(&q->gets).action;
		q->fetching_count++;
	}
	pthread_mutex_unlock(&q->lock);
	return taken;
}

void
queue_done_get(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->fetching_count--;
	pthread_mutex_unlock(&q->lock);
}

static size_t
find_uploading(const struct queue *q, const struct id *action)
{
	size_t i = 0;

	while (i < q->uploading_count && !id_eq(&q->uploading[i], action)) {
		i++;
	}
	return i;
}

/* The ring whose first entry may be uploaded now, or NULL. */
static struct ring *
ready_ring(struct queue *q)
{
	struct ring *r = q->puts.count > 0 ? &q->puts : &q->held;

	if (r->count == 0 || (r == &q->held && q->weighing) ||
		q->uploading_count == QUEUE_WORKERS_MAX) {
		return NULL;
	}
	const struct entry *first = &r->slot[r->head].entry;

	return find_uploading(q, &first->action) == q->uploading_count ? r
								       : NULL;
}

bool
queue_take_put(struct queue *q, struct entry *e, bool *held)
{
	struct ring *r;

	pthread_mutex_lock(&q->lock);
	q->waiting_putters++;
	while ((r = ready_ring(q)) == NULL && !q->stopped) {
		pthread_cond_wait(&q->put_ready, &q->lock);
	}
	q->waiting_putters--;
	bool taken = !q->stopped;

	if (taken) {
		*e = ring_pop(r);
		*held = r == &q->held;
		q->weighing |= *held;
		q->uploading_held += *held;
		q->uploading[q->uploading_count++] = e->action;
	}
	pthread_mutex_unlock(&q->lock);
	return taken;
}

void
queue_weighed(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->weighing = false;
	pthread_cond_signal(&q->put_ready);
	pthread_mutex_unlock(&q->lock);
}

static size_t
puts_left(const struct queue *q, bool with_held)
{
	size_t all = q->puts.count + q->held.count + q->uploading_count;

	return with_held ? all : all - q->held.count - q->uploading_held;
}

void
queue_done_put(struct queue *q, const struct entry *e, bool held)
{
	pthread_mutex_lock(&q->lock);
	size_t at = find_uploading(q, &e->action);

	q->uploading[at] = q->uploading[--q->uploading_count];
	q->uploading_held -= held;
	/* all putters may have waited for this one to send another of its
	 * action */
	if (q->puts.count + q->held.count > 0) {
		pthread_cond_broadcast(&q->put_ready);
	}
	if (puts_left(q, false) == 0) {
		pthread_cond_broadcast(&q->put_idle);
	}
	pthread_mutex_unlock(&q->lock);
}

void
queue_hurry(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	ring_sort(&q->puts);
	ring_sort(&q->held);
	/* another one is first, which may be ready */
	pthread_cond_broadcast(&q->put_ready);
	pthread_mutex_unlock(&q->lock);
}

bool
queue_is_fetching(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	bool busy = q->gets.count + q->fetching_count > 0;

	pthread_mutex_unlock(&q->lock);
	return busy;
}

size_t
queue_puts_left(struct queue *q, bool with_held)
{
	pthread_mutex_lock(&q->lock);
	size_t left = puts_left(q, with_held);

	pthread_mutex_unlock(&q->lock);
	return left;
}

bool
queue_wait_puts(struct queue *q, bool with_held, uint64_t deadline_ms)
{
	bool in_time = true;

	pthread_mutex_lock(&q->lock);
	while (puts_left(q, with_held) > 0 && in_time) {
		in_time =
			thread_wait_until(&q->put_idle, &q->lock, deadline_ms);
	}
	bool none = puts_left(q, with_held) == 0;

	pthread_mutex_unlock(&q->lock);
	return none;
}

void
queue_stop(struct queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->stopped = true;
	pthread_cond_broadcast(&q->get_ready);
	pthread_cond_broadcast(&q->put_ready);
	pthread_mutex_unlock(&q->lock);
}
