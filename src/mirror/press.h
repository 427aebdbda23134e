/*
 * Presses entries of the cache directory into a block (pack/block.h), as one
 * frame at the end of a file. What lies on disk is not believed: each body is
 * hashed on its way.
 */
#ifndef MIRROR_PRESS_H
#define MIRROR_PRESS_H

#include "mirror/scratch.h"
#include "pack/block.h"
#include "pack/zframe.h"

enum { PRESS_BUFFER_BYTES = 32 * 1024 };

/* About 1.3 MB, which is all that writing blocks needs. For the caller: raw_len,
 * of the last block. The rest is private. */
struct press {
	uint64_t raw_len;
	struct cachedir *dir;
	struct scratch *to;
	struct zframe_writer frame;
	struct buf packed; /* over out */
	char in[PRESS_BUFFER_BYTES], out[PRESS_BUFFER_BYTES];
	_Alignas(16) char memory[ZFRAME_WRITER_BYTES];
};

/* p must not move afterwards. */
void press_init(struct press *p, struct cachedir *dir);

/*
 * Appends the block of these entries. bad[i] tells of an entry that its body is
 * not there or not what it should be: the block holds something else of its
 * size, and the entry must not count. What fails is only the file.
 */
GS_CHECKED enum gs_code press_block(struct press *p,
	const struct block_entry *entries, size_t count, struct scratch *to,
	bool *bad, struct gs_err *err);

#endif
