/*
 * A packer over a cache directory of its own and a bucket in memory, and what a
 * reader finds there. Include first.
 */
#ifndef TESTS_UNIT_PACKER_FIXTURE_H
#define TESTS_UNIT_PACKER_FIXTURE_H

#include "cachedir_fixture.h"

#include "base/le.h"
#include "mirror/packer.h"
#include "mirror/packs.h"
#include "pack/pack.h"
#include "packs.h"

#include <stdatomic.h>

enum { OBJECTS_MAX = 64, FOUND_MAX = 4096, RUNS_MAX = 100, WAIT_MS = 60000 };

/* --- the bucket ------------------------------------------------------------ */

struct object {
	char key[128];
	char *bytes;
	size_t len;
};

static struct bucket {
	pthread_mutex_t lock; /* guards what follows */
	struct object object[OBJECTS_MAX];
	size_t count;
	unsigned writes;
	const char *refuse; /* keys that begin with this, */
	unsigned refusals;  /* so many times */
} bucket = {.lock = PTHREAD_MUTEX_INITIALIZER};

static atomic_uint said;

#define PACKS "gocache-s3/1/packs/"
#define SNAPSHOTS "gocache-s3/1/snapshots/"

void
remote_say(struct remote *r, enum remote_topic topic, enum log_level level,
	const struct gs_err *err)
{
	atomic_fetch_add(&said, 1);
}

static inline struct object *
find_object(struct view key)
{
	for (size_t i = 0; i < bucket.count; i++) {
		if (view_eq(view_of(bucket.object[i].key), key)) {
			return &bucket.object[i];
		}
	}
	return NULL;
}

static inline struct object *
must_find(struct view key)
{
	struct object *o = find_object(key);

	if (!o) {
		fail_msg("not stored: %.*s", (int)key.n, key.p);
		abort();
	}
	return o;
}

static inline void
keep_object(struct view key, char *bytes, size_t len)
{
	struct object *o = find_object(key);

	if (!o) {
		assert_true(bucket.count < OBJECTS_MAX);
		o = &bucket.object[bucket.count++];
		memcpy(o->key, key.p, key.n);
		o->key[key.n] = '\0';
	}
	free(o->bytes);
	o->bytes = bytes;
	o->len = len;
}

static inline bool
is_refused(struct view key)
{
	if (!bucket.refuse || bucket.refusals == 0 ||
		!view_starts(key, view_of(bucket.refuse))) {
		return false;
	}
	bucket.refusals--;
	return true;
}

/* As the real one, it reads fd from its beginning, by its own offset. */
enum remote_result
remote_write(struct remote *r, struct view key, int fd, uint64_t size,
	const struct id *digest)
{
	char *bytes = malloc((size_t)size + 1);
	struct id is;

	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	for (uint64_t at = 0; at < size;) {
		size_t left = (size_t)(size - at);
		ssize_t n = read(fd, bytes + at, left < 4096 ? left : 4096);

		assert_true(n > 0);
		at += (uint64_t)n;
	}
	sha256_of((struct view){bytes, (size_t)size}, &is);
	assert_true(id_eq(&is, digest));
	pthread_mutex_lock(&bucket.lock);
	bucket.writes++;
	bool refused = is_refused(key);

	if (refused) {
		free(bytes);
	} else {
		keep_object(key, bytes, (size_t)size);
	}
	pthread_mutex_unlock(&bucket.lock);
	return refused ? REMOTE_FAILED : REMOTE_DONE;
}

static inline unsigned
count_objects(const char *prefix)
{
	unsigned n = 0;

	for (size_t i = 0; i < bucket.count; i++) {
		n += view_starts(
			view_of(bucket.object[i].key), view_of(prefix));
	}
	return n;
}

/* --- the last run ---------------------------------------------------------- */

#define NOTHING_SPOILT (SNAPSHOT_INLINE - 1)

static struct past past;
static unsigned char *past_table; /* where its snapshot lies */
static atomic_int past_state;
static struct id scope, family;

enum past_state
past_wait(struct past *p, uint64_t deadline_ms)
{
	while (past_state == PAST_COMING && clock_mono_ms() < deadline_ms) {
		usleep(1000);
	}
	return (enum past_state)past_state;
}

static struct ahead *const flight = (struct ahead *)&past; /* opaque */
static uint32_t spoilt; /* a pack, or SNAPSHOT_INLINE, or NOTHING_SPOILT */

struct past *
ahead_past(struct ahead *a)
{
	return &past;
}

bool
ahead_is_spoilt(struct ahead *a, uint32_t pack)
{
	return pack == spoilt;
}

static inline struct object *
stored_snapshot(const struct id *id)
{
	char storage[128];
	struct buf key = BUF_OVER(storage);

	pack_snapshot_key(&key, id);
	return must_find(buf_view(&key));
}

