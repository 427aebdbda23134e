#include "mirror/ledger.h"

#include <stdlib.h>
#include <string.h>

enum {
	FIRST_CAP = 256,
	KEPT_CAP = 4096, /* of an empty queue */
};

/* Twice as many items, NULL if memory runs out. */
static void *
double_items(void *items, size_t *cap, size_t size)
{
	size_t more = *cap > 0 ? 2 * *cap : FIRST_CAP;
	void *grown = realloc(items, more * size);

	if (grown) {
		*cap = more;
	}
	return grown;
}

/* --- queues ---------------------------------------------------------------- */

/* Makes room for one more, by moving all to the front or into more memory. */
static bool
make_room(struct ledger_queue *q)
{
	if (q->head > q->count) {
		memcpy(q->item, q->item + q->head, q->count * sizeof(*q->item));
		q->head = 0;
		return true;
	}
	struct ledger_item *more =
		double_items(q->item, &q->cap, sizeof(*more));

	if (more) {
		q->item = more;
	}
	return more;
}

static bool
push(struct ledger_queue *q, const struct ledger_item *item)
{
	if (q->head + q->count == q->cap && !make_room(q)) {
		return false;
	}
	q->item[q->head + q->count++] = *item;
	q->raw_bytes += BLOCK_HEADER_LEN + item->size;
	return true;
}

static void
drop_first(struct ledger_queue *q, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		q->raw_bytes -= BLOCK_HEADER_LEN + q->item[q->head + i].size;
	}
	q->count -= n;
	q->head += n;
	if (q->count > 0) {
		return;
	}
	q->head = 0; /* where memory has been touched already */
	if (q->cap > KEPT_CAP) {
		free(q->item);
		q->item = NULL;
		q->cap = 0;
	}
}

/* Of content, if no body is larger. */
static uint64_t
block_bytes(enum ledger_kind kind)
{
	return kind == LEDGER_INLINE ? PLAN_INLINE_BLOCK_BYTES
				     : PLAN_BLOCK_BYTES;
}

/* Whether more waits than goes into a block of so many bytes. */
static bool
has_more(const struct ledger *l, enum ledger_kind kind, uint64_t raw_bytes)
{
	const struct ledger_queue *q = &l->queue[kind];

	return q->count > BLOCK_ENTRIES_MAX ||
	       BLOCK_HEAD_LEN + q->raw_bytes > raw_bytes;
}

bool
ledger_has_block(struct ledger *l, enum ledger_kind kind)
{
	pthread_mutex_lock(&l->lock);
	bool has = has_more(l, kind, block_bytes(kind));

	pthread_mutex_unlock(&l->lock);
	return has;
}

bool
ledger_has_little(struct ledger *l)
{
	pthread_mutex_lock(&l->lock);
	bool little = !has_more(l, LEDGER_PACK, PLAN_INLINE_BLOCK_BYTES);

	pthread_mutex_unlock(&l->lock);
	return little;
}

static void
take(struct ledger *l, enum ledger_kind kind, struct ledger_batch *batch)
{
	struct ledger_queue *q = &l->queue[kind];
	const struct ledger_item *first = q->item + q->head;
	uint64_t raw = BLOCK_HEAD_LEN, most = block_bytes(kind);
	size_t n = 0;

	batch->first_use = PLAN_UNUSED;
	for (; n < q->count && n < BLOCK_ENTRIES_MAX && raw <= most; n++) {
		batch->entry[n] = (struct block_entry){
			.action = l->entries[first[n].number].action,
			.output = first[n].output,
			.size = first[n].size,
			.time_ns = first[n].time_ns,
		};
		batch->number[n] = first[n].number;
		raw += BLOCK_HEADER_LEN + first[n].size;
	}
	batch->count = plan_cut(batch->entry, n, most);
	for (size_t i = 0; i < batch->count; i++) {
		if (first[i].order < batch->first_use) {
			batch->first_use = first[i].order;
		}
	}
	drop_first(q, batch->count);
}

bool
ledger_take(struct ledger *l, enum ledger_kind kind, struct ledger_batch *batch)
{
	pthread_mutex_lock(&l->lock);
	take(l, kind, batch);
	pthread_mutex_unlock(&l->lock);
	return batch->count > 0;
}

/* --- entries --------------------------------------------------------------- */

static void
make_void(struct ledger *l, uint32_t number)
{
	l->entries[number].action = (struct id){{0}};
}

size_t
ledger_settle(
	struct ledger *l, const struct ledger_batch *batch, const bool *bad)
{
	size_t count = 0;

	pthread_mutex_lock(&l->lock);
	for (size_t i = 0; i < batch->count; i++) {
		if (bad[i]) {
			make_void(l, batch->number[i]);
		}
		count += !snapshot_is_void(&l->entries[batch->number[i]]);
	}
	pthread_mutex_unlock(&l->lock);
	return count;
}

