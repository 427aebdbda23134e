/* Snapshots that are not what they should be: none is believed, none does harm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "past_fixture.h"

#include "base/le.h"

/* The scope's key holds this and nothing else does. */
static enum past_state
state_of(const void *bytes, size_t len)
{
	put(1, bytes, len);
	start();
	return finish();
}

static char *
copy_of_sample(void)
{
	char *copy = malloc(sample->len);

	memcpy(copy, sample->bytes, sample->len);
	return copy;
}

static void
assert_refused(const void *bytes, size_t len)
{
	assert_int_equal(state_of(bytes, len), PAST_NONE);
	end();
	assert_null(past.chosen);
}

static void
one_line_with_v_tells_of_a_damaged_one(void **state)
{
	assert_int_equal(state_of("GCS3SNAP", 8), PAST_NONE);
	while (!past_is_over(&past)) {
		usleep(1000);
	}
	assert_int_equal(bucket.said, 1);
	assert_int_equal(bucket.level, LOG_INFO);
	assert_string_equal(bucket.text, "snapshot: not all of it");
	end();
}

static void
no_length_but_its_own_will_do(void **state)
{
	char *more = calloc(1, sample->len + 1);

	memcpy(more, sample->bytes, sample->len);
	for (size_t len = 0; len < sample->len; len++) {
		assert_refused(sample->bytes, len);
	}
	assert_refused(more, sample->len + 1);
	free(more);
}

/* The inline blocks have no part in its hash: landing looks after them. */
static void
no_bit_of_its_tables_can_change(void **state)
{
	char *bytes = copy_of_sample();

	for (size_t bit = 0; bit < 8 * sample->table_len; bit++) {
		bytes[bit / 8] ^= (char)(1 << bit % 8);
		assert_refused(bytes, sample->len);
		bytes[bit / 8] ^= (char)(1 << bit % 8);
	}
	assert_int_equal(state_of(bytes, sample->len), PAST_WHOLE);
	end();
	free(bytes);
}

static void
random_bytes_are_refused(void **state)
{
	char *bytes = malloc(sample->len);
	uint32_t random = 7;

	for (int i = 0; i < 100; i++) {
		for (size_t at = 0; at < sample->len; at++) {
			random = random * 1664525 + 1013904223;
			bytes[at] = (char)(random >> 24);
		}
		assert_refused(bytes, sample->len);
		memcpy(bytes, "GCS3SNAP\1\0\0\0", 12);
		assert_refused(bytes, sample->len);
	}
	free(bytes);
}

/* As if it was sealed like that. */
static void
assert_sealed_is_refused(void)
{
	char *bytes;

	flights_seal(sample);
	bytes = copy_of_sample();
	assert_refused(bytes, sample->len);
	free(bytes);
}

static void
another_scopes_is_refused(void **state)
{
	struct id scope = sample->head.scope;

	sample->head.scope = packs_action(3);
	assert_sealed_is_refused();
	sample->head.scope = scope;
	flights_seal(sample);
}

static void
another_versions_is_refused(void **state)
{
	char *bytes = copy_of_sample();

	bytes[8] = 2;
	assert_refused(bytes, sample->len);
	free(bytes);
}

static void
an_empty_one_is_none(void **state)
{
	struct snapshot_head head = sample->head;

	sample->head.packs = sample->head.blocks = sample->head.entries = 0;
	sample->head.inline_len = 0;
	assert_sealed_is_refused();
	sample->head = head;
	flights_seal(sample);
}

/* A head that announces so many packs, blocks, entries and inline bytes. */
static void
announce(char *bytes, uint32_t packs, uint32_t blocks_, uint32_t entries,
	uint32_t inline_len)
{
	unsigned char *count =
		(unsigned char *)bytes + SNAPSHOT_HEAD_LEN - 4 * sizeof(packs);

	le_put32(count, packs);
	le_put32(count + 4, blocks_);
	le_put32(count + 8, entries);
	le_put32(count + 12, inline_len);
}