/* Reads what is stored under this id, as the reader of the next run. */
static inline void
parse_stored(const struct id *id, struct snapshot *s)
{
	const struct object *o = stored_snapshot(id);
	struct snapshot_head head;
	struct gs_err err = {0};

	assert_int_equal(snapshot_head_parse((struct view){o->bytes, o->len},
				 o->len, &head, &err),
		GS_OK);
	assert_int_equal(snapshot_parse((struct view){o->bytes,
						snapshot_table_len(&head)},
				 o->len, id, SHA256_PORTABLE, s, &err),
		GS_OK);
}

/* What is stored is what the next run finds. A copy, since it will be
 * overwritten. */
static inline void
remember_past(void)
{
	static struct object last;
	static uint32_t slot[1 << 15];
	const struct object *o = stored_snapshot(&scope);
	struct snapshot s;

	parse_stored(&scope, &s);
	free(last.bytes);
	last = *o;
	last.bytes = malloc(o->len);
	memcpy(last.bytes, o->bytes, o->len);
	past_table = (unsigned char *)last.bytes + SNAPSHOT_HEAD_LEN;
	s.table = past_table;
	past.snapshot = s;
	assert_true(index_slots(s.head.entries) <= 1 << 15);
	snapshot_index(&past.snapshot, &past.known, slot);
	past.inline_blocks =
		(unsigned char *)last.bytes + snapshot_table_len(&s.head);
	past.adopts = false;
	past_state = PAST_WHOLE;
}

/* All of it was written so long ago. */
static inline void
age_past(int64_t seconds)
{
	past.snapshot.head.created -= seconds;
	for (size_t i = 0; i < past.snapshot.head.packs; i++) {
		struct snapshot_pack pack = snapshot_pack_at(&past.snapshot, i);

		le_put64(past_table + i * SNAPSHOT_PACK_LEN + ID_LEN + 8,
			(uint64_t)(pack.created - seconds));
	}
}

/* --- a run ----------------------------------------------------------------- */

static struct packer *packer;
static uint64_t keep_s;

static inline void
begin_run(void)
{
	static struct packer *kept[RUNS_MAX]; /* they stay */
	static size_t runs;
	const struct packer_setup with = {
		.dir = &dir,
		.ahead = flight,
		.scope = scope,
		.family = family,
		.keep_s = keep_s,
	};

	assert_true(runs < RUNS_MAX);
	packer = kept[runs++] = packer_start(&with);
	assert_non_null(packer);
	bucket.writes = 0;
}

static inline void
end_run(void)
{
	packer_finish(packer);
	assert_true(packer_wait(packer, clock_mono_ms() + WAIT_MS));
}

/* An entry with that body, in the cache directory. */
static inline struct entry
put_entry(unsigned n, const char *body, size_t size)
{
	struct entry e = {.action = packs_action(n),
		.size = size,
		.time_ns = 1000000007LL * n};
	struct cachedir_body to;
	struct gs_err err = {0};

	sha256_of((struct view){body, size}, &e.output);
	assert_int_equal(
		cachedir_body_begin(&dir, &to, &e.output, &err), GS_OK);
	assert_int_equal(
		cachedir_body_add(&to, (struct view){body, size}, &err), GS_OK);
	assert_int_equal(cachedir_body_commit(&dir, &to, size, &err), GS_OK);
	assert_int_equal(cachedir_put(&dir, &e, &err), GS_OK);
	return e;
}

/* Entry n, with a body of that size. */
static inline struct entry
new_entry(unsigned n, size_t size)
{
	char *body = calloc(1, size + 1);

	packs_body(n, body, size);
	struct entry e = put_entry(n, body, size);

	free(body);
	return e;
}

/* The same, with a body that cannot be compressed. */
static inline struct entry
new_noise(unsigned n, size_t size)
{
	char *body = malloc(size + ID_LEN);

	for (size_t i = 0; i < size; i += ID_LEN) {
		struct id random =
			packs_action((unsigned)(10000000 + n * 200000 + i));

		memcpy(body + i, &random, ID_LEN);
	}
	struct entry e = put_entry(n, body, size);

	free(body);
	return e;
}

static inline struct entry
use_new(unsigned n, size_t size)
{
	struct entry e = new_entry(n, size);

	packer_use(packer, &e);
	return e;
}

/* Uses entries from..to-1, all of that size. */
static inline void
use_many(unsigned from, unsigned to, size_t size)
{
	for (unsigned n = from; n < to; n++) {
		use_new(n, size);
	}
}

/* --- a reader -------------------------------------------------------------- */

/* An entry that counts, as a block has it. */
struct found {
	struct block_entry e;
	size_t block;
	bool whole; /* its body is what the output says */
};

static struct reader {
	struct zblock_reader z;
	struct sha256 hash;
	struct found found[FOUND_MAX];
	size_t count;
	struct snapshot s;
} reader;

