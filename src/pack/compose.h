/*
 * The next snapshot: what a plan keeps of the last one, in the order that it has
 * there, and between them the blocks that this run made, in order of first use;
 * blocks that were not used stand at the end. What a snapshot has no room for is left out from
 * there.
 */
#ifndef PACK_COMPOSE_H
#define PACK_COMPOSE_H

#include "pack/plan.h"

/* A block that this run made. Its pack is a number among the new ones, or
 * SNAPSHOT_INLINE, whose offset does not matter; its entries' numbers begin at
 * numbers[first_entry]. */
struct compose_block {
	struct snapshot_block block;
	uint32_t first_use; /* of its entries */
};

struct compose_new {
	const struct snapshot_pack *packs;
	const struct compose_block *blocks;
	const struct snapshot_entry *entries; /* in any order */
	const uint32_t *numbers;              /* of entries, block by block */
	size_t pack_count, block_count;
};

/* The caller's arrays. */
struct compose_memory {
	uint32_t *order; /* as many as last and the run have blocks */
	uint32_t *pack;  /* as many as they have packs */
};

/* For the caller: head, once composed. The rest is private. */
struct compose {
	struct snapshot_head head;
	const struct plan *plan;
	struct compose_new made;
	struct compose_memory m;
	size_t count; /* blocks, in order */
};

/* plan_judge has said that there is something to write. scope, family and
 * created go into the head. Everything must outlive the composition. */
void compose_init(struct compose *c, const struct plan *plan,
	const struct compose_new *made, const struct compose_memory *m,
	const struct snapshot_head *names);

/* Writes head and tables into storage[snapshot_table_len(&c->head)]. */
void compose_write(
	const struct compose *c, unsigned char *storage, enum sha256_kind kind);

/* Where an inline block's bytes come from. */
struct compose_inline {
	bool is_new;
	size_t block;    /* its number among the run's, or in last */
	uint64_t offset; /* in last's inline blocks */
	uint32_t len;
};

/* The next inline block, in the order in which their bytes follow the tables;
 * false if there is no more. Starts with *at = 0. */
GS_CHECKED bool compose_next_inline(
	const struct compose *c, size_t *at, struct compose_inline *from);

#endif
