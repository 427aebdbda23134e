/* Snapshots of a bucket in memory, whole and otherwise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "past_fixture.h"

/* What is there can be read as it was written. */
static void
assert_sample(void)
{
	struct block_entry known = flights_entry(&blocks[1], 21);
	struct snapshot_entry e = snapshot_entry_at(&past.snapshot, 4);

	assert_int_equal(past.snapshot.head.blocks, 3);
	assert_int_equal(index_find(&past.known, &known.action), 4);
	assert_int_equal(e.tag, snapshot_tag(&known.output));
}

static void
assert_inline(void)
{
	assert_memory_equal(past.inline_blocks, sample->inline_bytes,
		sample->head.inline_len);
}

static void
the_scopes_own_counts(void **state)
{
	put_sample(1);
	start();
	assert_int_equal(finish(), PAST_WHOLE);
	assert_sample();
	assert_inline();
	assert_false(past.adopts);
	end();
}

static void
the_familys_counts_where_there_is_no_other(void **state)
{
	put_sample(2);
	start();
	assert_int_equal(finish(), PAST_WHOLE);
	assert_sample();
	assert_inline();
	assert_true(past.adopts);
	assert_int_equal(bucket.said, 0);
	assert_int_equal(bucket.reads, 2);
	assert_int_equal(past_bytes(&past), sample->len);
	end();
}

static void
the_familys_counts_where_the_other_is_bad(void **state)
{
	put(1, "GCS3SNAP", 8);
	put_sample(2);
	start();
	assert_int_equal(finish(), PAST_WHOLE);
	assert_true(past.adopts);
	assert_false(past.own_unread);
	end();
}

/* It can be read, but whether there is another is not known. */
static void
the_familys_counts_where_the_other_is_not_to_be_had(void **state)
{
	struct bucket_object *own = put_sample(1);

	own->cut = 5;
	own->cuts = 2;
	put_sample(2);
	start();
	assert_int_equal(finish(), PAST_WHOLE);
	assert_sample();
	assert_true(past.adopts);
	assert_true(past.own_unread);
	end();
}

/* The family's is there first, but waits for the other. */
static void
the_scopes_own_wins_though_it_comes_last(void **state)
{
	struct past_news news = {0};
	struct bucket_object *own = put_sample(1);

	put_sample(2);
	own->held = 0;
	start();
	bucket_await(1);
	past_watch(&past, &news, clock_mono_ms() + 20);
	assert_int_equal(news.state, PAST_COMING);
	bucket_release(own);
	assert_int_equal(finish(), PAST_WHOLE);
	assert_false(past.adopts);
	end();
}

static void
nothing_is_said_where_there_is_none(void **state)
{
	start();
	assert_int_equal(finish(), PAST_NONE);
	assert_int_equal(bucket.said, 0);
	assert_int_equal(past_lacks(&past, &sample->head.scope), 0);
	end();
}

static void
one_key_is_asked_for_once(void **state)
{
	struct id scope = packs_action(2);

	put_sample(2);
	past_start(&past, &remote, &scope, &scope);
	assert_int_equal(finish(), PAST_WHOLE);
	assert_false(past.adopts);
	assert_int_equal(bucket.reads, 1);
	end();
}

/* Its tables can be read before anything that follows has arrived. */
static void
tables_come_first_and_inline_blocks_as_they_arrive(void **state)
{
	struct past_news news = {0};
	struct bucket_object *o = put_sample(1);
	size_t part = sample->table_len + 10;

	o->held = part;
	start();
	bucket_await(1);
	past_watch(&past, &news, clock_mono_ms() + BUCKET_SOON_MS);
	assert_int_equal(news.state, PAST_TABLES);
	assert_int_equal(news.inline_len, 10);
	assert_sample();
	assert_memory_equal(past.inline_blocks, sample->inline_bytes, 10);
	assert_int_equal(past_wait(&past, clock_mono_ms() + 20), PAST_TABLES);
	bucket_release(o);
	assert_int_equal(finish(), PAST_WHOLE);
	assert_inline();
	end();
}

static void
any_pieces_will_do(void **state)
{
	for (size_t piece = 1; piece < sample->len; piece += 7) {
		put_sample(1);
		bucket.piece = piece;
		start();
		assert_int_equal(finish(), PAST_WHOLE);
		assert_sample();
		assert_inline();
		end();
	}
}

static void
what_it_lacks_is_known_with_the_tables(void **state)
{
	struct id known = flights_entry(&blocks[1], 21).action;
	struct id stranger = packs_action(99);
	struct bucket_object *o = put_sample(1);

	o->held = sample->table_len - 1;
	start();
	bucket_await(1);
	assert_int_equal(past_lacks(&past, &stranger), 0);
	bucket_release(o);
	assert_int_equal(finish(), PAST_WHOLE);
	assert_int_equal(past_lacks(&past, &stranger), 7);
	assert_int_equal(past_lacks(&past, &known), 0);
	end();
}

/* Wherever the first attempt ends, the second gets the rest. */
static void
a_second_attempt_goes_on(void **state)
{
	for (size_t cut = 0; cut < sample->len; cut += 5) {
		struct bucket_object *o = put_sample(1);

		o->cut = cut;
		o->cuts = 1;
		start();
		assert_int_equal(finish(), PAST_WHOLE);
		assert_sample();
		assert_inline();
		assert_int_equal(bucket_count(o->key), 2);
		end();
	}
}

static void
inline_blocks_that_do_not_come_leave_good_tables(void **state)
{
	struct bucket_object *o = put_sample(1);

	o->cut = sample->table_len + 5;
	o->cuts = 2;
	start();
	assert_int_equal(finish(), PAST_BROKEN);
	assert_sample();
	assert_int_equal(past.news.inline_len, 5);
	end();
}

/* The one that loses is read to its end only if that is near. */
static void
what_loses_is_dropped(void **state)
{
	struct bucket_object *own = put_sample(1);
	struct bucket_object *family = put_sample(2);

	own->held = family->held = sample->table_len - 1;
	start();
	bucket_await(2);
	bucket_release(own);
	assert_int_equal(finish(), PAST_WHOLE);
	bucket_release(family);
	end();
	assert_int_equal(bucket.said, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_scopes_own_counts),
		cmocka_unit_test(the_familys_counts_where_there_is_no_other),
		cmocka_unit_test(the_familys_counts_where_the_other_is_bad),
		cmocka_unit_test(
			the_familys_counts_where_the_other_is_not_to_be_had),
		cmocka_unit_test(the_scopes_own_wins_though_it_comes_last),
		cmocka_unit_test(nothing_is_said_where_there_is_none),
		cmocka_unit_test(one_key_is_asked_for_once),
		cmocka_unit_test(
			tables_come_first_and_inline_blocks_as_they_arrive),
		cmocka_unit_test(what_it_lacks_is_known_with_the_tables),
		cmocka_unit_test(any_pieces_will_do),
		cmocka_unit_test(a_second_attempt_goes_on),
		cmocka_unit_test(
			inline_blocks_that_do_not_come_leave_good_tables),
		cmocka_unit_test(what_loses_is_dropped),
	};

	bucket_clear();
	return cmocka_run_group_tests_name("past", tests, set_up, tear_down);
}
