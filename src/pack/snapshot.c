#include "pack/snapshot.h"

#include "base/le.h"

#include <assert.h>
#include <string.h>

enum {
	SNAPSHOT_VERSION = 1,
	/* where the head's fields begin */
	VERSION_AT = 8,
	FLAGS_AT = VERSION_AT + 2,
	DIGEST_AT = FLAGS_AT + 2,
	SCOPE_AT = DIGEST_AT + ID_LEN, /* from here on the digest counts */
	FAMILY_AT = SCOPE_AT + ID_LEN,
	CREATED_AT = FAMILY_AT + ID_LEN,
	COUNTS_AT = CREATED_AT + 8,
};

static const unsigned char magic[8] = {'G', 'C', 'S', '3', 'S', 'N', 'A', 'P'};

uint32_t
snapshot_tag(const struct id *output)
{
	return le_get32(output->byte);
}

bool
snapshot_is_void(const struct snapshot_entry *e)
{
	static const struct id nobody;

	return id_eq(&e->action, &nobody);
}

/* Where the tables begin, counted from the end of the head. */
static size_t
blocks_at(const struct snapshot_head *head)
{
	return (size_t)head->packs * SNAPSHOT_PACK_LEN;
}

static size_t
entries_at(const struct snapshot_head *head)
{
	return blocks_at(head) + (size_t)head->blocks * SNAPSHOT_BLOCK_LEN;
}

size_t
snapshot_table_len(const struct snapshot_head *head)
{
	return SNAPSHOT_HEAD_LEN + entries_at(head) +
	       (size_t)head->entries * SNAPSHOT_ENTRY_LEN;
}

/* Everything that the digest covers. */
static void
digest_of(const unsigned char *bytes, size_t len, enum sha256_kind kind,
	struct id *digest)
{
	struct sha256 h;

	sha256_init(&h, kind);
	sha256_update(&h,
		(struct view){(const char *)bytes + SCOPE_AT, len - SCOPE_AT});
	sha256_final(&h, digest);
}

/* --- reading --------------------------------------------------------------- */

static enum gs_code
refuse(const char *why, struct gs_err *err)
{
	return gs_fail(err, GS_BAD, "snapshot", VIEW(""), why);
}

static void
get_head(const unsigned char *p, struct snapshot_head *head)
{
	memcpy(head->scope.byte, p + SCOPE_AT, ID_LEN);
	memcpy(head->family.byte, p + FAMILY_AT, ID_LEN);
	head->created = (int64_t)le_get64(p + CREATED_AT);
	head->packs = le_get32(p + COUNTS_AT);
	head->blocks = le_get32(p + COUNTS_AT + 4);
	head->entries = le_get32(p + COUNTS_AT + 8);
	head->inline_len = le_get32(p + COUNTS_AT + 12);
}

enum gs_code
snapshot_head_parse(struct view bytes, uint64_t object_len,
	struct snapshot_head *head, struct gs_err *err)
{
	const unsigned char *p = (const unsigned char *)bytes.p;
	struct snapshot_head h;

	if (bytes.n < SNAPSHOT_HEAD_LEN || memcmp(p, magic, 8) != 0) {
		return refuse("this is none", err);
	}
	if (le_get16(p + VERSION_AT) != SNAPSHOT_VERSION ||
		le_get16(p + FLAGS_AT) != 0) {
		return refuse("of another version", err);
	}
	get_head(p, &h);
	if (h.packs > SNAPSHOT_PACKS_MAX || h.blocks > SNAPSHOT_BLOCKS_MAX ||
		h.entries > SNAPSHOT_ENTRIES_MAX ||
		h.inline_len > SNAPSHOT_INLINE_MAX) {
		return gs_fail(err, GS_TOOBIG, "snapshot", VIEW(""),
			"beyond its limits");
	}
	if (object_len != snapshot_table_len(&h) + h.inline_len) {
		return refuse("another length than announced", err);
	}
	*head = h;
	return GS_OK;
}

