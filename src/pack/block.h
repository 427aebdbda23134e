/*
 * A block: many entries with their bodies, as raw bytes (docs/storage.md,
 * section 3.1); pack/zblock.h is how it travels.
 *
 *	block   = count check header*count body*
 *	header  = action output size time
 *
 * A body stands there once for each output: an entry whose output an earlier
 * one of the block has, or whose body is empty, has none of its own.
 *
 * The reader is a push parser: it takes a block in pieces of any length and
 * believes nothing: headers against their check, sizes against the announced
 * length before the first body is given out. It does not hash bodies.
 */
#ifndef PACK_BLOCK_H
#define PACK_BLOCK_H

#include "base/err.h"
#include "base/id.h"
#include "base/sha256.h"

enum {
	BLOCK_HEAD_LEN = 4 + 4,
	BLOCK_HEADER_LEN = ID_LEN + ID_LEN + 8 + 8,
};

struct block_entry {
	struct id action;
	struct id output;
	uint64_t size;
	int64_t time_ns; /* Unix time of the last put */
};

/* True for the SHA-256 of nothing. */
bool block_is_empty_output(const struct id *output);

/* The first of these entries that has the output of entry i: if there is a body
 * at all, it stands with that one. */
size_t block_first_with(const struct block_entry *entries, size_t i);

/* Whether entry i of a block with these entries has a body of its own. */
bool block_has_body(const struct block_entry *entries, size_t i);

/* The length of the block with these entries, whatever the limits. */
uint64_t block_raw_len(const struct block_entry *entries, size_t count);

/* --- writing: the head, each entry's header, then each body that is to be --- */

void block_head(const struct block_entry *entries, size_t count,
	unsigned char out[BLOCK_HEAD_LEN]);

void block_header(
	const struct block_entry *e, unsigned char out[BLOCK_HEADER_LEN]);

/* --- reading ---------------------------------------------------------------- */

enum block_event {
	BLOCK_MORE,      /* all input was taken, the block goes on */
	BLOCK_ENTRY,     /* entry[at] begins; all headers are known */
	BLOCK_BODY,      /* bytes of its body */
	BLOCK_ENTRY_END, /* its body is complete, or elsewhere */
	BLOCK_END,       /* the block is complete; input may be left */
};

enum block_state {
	BLOCK_AT_HEAD,
	BLOCK_AT_HEADERS,
	BLOCK_AT_ENTRY,
	BLOCK_AT_BODY,
	BLOCK_AT_ENTRY_END,
	BLOCK_AT_END,
	BLOCK_FAILED, /* sticks */
};

/* For the caller: from BLOCK_ENTRY to BLOCK_ENTRY_END, which of entry[count] it is,
 * at, and whether it has a body here. The rest is private. */
struct block_reader {
	struct block_entry entry[BLOCK_ENTRIES_MAX];
	size_t count, at;
	bool has_body;
	size_t next;
	enum block_state state;
	uint64_t raw_len, left; /* announced; of this body */
	size_t part_len;
	unsigned char part[BLOCK_HEADER_LEN];
	unsigned char check[4];
	struct sha256 headers;
};

/* A block begins: raw_len bytes with count entries, as its snapshot says.
 * GS_TOOBIG: beyond the limits. GS_BAD: there cannot be such a block. */
GS_CHECKED enum gs_code block_reader_begin(struct block_reader *r,
	uint64_t raw_len, size_t count, struct gs_err *err);

/*
 * Takes *used bytes of in, up to the next event. *body is set with BLOCK_BODY,
 * never empty, and points into in. GS_BAD: not such a block.
 */
GS_CHECKED enum gs_code block_feed(struct block_reader *r, struct view in,
	size_t *used, enum block_event *event, struct view *body,
	struct gs_err *err);

#endif