/* Doubles the room for entries, and builds the index anew. */
static bool
grow(struct ledger *l)
{
	struct snapshot_entry *entries =
		double_items(l->entries, &l->cap, sizeof(*entries));
	size_t slots = index_slots(l->cap);

	if (!entries) {
		return false;
	}
	l->entries = entries;
	free(l->slot);
	uint32_t *slot = malloc(slots * sizeof(*slot));

	l->slot = slot;
	if (!slot) {
		return false;
	}
	index_init(&l->index, slot, slots, entries, sizeof(*entries));
	for (uint32_t i = 0; i < l->count; i++) {
		(void)index_add(&l->index, i); /* no room: taken for new */
	}
	return true;
}

/* Adds an entry to all that there will be, and to those that wait. */
static void
add(struct ledger *l, enum ledger_kind kind, const struct block_entry *e,
	uint32_t order)
{
	const struct ledger_item item = {
		.output = e->output,
		.time_ns = e->time_ns,
		.size = (uint32_t)e->size, /* PACK_BODY_MAX at most */
		.order = order,
		.number = l->count,
	};

	if (l->failed || l->count == SNAPSHOT_ENTRIES_MAX) {
		return;
	}
	if ((l->count == l->cap && !grow(l)) || !push(&l->queue[kind], &item)) {
		l->failed = true;
		return;
	}
	l->entries[l->count] =
		(struct snapshot_entry){e->action, snapshot_tag(&e->output)};
	(void)index_add(&l->index, l->count++);
}

/* The number of the new entry for this action, or INDEX_NONE. */
static uint32_t
find(const struct ledger *l, const struct id *action)
{
	return l->count > 0 ? index_find(&l->index, action) : INDEX_NONE;
}

static void
use(struct ledger *l, const struct block_entry *e)
{
	uint32_t before = find(l, &e->action), order;

	if (before != INDEX_NONE) {
		if (l->entries[before].tag == snapshot_tag(&e->output)) {
			return;
		}
		make_void(l, before); /* the last output wins */
	}
	enum plan_place place = plan_use(&l->plan, e, &order);

	if (place == PLAN_INLINE || place == PLAN_PACK) {
		add(l, place == PLAN_PACK ? LEDGER_PACK : LEDGER_INLINE, e,
			order);
		l->fresh = l->count;
	}
}

static void
keep_early(struct ledger *l, const struct block_entry *e)
{
	if (l->early_count == l->early_cap) {
		struct block_entry *more = NULL;

		if (l->early_count < LEDGER_EARLY_MAX) {
			more = double_items(
				l->early, &l->early_cap, sizeof(*more));
		}
		l->failed = !more;
		if (!more) {
			return;
		}
		l->early = more;
	}
	l->early[l->early_count++] = *e;
}

static struct block_entry
block_entry_of(const struct entry *e)
{
	return (struct block_entry){e->action, e->output, e->size, e->time_ns};
}

bool
ledger_use(struct ledger *l, const struct entry *e)
{
	struct block_entry b = block_entry_of(e);
	bool possible = (e->size == 0) == block_is_empty_output(&e->output);

	pthread_mutex_lock(&l->lock);
	if (possible && !l->failed) {
		(l->begun ? use : keep_early)(l, &b);
	}
	bool worth = has_more(l, LEDGER_PACK, PLAN_BLOCK_BYTES);

	pthread_mutex_unlock(&l->lock);
	return worth;
}

void
ledger_repeat(struct ledger *l, enum ledger_kind kind, const struct entry *e,
	uint32_t order)
{
	struct block_entry b = block_entry_of(e);

	add(l, kind, &b, order);
}

/* --- the beginning --------------------------------------------------------- */

void
ledger_init(struct ledger *l)
{
	*l = (struct ledger){.begun = false};
	pthread_mutex_init(&l->lock, NULL);
	snapshot_index(&l->none, &l->nothing, l->no_slot);
}

static bool
allocate(struct plan_memory *m, const struct snapshot_head *head)
{
	/* one more of each, since none may be NULL */
	m->use = calloc(head->entries + 1, sizeof(*m->use));
	m->block = calloc(head->blocks + 1, sizeof(*m->block));
	m->pack = calloc(head->packs + 1, sizeof(*m->pack));
	return m->use && m->block && m->pack;
}

static void
use_early(struct ledger *l)
{
	for (size_t i = 0; i < l->early_count && !l->failed; i++) {
		use(l, &l->early[i]);
	}
	free(l->early);
	l->early = NULL;
}

void
ledger_begin(struct ledger *l, const struct ledger_past *past)
{
	const struct snapshot *last = past->last ? past->last : &l->none;
	const struct index *known = past->last ? past->known : &l->nothing;

	pthread_mutex_lock(&l->lock);
	if (allocate(&l->memory, &last->head)) {
		plan_init(&l->plan, last, known, &l->memory);
		l->plan.adopts = past->adopts;
		l->plan.inline_lost = past->inline_lost;
		l->begun = true;
		use_early(l);
	} else {
		l->failed = true;
	}
	pthread_mutex_unlock(&l->lock);
}
