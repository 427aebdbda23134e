/*
 * What a run adds to the packs: a snapshot is the last run's, a plan is what
 * follows from what this run used. Pure decisions; sizes, times and the order
 * of use come from the caller.
 *
 * A run that adds nothing writes nothing. A run that used less than half of
 * what the last one had (a build that failed, an up-to-date one) takes nothing
 * away: of a pack that a bucket's expiry rule will soon take, it writes again
 * the blocks of which it used everything. Nor does one of which only a part is
 * known. Otherwise, a block that several full runs in a row did not use goes,
 * and what is still used of a block that is mostly unused, of such an old pack,
 * or of small packs when there are too many, is written again.
 */
#ifndef PACK_PLAN_H
#define PACK_PLAN_H

#include "pack/block.h"
#include "pack/index.h"
#include "pack/snapshot.h"

enum {
	PLAN_BLOCK_BYTES =
		1024 * 1024, /* of raw content, if no body is larger */
	/* smaller, so that the first of them lands while the rest arrives; on
	 * a build of std they take 2 % more than one would */
	PLAN_INLINE_BLOCK_BYTES = 128 * 1024,
	PLAN_INLINE_BODY_MAX = 4096,
	/* raw bytes that compress to SNAPSHOT_INLINE_MAX or less, mostly */
	PLAN_INLINE_RAW = 640 * 1024,
	PLAN_IDLE_MAX = 4,    /* full runs that may leave a block unused */
	PLAN_PACKS_MAX = 32,  /* of more the smallest are merged, */
	PLAN_PACKS_KEPT = 16, /* all but these, */
	/* if two or more have no more bytes than this: those of large ones
	 * would be as many packs again */
	PLAN_SMALL_PACK_BYTES = 8 * 1024 * 1024,
};

/* Instead of an order of use: the last snapshot's entry was not used, or this
 * run has another output for its action. */
#define PLAN_UNUSED UINT32_MAX
#define PLAN_STALE (UINT32_MAX - 1)

enum plan_place {
	PLAN_KNOWN,  /* the last snapshot has it */
	PLAN_INLINE, /* new: into the next snapshot itself, */
	PLAN_PACK,   /* or into a pack */
	/* only as an object: it is too large, or the next snapshot full */
	PLAN_NEVER,
};

enum plan_verdict {
	PLAN_KEEP,
	PLAN_REWRITE, /* its used entries are to be packed again */
	PLAN_DROP,
};

struct plan_block {
	/* Of its entries, or PLAN_UNUSED; once judged, where it stands in the
	 * next snapshot: among what was first used then. */
	uint32_t first_use;
	uint32_t used;       /* entries */
	uint64_t used_bytes; /* raw */
	uint16_t idle;       /* what the next snapshot says */
	enum plan_verdict verdict;
};

struct plan_pack {
	uint64_t bytes; /* of its blocks that are kept */
	bool going;     /* what is used of it is written again */
	bool lost;      /* for the caller to set: it cannot be had */
};

/* The caller's arrays, one item for each of the snapshot's. */
struct plan_memory {
	uint32_t *use; /* entries: order of first use */
	struct plan_block *block;
	struct plan_pack *pack;
};

struct plan {
	const struct snapshot *last;
	const struct index *known; /* of the entries of last */
	struct plan_memory m;
	uint32_t uses; /* so far: the next one's number */
	/* entries that the next snapshot has room for: those of blocks that are
	 * used, and new ones */
	uint32_t taken;
	uint32_t
		fresh; /* entries that the next snapshot has and last has not */
	uint64_t inline_raw; /* left for new inline entries */
	bool full;           /* plan_judge: used half of last, or more */
	/* For the caller to set: last is not this scope's own but its family's.
	 * The run then writes its own even if nothing is new: of the blocks
	 * that it used, and what else is in them does not count any more. After
	 * less than half, the blocks that it did not use stay too, as idle: it
	 * may be of a smaller kind, or have failed. */
	bool adopts;
	/* For the caller to set: the run used more than is known here. */
	bool partial;
	/* For the caller to set: the inline blocks of last cannot be had. What
	 * was used of what is lost is to be packed again. */
	bool inline_lost;
};

/* last has no entries if there is no snapshot. All of it must outlive the
 * plan. */
void plan_init(struct plan *p, const struct snapshot *last,
	const struct index *known, const struct plan_memory *m);

/*
 * The run used this entry. *order is its place among all. The answer for one
 * that last lacks is a new one each time: ask once for each action and output.
 */
enum plan_place plan_use(
	struct plan *p, const struct block_entry *e, uint32_t *order);

/* How many of these entries make the next block of so many raw bytes: at least
 * one, if there is any. */
size_t plan_cut(
	const struct block_entry *e, size_t count, uint64_t raw_bytes_max);

/*
 * Everything was used that will be: fills in the verdicts. now and keep are
 * Unix seconds and a time in seconds, 0 for no limit. False: there is nothing to
 * write, and no verdict counts. Can be asked again with another p->fresh, when
 * some of it could not be packed.
 */
GS_CHECKED bool plan_judge(struct plan *p, int64_t now, int64_t keep);

/* Whether entry i of last, which lies in that block, counts in the next
 * snapshot if the block is kept. */
bool plan_counts(const struct plan *p, size_t block, size_t i);

/* Once judged: whether the next snapshot is the family's too. One that adopted
 * it and used less than half of it is not: others use the rest. */
bool plan_speaks_for_family(const struct plan *p);

/* The next entry of last, from *at on, that is to be packed again; false if
 * there is no more. Starts with *at = 0. */
GS_CHECKED bool plan_next_rewrite(
	const struct plan *p, size_t *at, struct snapshot_entry *e);

/* What was to be packed again could not be: it stays where it is. */
void plan_keep_rewrites(struct plan *p);

/* How many bytes of blocks the next snapshot may add to the inline ones that
 * it keeps. */
uint64_t plan_inline_room(const struct plan *p);

#endif
