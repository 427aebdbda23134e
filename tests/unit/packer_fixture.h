/*
 * A packer over a cache directory of its own and a bucket in memory, and what a
 * reader finds there. Include first.
 */
#ifndef TESTS_UNIT_PACKER_FIXTURE_H
#define TESTS_UNIT_PACKER_FIXTURE_H

#include "cachedir_fixture.h"

#include "mirror/packer.h"
#include "mirror/packs.h"
#include "packer_bucket.h"
#include "packer_reader.h"
#include "packs.h"

enum {
	RUNS_MAX = 100,
	WAIT_MS = 60000,
	LARGE = PLAN_INLINE_BLOCK_BYTES, /* worth a pack */
};

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
	bucket.snapshot_fd = -1;
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
