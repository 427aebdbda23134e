/*
 * A block as it travels: one zstd frame in, the block's events out. A frame
 * that is no block and a block that is no frame are the same to the caller.
 */
#ifndef PACK_ZBLOCK_H
#define PACK_ZBLOCK_H

#include "pack/block.h"
#include "pack/zframe.h"

enum { ZBLOCK_RAW_BYTES = 32 * 1024 };

/* About 1.2 MB, which is all that reading a block needs. block.entry[block.at]
 * and block.has_body are for the caller. */
struct zblock_reader {
	struct block_reader block;
	struct zframe_reader frame;
	struct buf out;    /* what is decoded, over raw */
	struct view ready; /* of that, what is not parsed yet */
	uint64_t left;     /* compressed bytes still to come */
	_Alignas(16) char raw[ZBLOCK_RAW_BYTES];
	_Alignas(16) char memory[ZFRAME_READER_BYTES];
};

/* Once; r must not move afterwards. */
void zblock_reader_init(struct zblock_reader *r);

/* How long a block is, as its snapshot says. */
struct zblock_len {
	uint64_t packed, raw;
	size_t count; /* entries */
};

/* As block_reader_begin. May interrupt the block before. */
GS_CHECKED enum gs_code zblock_reader_begin(struct zblock_reader *r,
	const struct zblock_len *len, struct gs_err *err);

/* As block_feed, for compressed bytes; *body is valid until the next call.
 * BLOCK_END comes when len.packed bytes were taken, no sooner and no later. */
GS_CHECKED enum gs_code zblock_feed(struct zblock_reader *r, struct view in,
	size_t *used, enum block_event *event, struct view *body,
	struct gs_err *err);

#endif
