/*
 * The packs of a run, one after another, and the file of its inline blocks:
 * presses batches of the ledger, sends what is full, and notes what came of it.
 * Of one thread.
 */
#ifndef MIRROR_PACKS_H
#define MIRROR_PACKS_H

#include "mirror/press.h"
#include "mirror/remote.h"
#include "mirror/sequel.h"

enum {
	/* a pack of so many bytes is sent, and the next one begins */
	PACKS_BYTES = 16 * 1024 * 1024,
	/* packs that could not be written or sent before no more is tried */
	PACKS_FAILURES_MAX = 2,
};

/* For the caller: made, inline_blocks, and the counts. */
struct packs {
	struct remote *remote;
	struct cachedir *dir;
	struct ledger *ledger;
	struct sequel made;
	struct scratch pack, inline_blocks;
	unsigned failures;
	uint64_t stored, stored_bytes;
	bool bad[BLOCK_ENTRIES_MAX]; /* of a batch */
	struct press press;
};

/* p must not move afterwards. */
void packs_init(struct packs *p, struct remote *remote, struct cachedir *dir,
	struct ledger *ledger);

/* Presses a batch into the pack; a full pack is sent. What cannot be written is
 * left out, which is said. */
void packs_add(struct packs *p, const struct ledger_batch *batch);

/* Presses a batch into an inline block. False if that takes more than room
 * bytes, or cannot be done. */
GS_CHECKED bool packs_add_inline(
	struct packs *p, const struct ledger_batch *batch, uint64_t room);

/* True if no pack was begun, or the last one was sent. */
bool packs_none_is_open(const struct packs *p);

/* Sends the pack that is not full. */
void packs_end(struct packs *p);

#endif
