/*
 * What is fetched ahead, over a bucket in memory that holds a snapshot and its
 * packs, into a cache directory. Include after cmocka.h.
 */
#ifndef TESTS_AHEAD_FIXTURE_H
#define TESTS_AHEAD_FIXTURE_H

#include "mirror/ahead_private.h"

#include "cachedir_fixture.h"
#include "fake_bucket.h"
#include "flights.h"
#include "temporaries.h"

enum { ANSWERS_MAX = PENDING_GETS_MAX + 16 };

/* The answers, and what they were when. */
static struct {
	pthread_mutex_t lock; /* guards what follows */
	size_t count;
	struct id action[ANSWERS_MAX];
	bool found[ANSWERS_MAX];
} answers = {.lock = PTHREAD_MUTEX_INITIALIZER};

static struct flight_sample *sample;
static struct remote remote = {.with.dir = &dir};
static struct ahead *ahead;

static inline void
note_answer(void *ctx, const struct id *action, bool found)
{
	struct entry e;

	assert_ptr_equal(ctx, &answers);
	assert_true(!found || cachedir_get(&dir, action, &e));
	pthread_mutex_lock(&answers.lock);
	assert_true(answers.count < ANSWERS_MAX);
	answers.action[answers.count] = *action;
	answers.found[answers.count++] = found;
	pthread_mutex_unlock(&answers.lock);
}

/* How often an action was answered so. */
static inline size_t
count_answers(const struct id *action, bool found)
{
	size_t count = 0;

	pthread_mutex_lock(&answers.lock);
	for (size_t i = 0; i < answers.count; i++) {
		count += answers.found[i] == found &&
			 id_eq(&answers.action[i], action);
	}
	pthread_mutex_unlock(&answers.lock);
	return count;
}

static inline void
put_under(struct id id, void key(struct buf *, const struct id *),
	const char *bytes, size_t len)
{
	char text[BUCKET_KEY_MAX];
	struct buf out = BUF_OVER(text);

	key(&out, &id);
	bucket_put(buf_cstr(&out), bytes, len);
}

/* Fills the bucket with the sample. */
static inline void
fill_bucket(void)
{
	bucket_clear();
	put_under(sample->head.scope, pack_snapshot_key, sample->bytes,
		sample->len);
	for (uint32_t i = 0; i < sample->head.packs; i++) {
		put_under(sample->pack[i].id, pack_key, sample->pack_bytes[i],
			(size_t)sample->pack[i].size);
	}
}

/* Fills the bucket with what a last run left. */
static inline void
leave(uint32_t packs, const struct flight_block *blocks, size_t count)
{
	sample = flights_make(packs, blocks, count);
	fill_bucket();
}

/* Of the bucket: the snapshot, or the i-th pack. */
static inline struct bucket_object *
the_snapshot(void)
{
	return &bucket.object[0];
}

static inline struct bucket_object *
the_pack(size_t i)
{
	return &bucket.object[1 + i];
}

static inline void
take_off(uint64_t budget)
{
	const struct ahead_setup with = {
		.remote = &remote,
		.dir = &dir,
		.scope = packs_action(1),
		.family = packs_action(2),
		.budget = budget,
		.ctx = &answers,
		.answer = note_answer,
	};

	answers.count = 0;
	ahead = ahead_start(&with);
	assert_non_null(ahead);
}

static inline bool
is_over(void)
{
	return !ahead_is_at_work(ahead) && past_is_over(ahead_past(ahead));
}

/* Until nobody is at work any longer. */
static inline void
await_landing(void)
{
	for (int i = 0; i < BUCKET_SOON_MS && !is_over(); i++) {
		usleep(1000);
	}
	assert_true(is_over());
}

/* When all is over; leaves sample and directory as they are. */
static inline void
leave_flight(void)
{
	await_landing();
	assert_false(ahead_is_awaited(ahead));
	for (size_t i = 0; i < PAST_REQUESTS; i++) {
		free(ahead->past.request[i].bytes);
		free(ahead->past.request[i].slot);
	}
	free(ahead->block);
	free(ahead->slot);
	free(ahead->spoilt);
	free(ahead);
}

static inline void
end_flight(void)
{
	leave_flight();
	assert_int_equal(count_temporary(&dir), 0);
	flights_free(sample);
	bucket_clear();
}

static inline bool
take(unsigned n)
{
	struct id action = packs_action(n);

	return ahead_take(ahead, &action);
}

/* Until the get has its answer. */
static inline void
assert_answered(unsigned n, bool found)
{
	struct id action = packs_action(n);

	for (int i = 0; i < BUCKET_SOON_MS; i++) {
		if (count_answers(&action, true) +
				count_answers(&action, false) >
			0) {
			break;
		}
		usleep(1000);
	}
	assert_int_equal(count_answers(&action, found), 1);
	assert_int_equal(count_answers(&action, !found), 0);
}

static inline bool
is_there(const struct flight_block *b, unsigned n)
{
	struct block_entry e = flights_entry(b, n);
	const struct entry wanted = {e.action, e.output, e.size, e.time_ns};

	return hits(&wanted);
}

/* Removes the entries of a block. */
static inline void
forget_block(const struct flight_block *b)
{
	for (unsigned n = b->first; n < b->first + b->count; n++) {
		struct block_entry e = flights_entry(b, n);
		char name[ENTRY_NAME_MAX];

		entry_action_name(&e.action, name);
		unlinkat(dir.dir, name, 0);
		entry_output_name(&e.output, name);
		unlinkat(dir.dir, name, 0);
	}
}

/* Whether all entries of a block are, or none. */
static inline void
assert_block(const struct flight_block *b, bool there)
{
	for (unsigned i = 0; i < b->count; i++) {
		assert_int_equal(is_there(b, b->first + i), there);
	}
}

#endif
