/*
 * What a run made for the next snapshot: blocks, the packs that hold them, and
 * then the snapshot itself (pack/compose.h). Of one thread.
 */
#ifndef MIRROR_SEQUEL_H
#define MIRROR_SEQUEL_H

#include "mirror/ledger.h"
#include "mirror/remote.h"
#include "mirror/scratch.h"
#include "pack/compose.h"

struct sequel {
	struct snapshot_pack *packs;
	struct compose_block *blocks;
	uint32_t *numbers; /* of the ledger's entries, block by block */
	uint32_t pack_count, block_count, number_count;
	uint32_t pack_cap, block_cap, number_cap;
};

/* All zeros is an empty one. */

/* Adds a block with these entries. Of b, what the place in the entries says is
 * filled in. b->pack is the number of the next pack, or SNAPSHOT_INLINE; offset
 * then is that in the file of inline blocks. False if there is no room. */
bool sequel_add_block(struct sequel *s, const struct snapshot_block *b,
	const struct ledger_batch *batch);

/* The next pack is in the bucket. */
bool sequel_add_pack(struct sequel *s, const struct snapshot_pack *pack);

/* The next pack will never be there: its blocks do not count. */
void sequel_drop_pack(struct sequel *s);

/* How many of the ledger's entries from..to-1 count, and lie in a block. */
uint32_t sequel_count(const struct sequel *s, const struct ledger *l,
	uint32_t from, uint32_t to);

/* What a snapshot is written from. */
struct sequel_sources {
	const struct ledger *ledger;         /* its plan has been judged */
	struct snapshot_head names;          /* scope, family, created */
	const struct scratch *inline_blocks; /* of this run */
	const unsigned char *last_inline;    /* the last snapshot's */
};

/* Opens `to`, and writes the next snapshot there. */
GS_CHECKED enum gs_code sequel_write(const struct sequel *s,
	const struct sequel_sources *from, struct cachedir *dir,
	struct scratch *to, struct gs_err *err);

/* Puts it under the keys of the scope and of the family at the same time, once
 * if they are the same; family is NULL if it is not the family's. The result is
 * how many keys have it. */
unsigned sequel_send(struct remote *remote, const struct scratch *file,
	const struct id *scope, const struct id *family);

#endif