/* The bytes of a block. */
static inline struct view
packed_block(const struct object *o, const struct snapshot_block *b)
{
	size_t at = (size_t)b->offset;

	if (b->pack == SNAPSHOT_INLINE) {
		at += snapshot_table_len(&reader.s.head);
	} else {
		char storage[128];
		struct buf key = BUF_OVER(storage);
		struct snapshot_pack pack =
			snapshot_pack_at(&reader.s, b->pack);

		pack_key(&key, &pack.id);
		o = must_find(buf_view(&key));
		assert_int_equal(o->len, pack.size);
	}
	assert_true(at + b->packed_len <= o->len);
	return (struct view){o->bytes + at, b->packed_len};
}

/* An earlier entry of the block with the same output is as whole. */
static inline bool
is_whole(size_t first, const struct block_entry *e)
{
	struct id digest;

	if (e->size == 0 || reader.z.block.has_body) {
		sha256_final(&reader.hash, &digest);
		return id_eq(&digest, &e->output);
	}
	while (!id_eq(&reader.found[first].e.output, &e->output)) {
		first++;
	}
	return reader.found[first].whole;
}

static inline void
end_entry(size_t block, size_t first)
{
	struct snapshot_block b = snapshot_block_at(&reader.s, block);
	struct snapshot_entry s =
		snapshot_entry_at(&reader.s, b.first_entry + reader.z.block.at);
	struct found *f = &reader.found[reader.count++];

	assert_true(reader.count < FOUND_MAX);
	f->e = reader.z.block.entry[reader.z.block.at];
	f->block = block;
	f->whole = is_whole(first, &f->e);
	if (snapshot_is_void(&s)) {
		f->e.action = s.action;
	} else {
		assert_true(id_eq(&s.action, &f->e.action));
		assert_int_equal(s.tag, snapshot_tag(&f->e.output));
	}
}

static inline void
read_block(size_t i, struct view in)
{
	struct snapshot_block b = snapshot_block_at(&reader.s, i);
	const struct zblock_len len = {b.packed_len, b.raw_len, b.entries};
	enum block_event event = BLOCK_MORE;
	size_t first = reader.count;
	struct gs_err err = {0};
	struct view body;
	size_t used;

	assert_int_equal(zblock_reader_begin(&reader.z, &len, &err), GS_OK);
	while (event != BLOCK_END) {
		assert_int_equal(
			zblock_feed(&reader.z, in, &used, &event, &body, &err),
			GS_OK);
		in = view_skip(in, used);
		if (event == BLOCK_ENTRY) {
			sha256_init(&reader.hash, SHA256_PORTABLE);
		} else if (event == BLOCK_BODY) {
			sha256_update(&reader.hash, body);
		} else if (event == BLOCK_ENTRY_END) {
			end_entry(i, first);
		}
	}
	assert_int_equal(in.n, 0);
}

/* Reads all that the stored snapshot names; what does not count is left out. */
static inline void
read_back(void)
{
	size_t kept = 0;

	zblock_reader_init(&reader.z);
	reader.count = 0;
	parse_stored(&scope, &reader.s);
	for (size_t i = 0; i < reader.s.head.blocks; i++) {
		struct snapshot_block b = snapshot_block_at(&reader.s, i);

		read_block(i, packed_block(stored_snapshot(&scope), &b));
	}
	for (size_t i = 0; i < reader.count; i++) {
		struct snapshot_entry s = {.action = reader.found[i].e.action};

		if (!snapshot_is_void(&s)) {
			assert_true(reader.found[i].whole);
			reader.found[kept++] = reader.found[i];
		}
	}
	reader.count = kept;
}

/* The place of an entry among what was read, or -1. */
static inline int
place_of_entry(const struct entry *e)
{
	for (size_t i = 0; i < reader.count; i++) {
		const struct block_entry *b = &reader.found[i].e;

		if (id_eq(&b->action, &e->action) &&
			id_eq(&b->output, &e->output) && b->size == e->size &&
			b->time_ns == e->time_ns) {
			return (int)i;
		}
	}
	return -1;
}

/* --- each test ------------------------------------------------------------- */

static inline int
set_up_run(void **state)
{
	scope = packs_action(9001);
	family = packs_action(9002);
	past = (struct past){.adopts = false};
	past_state = PAST_NONE;
	spoilt = NOTHING_SPOILT;
	keep_s = 0;
	said = 0;
	bucket.refuse = NULL;
	begin_run();
	return 0;
}

static inline int
tear_down_run(void **state)
{
	for (size_t i = 0; i < bucket.count; i++) {
		free(bucket.object[i].bytes);
	}
	memset(bucket.object, 0, sizeof(bucket.object));
	bucket.count = 0;
	return 0;
}

#define RUN_TEST(name)                                                         \
	cmocka_unit_test_setup_teardown(name, set_up_run, tear_down_run)

#endif
