/*
 * A snapshot: what the last run of a kind used, in order of first use, and in
 * which blocks of which packs it lies (docs/storage.md, section 3.3).
 *
 *	snapshot = head pack*packs block*blocks entry*entries inline-block*
 *
 * It is parsed where it lies: everything before the inline blocks must be in
 * memory, and is trusted only after every field was checked, so the accessors
 * cannot fail. The inline blocks follow back to back, in the order of their
 * records, and can be read as they arrive.
 */
#ifndef PACK_SNAPSHOT_H
#define PACK_SNAPSHOT_H

#include "base/err.h"
#include "base/id.h"
#include "base/sha256.h"
#include "pack/index.h"

enum {
	SNAPSHOT_HEAD_LEN = 8 + 2 + 2 + ID_LEN + ID_LEN + ID_LEN + 8 + 4 * 4,
	SNAPSHOT_PACK_LEN = ID_LEN + 8 + 8,
	SNAPSHOT_BLOCK_LEN = 4 + 4 + 4 + 4 + 8 + 2 + 2,
	SNAPSHOT_ENTRY_LEN = ID_LEN + 4,
	SNAPSHOT_TABLE_MAX = SNAPSHOT_HEAD_LEN +
			     SNAPSHOT_PACKS_MAX * SNAPSHOT_PACK_LEN +
			     SNAPSHOT_BLOCKS_MAX * SNAPSHOT_BLOCK_LEN +
			     SNAPSHOT_ENTRIES_MAX * SNAPSHOT_ENTRY_LEN,
	SNAPSHOT_BYTES_MAX = SNAPSHOT_TABLE_MAX + SNAPSHOT_INLINE_MAX,
};

/* A block that lies in the snapshot itself. */
#define SNAPSHOT_INLINE UINT32_MAX

struct snapshot_head {
	struct id scope, family; /* it is stored under either */
	int64_t created;         /* Unix seconds */
	uint32_t packs, blocks, entries, inline_len;
};

struct snapshot_pack {
	struct id id;    /* SHA-256 of the pack, its key's last part */
	uint64_t size;   /* bytes */
	int64_t created; /* Unix seconds */
};

struct snapshot_block {
	uint32_t pack;        /* its number, or SNAPSHOT_INLINE */
	uint32_t packed_len;  /* of the frame */
	uint32_t raw_len;     /* of its content */
	uint32_t first_entry; /* its entries follow each other */
	uint64_t offset;      /* in the pack, or in the inline blocks */
	uint16_t entries;
	uint16_t idle; /* full runs in a row that used none of it */
};

/* tag: the first four bytes of the output, as a little-endian number. An
 * action of 32 zeros means: what the block has there does not count. */
struct snapshot_entry {
	struct id action;
	uint32_t tag;
};

/* A checked snapshot over the caller's memory. */
struct snapshot {
	struct snapshot_head head;
	const unsigned char *table; /* private: what follows the head */
};

/* The length of head and tables. */
size_t snapshot_table_len(const struct snapshot_head *head);

uint32_t snapshot_tag(const struct id *output);

/* --- reading ---------------------------------------------------------------- */

/*
 * Reads the head from the first bytes of an object, at least
 * SNAPSHOT_HEAD_LEN, whose length is object_len: the caller can then gather
 * snapshot_table_len bytes. GS_BAD: no snapshot of this version, or lengths
 * that do not add up to the object's. GS_TOOBIG: beyond a limit.
 */
GS_CHECKED enum gs_code snapshot_head_parse(struct view bytes,
	uint64_t object_len, struct snapshot_head *head, struct gs_err *err);

/*
 * Checks head and tables, which are bytes; *s then borrows them. key is the id
 * that it was stored under.
 * GS_BAD: damaged, another key's, or a field that cannot be.
 */
GS_CHECKED enum gs_code snapshot_parse(struct view bytes, uint64_t object_len,
	const struct id *key, enum sha256_kind kind, struct snapshot *s,
	struct gs_err *err);

/* Record i of each table; i is below the head's count. */
struct snapshot_pack snapshot_pack_at(const struct snapshot *s, size_t i);
struct snapshot_block snapshot_block_at(const struct snapshot *s, size_t i);
struct snapshot_entry snapshot_entry_at(const struct snapshot *s, size_t i);

/* The block that entry i lies in. */
size_t snapshot_block_of(const struct snapshot *s, size_t i);

/* True for an entry that does not count. */
bool snapshot_is_void(const struct snapshot_entry *e);

/* An index of the entries that count, over slot[index_slots(entries)]. */
void snapshot_index(const struct snapshot *s, struct index *x, uint32_t *slot);

/* --- writing ---------------------------------------------------------------- */

/* All private. */
struct snapshot_writer {
	struct snapshot_head head;
	unsigned char *p;
	uint32_t packs, blocks, entries; /* written so far */
	uint32_t promised; /* entries of the blocks written so far */
};

/*
 * Begins head and tables in storage, which has snapshot_table_len bytes. Then
 * come all packs, all blocks and all entries, in each table's order, exactly
 * as many as the head says; a block's first_entry is filled in.
 */
void snapshot_write_begin(struct snapshot_writer *w,
	const struct snapshot_head *head, unsigned char *storage);
void snapshot_write_pack(
	struct snapshot_writer *w, const struct snapshot_pack *pack);
void snapshot_write_block(
	struct snapshot_writer *w, const struct snapshot_block *block);
void snapshot_write_entry(
	struct snapshot_writer *w, const struct snapshot_entry *entry);

/* Seals it. The inline blocks' bytes follow it in the object. */
void snapshot_write_end(struct snapshot_writer *w, enum sha256_kind kind);

#endif
