/*
 * The work of the mirror: actions to fetch and entries to upload, handed from
 * the link's thread to workers. Bounded; what does not fit is refused.
 *
 * Every function may be called by any thread; one lock guards the struct and
 * is never held across a wait for anything but the lock's own condition.
 */
#ifndef MIRROR_QUEUE_H
#define MIRROR_QUEUE_H

#include "gocache/entry.h"

#include <pthread.h>
#include <stdint.h>

enum {
	QUEUE_GETS_MAX = PENDING_GETS_MAX,
	QUEUE_PUTS_MAX = 32 * 1024, /* entries new in this run */
	QUEUE_HELD_MAX = 16 * 1024, /* older entries that the bucket may lack */
	QUEUE_WORKERS_MAX = 64,
};

struct queued {
	struct entry entry;
	uint64_t number; /* a later one's is larger */
};

/* First in, first out, over storage of the owner. */
struct ring {
	struct queued *slot;
	size_t cap, head, count;
	uint64_t added; /* so far */
};

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t get_ready, put_ready, put_idle;
	struct ring gets, puts, held;
	struct id uploading[QUEUE_WORKERS_MAX]; /* actions under way */
	size_t uploading_count, uploading_held;
	size_t fetching_count, waiting_getters, waiting_putters;
	bool weighing; /* a held one is out, of which nobody knows enough */
	bool stopped;
};

/* False if memory runs out. */
bool queue_init(struct queue *q);

/* Adds an action to fetch. False if the queue is full. *backlog tells how many
 * now wait that no worker is free to take at once. */
bool queue_add_get(struct queue *q, const struct id *action, size_t *backlog);

/* Adds an entry to upload; held ones wait behind the others. */
bool queue_add_put(
	struct queue *q, const struct entry *e, bool held, size_t *backlog);

/* Waits for an action to fetch. False: the queue was stopped. */
bool queue_take_get(struct queue *q, struct id *action);
void queue_done_get(struct queue *q);

/* Waits for an entry to upload; *held tells which kind it is. No two entries of
 * one action are out at the same time, so that the last put wins. False: the
 * queue was stopped. */
bool queue_take_put(struct queue *q, struct entry *e, bool *held);

/* Whether the held one that was taken last is to be uploaded is known now. No
 * other held one is given out before: to find out may take long, and would take
 * every putter away from new entries. */
void queue_weighed(struct queue *q);

/* The entry was uploaded, or will not be; a held one has been weighed. */
void queue_done_put(struct queue *q, const struct entry *e, bool held);

/* Time may run out: of what is queued the smallest comes first from now on, so
 * that most entries get through, and of several of one action only the one that
 * was added last stays. What is added later comes behind. In O(n log n), in
 * place, under the lock. */
void queue_hurry(struct queue *q);

/* True while gets are queued or under way. */
bool queue_is_fetching(struct queue *q);

/* How many entries are not uploaded yet: all, or without the held ones. */
size_t queue_puts_left(struct queue *q, bool with_held);

/* Waits until no such entry is left, at most until the deadline. True if none
 * is left. */
bool queue_wait_puts(struct queue *q, bool with_held, uint64_t deadline_ms);

/* Lets all workers return from their waits, for good. */
void queue_stop(struct queue *q);

#endif
