/*
 * What this run used: a plan (pack/plan.h), each new entry once, in order of
 * first use, and those of them that wait to be packed. Until the last snapshot
 * is known, all entries wait; if they become too many, or memory runs out,
 * the ledger gives up, and the run writes nothing.
 *
 * An entry that the last snapshot has costs a look into an index and no memory.
 * One lock guards all of it, until nothing is used any more; no function waits.
 * Any thread, but for ledger_begin and ledger_repeat.
 */
#ifndef MIRROR_LEDGER_H
#define MIRROR_LEDGER_H

#include "gocache/entry.h"
#include "pack/plan.h"

#include <pthread.h>

enum {
	LEDGER_EARLY_MAX = 64 * 1024, /* entries that may wait for a snapshot */
	LEDGER_NO_SLOTS = 16,
};

/* A new entry that waits, without its action. */
struct ledger_item {
	struct id output;
	int64_t time_ns;
	uint32_t size;
	uint32_t order;  /* of first use */
	uint32_t number; /* among the ledger's entries */
};

/* First in, first out. */
struct ledger_queue {
	struct ledger_item *item;
	size_t cap, head, count;
	uint64_t raw_bytes; /* of a block with all of them */
};

enum ledger_kind {
	LEDGER_INLINE, /* for an inline block */
	LEDGER_PACK,   /* for a pack's block */
	LEDGER_KINDS
};

struct ledger {
	pthread_mutex_t lock;
	bool begun, failed;
	struct block_entry *early; /* until it has begun */
	size_t early_count, early_cap;
	struct plan plan;
	struct plan_memory memory;
	struct ledger_queue queue[LEDGER_KINDS];
	/* What is new, then what is packed again. A voided one has an action
	 * of zeros, as the next snapshot will have. */
	struct snapshot_entry *entries;
	size_t cap;
	uint32_t count;
	uint32_t fresh; /* how many of them are new */
	struct index index;
	uint32_t *slot;
	/* instead of a last snapshot */
	struct snapshot none;
	struct index nothing;
	uint32_t no_slot[LEDGER_NO_SLOTS];
};

void ledger_init(struct ledger *l);

/* The last snapshot is known. It must outlive the ledger. */
struct ledger_past {
	const struct snapshot *last; /* NULL: none */
	const struct index *known;
	bool adopts, inline_lost; /* as in struct plan */
};

void ledger_begin(struct ledger *l, const struct ledger_past *past);

/* go used this entry. One that cannot be in a block is ignored. True if more
 * than one block's worth waits for a pack. */
bool ledger_use(struct ledger *l, const struct entry *e);

/* Nothing will be used any more; adds a used entry of last that is to be packed
 * again. */
void ledger_repeat(struct ledger *l, enum ledger_kind kind,
	const struct entry *e, uint32_t order);

/* Whether more than one block's worth waits. */
bool ledger_has_block(struct ledger *l, enum ledger_kind kind);

/* Whether all that waits for a pack would fill one inline block at most. */
bool ledger_has_little(struct ledger *l);

/* The entries of one block. */
struct ledger_batch {
	struct block_entry entry[BLOCK_ENTRIES_MAX];
	uint32_t number[BLOCK_ENTRIES_MAX];
	size_t count;
	uint32_t first_use;
};

/* Takes what makes the next block; false if nothing waits. */
GS_CHECKED bool ledger_take(
	struct ledger *l, enum ledger_kind kind, struct ledger_batch *batch);

/* Those of a batch that are bad do not count from now on. How many do. */
size_t ledger_settle(
	struct ledger *l, const struct ledger_batch *batch, const bool *bad);

#endif
