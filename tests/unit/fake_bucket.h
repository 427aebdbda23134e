/*
 * A bucket in memory in the place of mirror/remote.c and part.c: it serves
 * objects by range, in pieces, and can be made to hold back or break off.
 * Include after cmocka.h.
 */
#ifndef TESTS_FAKE_BUCKET_H
#define TESTS_FAKE_BUCKET_H

#include "mirror/remote.h"
#include "os/clock.h"
#include "os/thread.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	BUCKET_OBJECTS_MAX = 16,
	BUCKET_READS_MAX = 256,
	BUCKET_KEY_MAX = 128,
	BUCKET_SOON_MS = 20000,
};

struct bucket_read {
	char key[BUCKET_KEY_MAX];
	uint64_t offset, len;
};

struct bucket_object {
	char key[BUCKET_KEY_MAX];
	char *bytes;
	size_t len;
	uint64_t announced; /* its length, as the store tells it */
	/* Requests wait before byte held; those that end with byte cut break off
	 * there, as often as cuts says. */
	size_t held, cut;
	unsigned cuts;
	size_t most;    /* no answer has more bytes before it breaks off */
	size_t waiting; /* requests that are held back */
};

static struct {
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t changed;
	size_t objects, reads, connects, said, waiting, shared;
	size_t shared_late; /* go could see these before */
	size_t piece;       /* the most that is given at a time */
	unsigned slow_ms;   /* before a request is sent: keys, connections */
	struct bucket_object object[BUCKET_OBJECTS_MAX];
	struct bucket_read read[BUCKET_READS_MAX];
	enum log_level level;
	char text[GS_ERR_TEXT_MAX]; /* the last line */
} bucket = {.lock = PTHREAD_MUTEX_INITIALIZER};

static inline void
bucket_clear(void)
{
	thread_cond_init(&bucket.changed);
	for (size_t i = 0; i < bucket.objects; i++) {
		free(bucket.object[i].bytes);
	}
	bucket.objects = bucket.reads = bucket.connects = bucket.said = 0;
	bucket.shared = bucket.shared_late = 0;
	bucket.piece = SIZE_MAX;
	bucket.slow_ms = 0;
}

/* Keeps a copy. */
static inline struct bucket_object *
bucket_put(const char *key, const void *bytes, size_t len)
{
	struct bucket_object *o = &bucket.object[bucket.objects++];

	assert_true(bucket.objects <= BUCKET_OBJECTS_MAX);
	*o = (struct bucket_object){.len = len,
		.announced = len,
		.held = SIZE_MAX,
		.cut = SIZE_MAX,
		.most = SIZE_MAX,
		.bytes = malloc(len + 1)};
	memcpy(o->bytes, bytes, len);
	strncpy(o->key, key, sizeof(o->key) - 1);
	return o;
}

static inline struct bucket_object *
bucket_find(struct view key)
{
	for (size_t i = 0; i < bucket.objects; i++) {
		if (view_eq(view_of(bucket.object[i].key), key)) {
			return &bucket.object[i];
		}
	}
	return NULL;
}

static inline void
bucket_remove(struct bucket_object *o)
{
	o->key[0] = '\0';
}

/* Lets requests go on that wait. */
static inline void
bucket_release(struct bucket_object *o)
{
	pthread_mutex_lock(&bucket.lock);
	o->held = SIZE_MAX;
	bucket.waiting -= o->waiting;
	o->waiting = 0;
	pthread_cond_broadcast(&bucket.changed);
	pthread_mutex_unlock(&bucket.lock);
}

/* Until so many requests are held back. */
static inline void
bucket_await(size_t waiting)
{
	uint64_t deadline = clock_mono_ms() + BUCKET_SOON_MS;
	bool in_time = true;

	pthread_mutex_lock(&bucket.lock);
	while (bucket.waiting < waiting && in_time) {
		in_time = thread_wait_until(
			&bucket.changed, &bucket.lock, deadline);
	}
	pthread_mutex_unlock(&bucket.lock);
	assert_true(in_time);
}

/* Requests so far, for keys with that text in them. */
static inline size_t
bucket_count(const char *part)
{
	size_t count = 0;

	pthread_mutex_lock(&bucket.lock);
	for (size_t i = 0; i < bucket.reads; i++) {
		count += strstr(bucket.read[i].key, part) != NULL;
	}
	pthread_mutex_unlock(&bucket.lock);
	return count;
}