struct snapshot_pack
snapshot_pack_at(const struct snapshot *s, size_t i)
{
	const unsigned char *p = s->table + i * SNAPSHOT_PACK_LEN;
	struct snapshot_pack pack;

	assert(i < s->head.packs);
	memcpy(pack.id.byte, p, ID_LEN);
	pack.size = le_get64(p + ID_LEN);
	pack.created = (int64_t)le_get64(p + ID_LEN + 8);
	return pack;
}

struct snapshot_block
snapshot_block_at(const struct snapshot *s, size_t i)
{
	const unsigned char *p =
		s->table + blocks_at(&s->head) + i * SNAPSHOT_BLOCK_LEN;

	assert(i < s->head.blocks);
	return (struct snapshot_block){
		.pack = le_get32(p),
		.packed_len = le_get32(p + 4),
		.raw_len = le_get32(p + 8),
		.first_entry = le_get32(p + 12),
		.offset = le_get64(p + 16),
		.entries = le_get16(p + 24),
		.idle = le_get16(p + 26),
	};
}

struct snapshot_entry
snapshot_entry_at(const struct snapshot *s, size_t i)
{
	const unsigned char *p =
		s->table + entries_at(&s->head) + i * SNAPSHOT_ENTRY_LEN;
	struct snapshot_entry entry;

	assert(i < s->head.entries);
	memcpy(entry.action.byte, p, ID_LEN);
	entry.tag = le_get32(p + ID_LEN);
	return entry;
}

void
snapshot_index(const struct snapshot *s, struct index *x, uint32_t *slot)
{
	index_init(x, slot, index_slots(s->head.entries),
		s->table + entries_at(&s->head), SNAPSHOT_ENTRY_LEN);
	for (uint32_t i = 0; i < s->head.entries; i++) {
		struct snapshot_entry entry = snapshot_entry_at(s, i);

		if (!snapshot_is_void(&entry)) {
			(void)index_add(x, i); /* no room: not known */
		}
	}
}

size_t
snapshot_block_of(const struct snapshot *s, size_t i)
{
	size_t low = 0, high = s->head.blocks;

	assert(i < s->head.entries);
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (snapshot_block_at(s, middle).first_entry <= i) {
			low = middle;
		} else {
			high = middle;
		}
	}
	return low;
}

static bool
packs_are_possible(const struct snapshot *s)
{
	for (size_t i = 0; i < s->head.packs; i++) {
		if (snapshot_pack_at(s, i).size > PACK_BYTES_MAX) {
			return false;
		}
	}
	return true;
}

/* A block has an entry, is not beyond a reader's limits, and lies within its
 * pack, or right behind the inline block before it. */
static bool
block_is_possible(const struct snapshot *s, const struct snapshot_block *b,
	uint64_t inline_at)
{
	uint64_t end;

	if (b->entries == 0 || b->entries > BLOCK_ENTRIES_MAX ||
		b->packed_len == 0 || b->raw_len > BLOCK_RAW_MAX) {
		return false;
	}
	if (b->pack == SNAPSHOT_INLINE) {
		return b->offset == inline_at;
	}
	if (b->pack >= s->head.packs) {
		return false;
	}
	end = snapshot_pack_at(s, b->pack).size;
	return b->offset <= end && b->packed_len <= end - b->offset;
}

static bool
blocks_are_possible(const struct snapshot *s)
{
	uint64_t entries = 0, inline_at = 0;

	for (size_t i = 0; i < s->head.blocks; i++) {
		struct snapshot_block b = snapshot_block_at(s, i);

		if (!block_is_possible(s, &b, inline_at) ||
			b.first_entry != entries) {
			return false;
		}
		entries += b.entries;
		inline_at += b.pack == SNAPSHOT_INLINE ? b.packed_len : 0;
	}
	return entries == s->head.entries && inline_at == s->head.inline_len;
}

enum gs_code
snapshot_parse(struct view bytes, uint64_t object_len, const struct id *key,
	enum sha256_kind kind, struct snapshot *s, struct gs_err *err)
{
	const unsigned char *p = (const unsigned char *)bytes.p;
	struct snapshot got = {.table = NULL};
	struct id digest;
	enum gs_code code =
		snapshot_head_parse(bytes, object_len, &got.head, err);

