/*
 * Where the blocks of a snapshot come down: takes the compressed bytes of one
 * block after the other, and writes their entries into the cache directory.
 *
 * Nothing of a block is believed. An entry is taken only from the slot that the
 * snapshot has for its action, with the output that the snapshot announces, and
 * only once its body hashes to that output. What the directory holds already is
 * left alone: it is as good, or newer. Bodies that are not needed are not
 * written; one that entries share, and that stands with the first of them, is
 * needed if any of them is. An entry of which a name is in the way of its files,
 * such as a directory's, is passed over.
 *
 * Used by one thread at a time. About 770 KB, whatever a block claims.
 */
#ifndef MIRROR_LANDING_H
#define MIRROR_LANDING_H

#include "os/cachedir.h"
#include "pack/snapshot.h"

struct landing;

struct landing_setup {
	struct cachedir *dir;
	const struct snapshot *snapshot;
	const struct index *known; /* of the snapshot */
	void *ctx;
	/* The body of an entry is in the directory, and is what it should be. Go
	 * can see the entry as soon as this returns. */
	void (*proven)(void *ctx, const struct entry *e);
	/* An entry of the snapshot, the slot-th, is in the directory now; it
	 * came from the block if new, else it had been there. */
	void (*landed)(
		void *ctx, uint32_t slot, const struct entry *e, bool is_new);
};

/* What with points to must outlive it. NULL if memory runs out. */
struct landing *landing_new(const struct landing_setup *with);

/* NULL is fine. No temporary file is left. */
void landing_free(struct landing *l);

/* A block begins, its number in the snapshot; the one before may be
 * incomplete. Not GS_OK: there cannot be such a block. */
GS_CHECKED enum gs_code landing_begin(
	struct landing *l, size_t block, struct gs_err *err);

/*
 * Takes *used bytes of in, the block's next: all of them, or up to its end,
 * which *complete tells. GS_SYS: the directory takes nothing. GS_BAD or GS_TOOBIG: it
 * is not the block that was announced; what had landed before stays.
 */
GS_CHECKED enum gs_code landing_feed(struct landing *l, struct view in,
	size_t *used, bool *complete, struct gs_err *err);

/* Gives the block up. */
void landing_abort(struct landing *l);

#endif