/* Whether a request began there. */
static inline bool
bucket_has_read(uint64_t offset)
{
	size_t i = 0;

	pthread_mutex_lock(&bucket.lock);
	while (i < bucket.reads && bucket.read[i].offset != offset) {
		i++;
	}
	bool has = i < bucket.reads;

	pthread_mutex_unlock(&bucket.lock);
	return has;
}

static inline void
bucket_note(const struct remote_part *part)
{
	struct bucket_read *r = &bucket.read[bucket.reads++];

	assert_true(bucket.reads <= BUCKET_READS_MAX);
	memset(r, 0, sizeof(*r));
	memcpy(r->key, part->key.p, part->key.n);
	r->offset = part->offset;
	r->len = part->len;
}

/* How much can be given from `at` on; waits before what is held back. Under the
 * lock. */
static inline size_t
bucket_next(struct bucket_object *o, size_t at, size_t end)
{
	if (at >= o->held) {
		bucket.waiting++;
		o->waiting++;
		pthread_cond_broadcast(&bucket.changed);
	}
	while (at >= o->held) {
		pthread_cond_wait(&bucket.changed, &bucket.lock);
	}
	end = end < o->held ? end : o->held;
	end = end < o->cut ? end : o->cut;
	return end - at < bucket.piece ? end - at : bucket.piece;
}

/* One attempt; GS_TIMEOUT if it breaks off. Under the lock. */
static inline enum gs_code
bucket_serve(struct bucket_object *o, struct remote_part *part)
{
	size_t at = (size_t)part->offset;
	size_t end = part->len > 0 ? at + (size_t)part->len : o->len;
	size_t left = o->most;
	struct gs_err err;

	while (at < end && at < o->len) {
		size_t n = bucket_next(o, at, end < o->len ? end : o->len);

		if (left == 0) {
			return GS_TIMEOUT;
		}
		n = n < left ? n : left;
		struct view bytes = {o->bytes + at, n};

		if (n == 0 && o->cuts-- > 0) {
			o->cut = o->cuts > 0 ? o->cut : SIZE_MAX;
			return GS_TIMEOUT;
		}
		pthread_mutex_unlock(&bucket.lock);
		enum gs_code code =
			part->take(part->ctx, o->announced, bytes, &err);

		pthread_mutex_lock(&bucket.lock);
		if (code != GS_OK) {
			assert_int_equal(code, GS_CLOSED);
			return code;
		}
		at += n;
		left -= n;
	}
	return at < end || o->len < o->announced ? GS_CLOSED : GS_OK;
}

/* --- mirror/remote.h ---------------------------------------------------------- */

enum remote_result
remote_read(struct remote *r, struct remote_part *part)
{
	enum gs_code code = GS_TIMEOUT;

	pthread_mutex_lock(&bucket.lock);
	for (int i = 0; i < 2 && code == GS_TIMEOUT; i++) {
		pthread_mutex_unlock(&bucket.lock);
		usleep(bucket.slow_ms * 1000);
		bool wanted = part->begin(part->ctx, part);

		pthread_mutex_lock(&bucket.lock);
		struct bucket_object *o = bucket_find(part->key);

		code = GS_CLOSED;
		if (wanted) {
			bucket_note(part);
		}
		if (wanted && !o) {
			code = GS_BAD;
		} else if (wanted) {
			code = bucket_serve(o, part);
		}
	}
	pthread_mutex_unlock(&bucket.lock);
	return code == GS_OK    ? REMOTE_DONE
	       : code == GS_BAD ? REMOTE_ABSENT
				: REMOTE_FAILED;
}

void
remote_connect(struct remote *r)
{
	pthread_mutex_lock(&bucket.lock);
	bucket.connects++;
	pthread_mutex_unlock(&bucket.lock);
}

void
remote_set_shared(struct remote *r, const struct entry *e)
{
	pthread_mutex_lock(&bucket.lock);
	bucket.shared++;
	bucket.shared_late += cachedir_has_action(r->with.dir, &e->action);
	pthread_mutex_unlock(&bucket.lock);
}

void
remote_say(struct remote *r, enum remote_topic topic, enum log_level level,
	const struct gs_err *err)
{
	pthread_mutex_lock(&bucket.lock);
	bucket.said++;
	bucket.level = level;
	memcpy(bucket.text, err->text, sizeof(bucket.text));
	pthread_mutex_unlock(&bucket.lock);
}

#endif