	if (code != GS_OK) {
		return code;
	}
	if (bytes.n != snapshot_table_len(&got.head)) {
		return refuse("not all of it", err);
	}
	digest_of(p, bytes.n, kind, &digest);
	if (memcmp(digest.byte, p + DIGEST_AT, ID_LEN) != 0) {
		return refuse("damaged", err);
	}
	if (!id_eq(key, &got.head.scope) && !id_eq(key, &got.head.family)) {
		return refuse("of another scope", err);
	}
	got.table = p + SNAPSHOT_HEAD_LEN;
	if (!packs_are_possible(&got) || !blocks_are_possible(&got)) {
		return refuse("impossible table", err);
	}
	*s = got;
	return GS_OK;
}

/* --- writing --------------------------------------------------------------- */

void
snapshot_write_begin(struct snapshot_writer *w,
	const struct snapshot_head *head, unsigned char *storage)
{
	*w = (struct snapshot_writer){.head = *head, .p = storage};
	memcpy(storage, magic, sizeof(magic));
	le_put16(storage + VERSION_AT, SNAPSHOT_VERSION);
	le_put16(storage + FLAGS_AT, 0);
	memcpy(storage + SCOPE_AT, head->scope.byte, ID_LEN);
	memcpy(storage + FAMILY_AT, head->family.byte, ID_LEN);
	le_put64(storage + CREATED_AT, (uint64_t)head->created);
	le_put32(storage + COUNTS_AT, head->packs);
	le_put32(storage + COUNTS_AT + 4, head->blocks);
	le_put32(storage + COUNTS_AT + 8, head->entries);
	le_put32(storage + COUNTS_AT + 12, head->inline_len);
}

void
snapshot_write_pack(struct snapshot_writer *w, const struct snapshot_pack *pack)
{
	unsigned char *p =
		w->p + SNAPSHOT_HEAD_LEN + (size_t)w->packs * SNAPSHOT_PACK_LEN;

	assert(w->packs < w->head.packs);
	w->packs++;
	memcpy(p, pack->id.byte, ID_LEN);
	le_put64(p + ID_LEN, pack->size);
	le_put64(p + ID_LEN + 8, (uint64_t)pack->created);
}

void
snapshot_write_block(
	struct snapshot_writer *w, const struct snapshot_block *block)
{
	unsigned char *p = w->p + SNAPSHOT_HEAD_LEN + blocks_at(&w->head) +
			   (size_t)w->blocks * SNAPSHOT_BLOCK_LEN;

	assert(w->blocks < w->head.blocks);
	w->blocks++;
	le_put32(p, block->pack);
	le_put32(p + 4, block->packed_len);
	le_put32(p + 8, block->raw_len);
	le_put32(p + 12, w->promised);
	le_put64(p + 16, block->offset);
	le_put16(p + 24, block->entries);
	le_put16(p + 26, block->idle);
	w->promised += block->entries;
}

void
snapshot_write_entry(
	struct snapshot_writer *w, const struct snapshot_entry *entry)
{
	unsigned char *p = w->p + SNAPSHOT_HEAD_LEN + entries_at(&w->head) +
			   (size_t)w->entries * SNAPSHOT_ENTRY_LEN;

	assert(w->entries < w->head.entries);
	w->entries++;
	memcpy(p, entry->action.byte, ID_LEN);
	le_put32(p + ID_LEN, entry->tag);
}

void
snapshot_write_end(struct snapshot_writer *w, enum sha256_kind kind)
{
	struct id digest;

	assert(w->packs == w->head.packs && w->blocks == w->head.blocks &&
		w->entries == w->head.entries &&
		w->promised == w->head.entries);
	digest_of(w->p, snapshot_table_len(&w->head), kind, &digest);
	memcpy(w->p + DIGEST_AT, digest.byte, ID_LEN);
}
