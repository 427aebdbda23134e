/*
 * The past over a bucket in memory that holds a snapshot of three blocks, or
 * something else. Include after cmocka.h.
 */
#ifndef TESTS_PAST_FIXTURE_H
#define TESTS_PAST_FIXTURE_H

#include "mirror/past.h"

#include "fake_bucket.h"
#include "flights.h"

#include <unistd.h>

static struct flight_sample *sample;
static struct cachedir dir = {.dir = -1};
static struct remote remote = {.with.dir = &dir};
static struct past past;

static const struct flight_block blocks[] = {
	{SNAPSHOT_INLINE, 10, 3, 20, 0},
	{0, 20, 2, 500, 0},
	{SNAPSHOT_INLINE, 30, 2, 30, 0},
};

static inline int
set_up(void **state)
{
	sample = flights_make(1, blocks, 3);
	return 0;
}

static inline int
tear_down(void **state)
{
	flights_free(sample);
	return 0;
}

static inline const char *
key_of(unsigned n)
{
	static char key[BUCKET_KEY_MAX];
	struct buf out = BUF_OVER(key);
	struct id id = packs_action(n);

	pack_snapshot_key(&out, &id);
	return buf_cstr(&out);
}

/* An object under the scope's key (1) or the family's (2). */
static inline struct bucket_object *
put(unsigned n, const void *bytes, size_t len)
{
	return bucket_put(key_of(n), bytes, len);
}

static inline struct bucket_object *
put_sample(unsigned n)
{
	return put(n, sample->bytes, sample->len);
}

static inline void
start(void)
{
	struct id scope = packs_action(1), family = packs_action(2);

	past_start(&past, &remote, &scope, &family);
}

static inline enum past_state
finish(void)
{
	return past_wait(&past, clock_mono_ms() + BUCKET_SOON_MS);
}

/* Until both requests have ended; then frees everything. */
static inline void
end(void)
{
	for (int i = 0; i < BUCKET_SOON_MS && !past_is_over(&past); i++) {
		usleep(1000);
	}
	assert_true(past_is_over(&past));
	for (size_t i = 0; i < PAST_REQUESTS; i++) {
		assert_true(!past.request[i].bytes ||
			    past.chosen == &past.request[i]);
		free(past.request[i].bytes);
		free(past.request[i].slot);
	}
	bucket_clear();
}

#endif
