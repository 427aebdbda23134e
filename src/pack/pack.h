/*
 * A pack: a head, then blocks back to back, each one zstd frame. It never
 * changes, its name is the hash of its bytes, and it is read by range: which
 * blocks lie where, a snapshot says. The head is for people and tools.
 */
#ifndef PACK_PACK_H
#define PACK_PACK_H

#include "base/buf.h"
#include "base/id.h"

enum { PACK_HEAD_LEN = 8 + 2 + 6 };

void pack_head(unsigned char out[PACK_HEAD_LEN]);

/* Their keys, below the bucket's prefix, of KEY_NAME_MAX bytes at most; both sort
 * behind all entries. */
void pack_key(struct buf *out, const struct id *id);
void pack_snapshot_key(struct buf *out, const struct id *scope);

#endif