static void
more_than_the_limits_is_refused_before_it_is_read(void **state)
{
	static const struct {
		uint32_t packs, blocks, entries, inline_len;
	} beyond[] = {
		{SNAPSHOT_PACKS_MAX + 1, 1, 1, 1},
		{1, SNAPSHOT_BLOCKS_MAX + 1, 1, 1},
		{1, 1, SNAPSHOT_ENTRIES_MAX + 1, 1},
		{1, 1, 1, SNAPSHOT_INLINE_MAX + 1},
	};

	char *bytes = copy_of_sample();

	for (size_t i = 0; i < sizeof(beyond) / sizeof(*beyond); i++) {
		struct snapshot_head h = {
			.packs = beyond[i].packs,
			.blocks = beyond[i].blocks,
			.entries = beyond[i].entries,
		};

		announce(bytes, h.packs, h.blocks, h.entries,
			beyond[i].inline_len);
		struct bucket_object *o = put(1, bytes, sample->len);

		o->announced = snapshot_table_len(&h) + beyond[i].inline_len;
		start();
		assert_int_equal(finish(), PAST_NONE);
		assert_null(past.request[0].bytes);
		end();
	}
	free(bytes);
}

/* At the limits there is memory, and what does not follow is not waited for. */
static void
the_limits_themselves_are_not_beyond(void **state)
{
	const struct snapshot_head h = {
		.packs = SNAPSHOT_PACKS_MAX,
		.blocks = SNAPSHOT_BLOCKS_MAX,
		.entries = SNAPSHOT_ENTRIES_MAX,
	};
	char *bytes = copy_of_sample();

	announce(bytes, h.packs, h.blocks, h.entries, SNAPSHOT_INLINE_MAX);
	struct bucket_object *o = put(1, bytes, sample->len);

	o->announced = snapshot_table_len(&h) + SNAPSHOT_INLINE_MAX;
	o->held = SNAPSHOT_HEAD_LEN + 1;
	start();
	bucket_await(1);
	assert_int_equal(past.request[0].total, SNAPSHOT_BYTES_MAX);
	bucket_release(o);
	assert_int_equal(finish(), PAST_UNREAD);
	end();
	free(bytes);
}

static void
ten_gigabytes_are_not_waited_for(void **state)
{
	struct bucket_object *o = put(1, sample->bytes, sample->len);

	o->announced = 10000000000;
	start();
	assert_int_equal(finish(), PAST_NONE);
	assert_true(past_bytes(&past) <= sample->len);
	end();
}

/* One that loses while most of it is still to come is not read to its end. */
static void
a_long_one_that_loses_is_broken_off(void **state)
{
	const struct snapshot_head h = {
		.packs = 1, .blocks = 3, .entries = 30000};
	size_t len = snapshot_table_len(&h);
	char *bytes = calloc(1, len);

	memcpy(bytes, sample->bytes, SNAPSHOT_HEAD_LEN);
	announce(bytes, h.packs, h.blocks, h.entries, 0);
	struct bucket_object *family = put(2, bytes, len);
	struct bucket_object *own = put_sample(1);

	own->held = family->held = SNAPSHOT_HEAD_LEN + 1;
	bucket.piece = 1024;
	start();
	bucket_await(2);
	bucket_release(own);
	assert_int_equal(finish(), PAST_WHOLE);
	bucket_release(family);
	end();
	assert_true(past_bytes(&past) < sample->len + 3 * 1024);
	free(bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_line_with_v_tells_of_a_damaged_one),
		cmocka_unit_test(no_length_but_its_own_will_do),
		cmocka_unit_test(no_bit_of_its_tables_can_change),
		cmocka_unit_test(random_bytes_are_refused),
		cmocka_unit_test(another_scopes_is_refused),
		cmocka_unit_test(another_versions_is_refused),
		cmocka_unit_test(an_empty_one_is_none),
		cmocka_unit_test(
			more_than_the_limits_is_refused_before_it_is_read),
		cmocka_unit_test(the_limits_themselves_are_not_beyond),
		cmocka_unit_test(ten_gigabytes_are_not_waited_for),
		cmocka_unit_test(a_long_one_that_loses_is_broken_off),
	};

	bucket_clear();
	return cmocka_run_group_tests_name(
		"past_hostile", tests, set_up, tear_down);
}
