/*
 * What a packer has to do with, instead of a remote and a flight ahead: a bucket
 * in memory, and what the last run left. Include after cmocka.h.
 */
#ifndef TESTS_UNIT_PACKER_BUCKET_H
#define TESTS_UNIT_PACKER_BUCKET_H

#include "base/le.h"
#include "mirror/ahead.h"
#include "os/clock.h"
#include "pack/pack.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OBJECTS_MAX = 64 };

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
	int snapshot_fd;    /* of the last snapshot */
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
	if (view_starts(key, VIEW(SNAPSHOTS))) {
		/* each of the two has an offset of its own */
		assert_int_not_equal(fd, bucket.snapshot_fd);
		bucket.snapshot_fd = fd;
	}
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

#endif
