#include "pack/snapshot.h"

#include "base/le.h"
#include "pack/pack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "files.h"
#include "packs.h"

/* What every test starts from: the file, made by another program. */
static struct view file;
static size_t table_len;
static struct id scope, family;

static int
set_up(void **state)
{
	struct snapshot_head head;
	struct gs_err err = {0};

	file = files_load("tests/vectors/pack/snapshot");
	sha256_of(VIEW("scope"), &scope);
	sha256_of(VIEW("family"), &family);
	if (snapshot_head_parse(file, file.n, &head, &err) != GS_OK) {
		return 1;
	}
	table_len = snapshot_table_len(&head);
	return 0;
}

static int
tear_down(void **state)
{
	free((void *)(uintptr_t)file.p);
	return 0;
}

static enum gs_code
parse(struct view bytes, size_t object_len, struct snapshot *s)
{
	struct gs_err err = {0};
	enum gs_code code = snapshot_parse(
		bytes, object_len, &scope, SHA256_PORTABLE, s, &err);

	assert_int_equal(code, err.code);
	assert_true(code == GS_OK || err.text[0] != '\0');
	return code;
}

static void
assert_hashes(const uint8_t *bytes, struct view text)
{
	struct id id;

	sha256_of(text, &id);
	assert_memory_equal(bytes, id.byte, ID_LEN);
}

static void
a_snapshot_is_read(void **state)
{
	struct snapshot s;
	struct snapshot_pack pack;
	struct snapshot_block b;

	assert_int_equal(
		parse((struct view){file.p, table_len}, file.n, &s), GS_OK);
	assert_memory_equal(&s.head.scope, &scope, ID_LEN);
	assert_memory_equal(&s.head.family, &family, ID_LEN);
	assert_int_equal(s.head.created, 1800000000);
	assert_int_equal(s.head.packs, 1);
	assert_int_equal(s.head.blocks, 2);
	assert_int_equal(s.head.entries, 5);
	assert_int_equal(s.head.inline_len, file.n - table_len);
	pack = snapshot_pack_at(&s, 0);
	assert_int_equal(pack.size, 310);
	assert_int_equal(pack.created, 1790000000);
	b = snapshot_block_at(&s, 0);
	assert_int_equal(b.pack, SNAPSHOT_INLINE);
	assert_int_equal(b.offset, 0);
	b = snapshot_block_at(&s, 1);
	assert_int_equal(b.pack, 0);
	assert_int_equal(b.offset, 16);
	assert_int_equal(b.packed_len, 294);
	assert_int_equal(b.raw_len, 639);
	assert_int_equal(b.first_entry, 1);
	assert_int_equal(b.entries, 4);
	assert_int_equal(b.idle, 2);
	assert_hashes(snapshot_entry_at(&s, 0).action.byte, VIEW("five"));
	assert_hashes(snapshot_entry_at(&s, 4).action.byte, VIEW("four"));
	assert_int_equal(snapshot_block_of(&s, 0), 0);
	assert_int_equal(snapshot_block_of(&s, 1), 1);
	assert_int_equal(snapshot_block_of(&s, 4), 1);
}

static void
the_family_is_as_good_a_key(void **state)
{
	struct view bytes = {file.p, table_len};
	struct gs_err err = {0};
	struct snapshot s;
	struct id other = packs_action(1);

	assert_int_equal(snapshot_parse(bytes, file.n, &family, SHA256_PORTABLE,
				 &s, &err),
		GS_OK);
	assert_int_equal(snapshot_parse(bytes, file.n, &other, SHA256_PORTABLE,
				 &s, &err),
		GS_BAD);
}

/* The same from its parts. */
static void
a_snapshot_is_written(void **state)
{
	struct view bytes = {file.p, table_len};
	unsigned char *mine = malloc(table_len);
	struct snapshot s;
	struct snapshot_writer w;

	assert_int_equal(parse(bytes, file.n, &s), GS_OK);
	snapshot_write_begin(&w, &s.head, mine);
	for (size_t i = 0; i < s.head.packs; i++) {
		struct snapshot_pack pack = snapshot_pack_at(&s, i);

		snapshot_write_pack(&w, &pack);
	}
	for (size_t i = 0; i < s.head.blocks; i++) {
		struct snapshot_block block = snapshot_block_at(&s, i);

		block.first_entry = 77;
		snapshot_write_block(&w, &block);
	}
	for (size_t i = 0; i < s.head.entries; i++) {
		struct snapshot_entry entry = snapshot_entry_at(&s, i);

		snapshot_write_entry(&w, &entry);
	}
	snapshot_write_end(&w, SHA256_PORTABLE);
	assert_memory_equal(mine, file.p, table_len);
	free(mine);
}

static void
pack_and_blocks_are_what_it_says(void **state)
{
	struct view pack = files_load("tests/vectors/pack/pack");
	struct zblock_reader *r = malloc(sizeof(*r));
	struct snapshot s;
	struct gs_err err = {0};
	unsigned char head[PACK_HEAD_LEN];
	size_t entries = 0;

	assert_int_equal(
		parse((struct view){file.p, table_len}, file.n, &s), GS_OK);
	assert_hashes(snapshot_pack_at(&s, 0).id.byte, pack);
	pack_head(head);
	assert_memory_equal(pack.p, head, sizeof(head));
	zblock_reader_init(r);
	for (size_t i = 0; i < s.head.blocks; i++) {
		struct snapshot_block b = snapshot_block_at(&s, i);
		struct view from = b.pack == SNAPSHOT_INLINE
					   ? view_skip(file, table_len)
					   : pack;
		struct zblock_len len = {b.packed_len, b.raw_len, b.entries};
		enum block_event event = BLOCK_MORE;
		struct view body;
		size_t used;

		from = view_skip(from, (size_t)b.offset);
		assert_int_equal(zblock_reader_begin(r, &len, &err), GS_OK);
		while (event != BLOCK_END) {
			assert_int_equal(zblock_feed(r, from, &used, &event,
						 &body, &err),
				GS_OK);
			from = view_skip(from, used);
			if (event == BLOCK_ENTRY) {
				struct snapshot_entry e =
					snapshot_entry_at(&s, entries++);

				assert_true(id_eq(&e.action,
					&r->block.entry[r->block.at].action));
			}
		}
	}
	assert_int_equal(entries, 5);
	free((void *)(uintptr_t)pack.p);
	free(r);
}

static void
each_flipped_bit_is_noticed(void **state)
{
	char *copy = malloc(table_len);
	struct snapshot s;

	memcpy(copy, file.p, table_len);
	for (size_t bit = 0; bit < 8 * table_len; bit++) {
		copy[bit / 8] ^= (char)(1 << bit % 8);
		assert_int_not_equal(
			parse((struct view){copy, table_len}, file.n, &s),
			GS_OK);
		copy[bit / 8] ^= (char)(1 << bit % 8);
	}
	free(copy);
}

static void
each_truncation_is_noticed(void **state)
{
	struct snapshot s;

	for (size_t n = 0; n < file.n; n++) {
		char *copy = malloc(n + 1);

		memcpy(copy, file.p, n);
		/* the object is short, or what was read of it */
		assert_int_not_equal(
			parse((struct view){copy,
				      n < table_len ? n : table_len},
				n, &s),
			GS_OK);
		if (n < table_len) {
			assert_int_not_equal(
				parse((struct view){copy, n}, file.n, &s),
				GS_OK);
		}
		free(copy);
	}
	assert_int_not_equal(
		parse((struct view){file.p, table_len}, file.n + 1, &s), GS_OK);
	assert_int_not_equal(
		parse((struct view){file.p, table_len}, 10000000000, &s),
		GS_OK);
}

/* A snapshot of these parts, sealed properly, however wrong. */
struct parts {
	struct snapshot_head head;
	struct snapshot_pack pack;
	struct snapshot_block block[2];
	uint32_t first; /* the first block's first entry */
};

static struct parts
good_parts(void)
{
	struct parts p = {
		.head = {scope, family, 1, 1, 2, 5, 100},
		.pack = {family, 1000, 2},
		.block = {{SNAPSHOT_INLINE, 100, 300, 0, 0, 2, 0},
			{0, 984, 2000, 0, 16, 3, 0}},
	};

	return p;
}

static enum gs_code
parse_parts(const struct parts *p)
{
	size_t len = snapshot_table_len(&p->head);
	unsigned char *bytes = malloc(len);
	struct snapshot_entry entry = {.tag = 1};
	struct snapshot_writer w;
	struct snapshot s;
	enum gs_code code;

	snapshot_write_begin(&w, &p->head, bytes);
	snapshot_write_pack(&w, &p->pack);
	w.promised = p->first;
	for (size_t i = 0; i < 2; i++) {
		snapshot_write_block(&w, &p->block[i]);
	}
	for (size_t i = 0; i < p->head.entries; i++) {
		snapshot_write_entry(&w, &entry);
	}
	w.promised = p->head.entries; /* even if that is a lie */
	snapshot_write_end(&w, SHA256_PORTABLE);
	code = parse((struct view){(char *)bytes, len},
		len + p->head.inline_len, &s);
	free(bytes);
	return code;
}

#define REFUSED(change)                                                        \
	do {                                                                   \
		struct parts p = good_parts();                                 \
		change;                                                        \
		assert_int_equal(parse_parts(&p), GS_BAD);                     \
	} while (0)

#define ACCEPTED(change)                                                       \
	do {                                                                   \
		struct parts p = good_parts();                                 \
		change;                                                        \
		assert_int_equal(parse_parts(&p), GS_OK);                      \
	} while (0)

static void
impossible_tables_are_refused(void **state)
{
	ACCEPTED((void)p);
	REFUSED(p.head.entries = 6);
	REFUSED(p.head.entries = 4);
	REFUSED(p.head.inline_len = 101);
	REFUSED(p.head.inline_len = 99);
	ACCEPTED(p.pack.size = PACK_BYTES_MAX);
	REFUSED(p.pack.size = (uint64_t)PACK_BYTES_MAX + 1);
	REFUSED(p.pack.size = UINT64_MAX);
	REFUSED(p.block[0].offset = 1);
	REFUSED(p.block[1].offset = 17);
	REFUSED(p.block[1].offset = UINT64_MAX - 10);
	REFUSED(p.block[1].packed_len = 985);
	REFUSED(p.block[1].packed_len = 0);
	REFUSED(p.block[1].pack = 1);
	ACCEPTED(p.block[1].raw_len = BLOCK_RAW_MAX);
	REFUSED(p.block[1].raw_len = BLOCK_RAW_MAX + 1);
	REFUSED(p.block[1].entries = 0);
	REFUSED(p.block[1].entries = 0; p.head.entries = 2);
	REFUSED(p.first = 1);
	REFUSED(p.block[1].entries = BLOCK_ENTRIES_MAX + 1);
	ACCEPTED(p.block[1].entries = BLOCK_ENTRIES_MAX;
		 p.head.entries = BLOCK_ENTRIES_MAX + 2);
}

/* The head alone, with a field at its place. */
static enum gs_code
parse_head(size_t at, uint32_t value, uint64_t object_len)
{
	unsigned char bytes[SNAPSHOT_HEAD_LEN];
	struct parts p = good_parts();
	struct snapshot_head head;
	struct snapshot_writer w;
	struct gs_err err = {0};

	p.head = (struct snapshot_head){.packs = 0};
	snapshot_write_begin(&w, &p.head, bytes);
	le_put32(bytes + at, value);
	return snapshot_head_parse((struct view){(char *)bytes, sizeof(bytes)},
		object_len, &head, &err);
}

static void
limits_hold(void **state)
{
	static const struct {
		size_t at, each;
		uint32_t max;
	} counts[] = {
		{116, SNAPSHOT_PACK_LEN, SNAPSHOT_PACKS_MAX},
		{120, SNAPSHOT_BLOCK_LEN, SNAPSHOT_BLOCKS_MAX},
		{124, SNAPSHOT_ENTRY_LEN, SNAPSHOT_ENTRIES_MAX},
		{128, 1, SNAPSHOT_INLINE_MAX},
	};

	for (size_t i = 0; i < 4; i++) {
		uint32_t max = counts[i].max;
		uint64_t len = SNAPSHOT_HEAD_LEN + max * counts[i].each;

		assert_int_equal(parse_head(counts[i].at, max, len), GS_OK);
		assert_int_equal(
			parse_head(counts[i].at, max + 1, len + counts[i].each),
			GS_TOOBIG);
		assert_int_equal(
			parse_head(counts[i].at, UINT32_MAX, len), GS_TOOBIG);
	}
}

static void
another_version_is_refused(void **state)
{
	assert_int_equal(parse_head(8, 1, SNAPSHOT_HEAD_LEN), GS_OK);
	assert_int_equal(parse_head(8, 2, SNAPSHOT_HEAD_LEN), GS_BAD);
	assert_int_equal(parse_head(8, 0, SNAPSHOT_HEAD_LEN), GS_BAD);
	assert_int_equal(parse_head(8, 0x10001, SNAPSHOT_HEAD_LEN), GS_BAD);
}

static void
keys_sort_behind_entries(void **state)
{
	char text[KEY_MAX];
	struct buf key = BUF_OVER(text);

	pack_key(&key, &scope);
	assert_string_equal(buf_cstr(&key), "gocache-s3/1/packs/"
					    "5f161c9149882e0e10124bc5dd5c11f0"
					    "fbe8ec452edd52bcec76b01e9252cb33");
	buf_clear(&key);
	pack_snapshot_key(&key, &scope);
	assert_true(view_starts(
		buf_view(&key), VIEW("gocache-s3/1/snapshots/5f16")));
	assert_true(text[0] > 'f');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_snapshot_is_read),
		cmocka_unit_test(the_family_is_as_good_a_key),
		cmocka_unit_test(a_snapshot_is_written),
		cmocka_unit_test(pack_and_blocks_are_what_it_says),
		cmocka_unit_test(each_flipped_bit_is_noticed),
		cmocka_unit_test(each_truncation_is_noticed),
		cmocka_unit_test(impossible_tables_are_refused),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(another_version_is_refused),
		cmocka_unit_test(keys_sort_behind_entries),
	};

	return cmocka_run_group_tests_name(
		"snapshot", tests, set_up, tear_down);
}
