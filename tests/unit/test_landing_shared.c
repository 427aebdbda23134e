/* A body that entries of a block share stands with the first of them, and lands
 * whichever of them it is for. */
#include "landing_fixture.h"

enum { SHARERS = 3 };

static struct block_entry shared[SHARERS];
static char *packed;
static struct view frame; /* the packed block */

/* The sample's first block is one of SHARERS entries with one body. */
static void
make_shared(const struct flight_block *b, size_t count)
{
	unsigned number[SHARERS];
	size_t raw_len, len;

	sample = flights_make(1, b, count);
	for (unsigned i = 0; i < SHARERS; i++) {
		number[i] = b->first;
		shared[i] = flights_entry(b, b->first);
		shared[i].action = packs_action(b->first + i);
		sample->entry[i].tag = snapshot_tag(&shared[i].output);
	}
	char *raw = packs_raw(shared, number, SHARERS, &raw_len);

	packed = packs_compress((struct view){raw, raw_len}, &len);
	frame = (struct view){packed, len};
	sample->block[0].packed_len = (uint32_t)len;
	sample->block[0].raw_len = (uint32_t)raw_len;
	free(raw);
}

static void
make_void(unsigned i)
{
	memset(&sample->entry[i].action, 0, ID_LEN);
}

static void
begin_shared(void)
{
	flights_seal(sample);
	open_sample();
}

static void
end_shared(void)
{
	assert_int_equal(count_temporary(&dir), 0);
	end_sample();
	free(packed);
}

static bool
has_landed(unsigned i)
{
	const struct block_entry *e = &shared[i];
	const struct entry wanted = {e->action, e->output, e->size, e->time_ns};

	return hits(&wanted);
}

/* Somebody puts the action of one of them with another body. */
static struct entry
put_newer(unsigned i, const char *body)
{
	struct entry newer = store("some action", body);
	struct gs_err err;

	newer.action = shared[i].action;
	assert_int_equal(cachedir_put(&dir, &newer, &err), GS_OK);
	return newer;
}

static void
one_beside_a_void_slot_lands(void **state)
{
	const struct flight_block b[] = {{0, 700, SHARERS, 200, 0}};

	make_shared(b, 1);
	make_void(0);
	make_void(1);
	begin_shared();
	assert_int_equal(land(0, frame, SIZE_MAX), GS_OK);
	assert_int_equal(landed.new, 1);
	assert_int_equal(landed.last, 2);
	assert_false(has_landed(0) || has_landed(1));
	assert_true(has_landed(2));
	end_shared();
}

/* A later block has the first one's action. */
static void
one_beside_a_slot_that_does_not_count_lands(void **state)
{
	const struct flight_block b[] = {
		{0, 720, SHARERS, 200, 0}, {0, 720, 1, 300, 0}};

	make_shared(b, 2);
	begin_shared();
	assert_int_equal(land(0, frame, 1), GS_OK);
	assert_int_equal(landed.new, 2);
	assert_false(has_landed(0));
	assert_true(has_landed(1) && has_landed(2));
	end_shared();
}

static void
one_beside_an_entry_that_is_here_lands(void **state)
{
	const struct flight_block b[] = {{0, 740, SHARERS, 200, 0}};

	make_shared(b, 1);
	begin_shared();
	struct entry newer = put_newer(0, "another output");

	assert_int_equal(land(0, frame, SIZE_MAX), GS_OK);
	assert_int_equal(landed.here, 3);
	assert_int_equal(landed.new, 2);
	assert_true(hits(&newer));
	assert_true(has_landed(1) && has_landed(2));
	end_shared();
}

/* The same, while the body comes. */
static void
one_beside_an_entry_that_comes_in_between_lands(void **state)
{
	const struct flight_block b[] = {{0, 760, SHARERS, 300000, 0}};
	struct gs_err err;
	bool complete;
	size_t used;

	make_shared(b, 1);
	begin_shared();
	struct view most = {frame.p, frame.n - 1};

	assert_int_equal(landing_begin(landing, 0, &err), GS_OK);
	assert_int_equal(
		landing_feed(landing, most, &used, &complete, &err), GS_OK);
	assert_int_equal(count_temporary(&dir), 1);
	struct entry newer = put_newer(0, "just put");

	assert_int_equal(landing_feed(landing, view_skip(frame, used), &used,
				 &complete, &err),
		GS_OK);
	assert_true(complete);
	assert_int_equal(landed.new, 2);
	assert_true(hits(&newer));
	assert_true(has_landed(1) && has_landed(2));
	end_shared();
}

static void
what_no_entry_needs_is_not_written(void **state)
{
	const struct flight_block b[] = {{0, 780, SHARERS, 200, 0}};

	make_shared(b, 1);
	make_void(0);
	make_void(2);
	begin_shared();
	(void)put_newer(1, "newer than both");
	assert_int_equal(land(0, frame, SIZE_MAX), GS_OK);
	assert_int_equal(landed.new, 0);
	assert_false(
		cachedir_has_body(&dir, &shared[0].output, shared[0].size));
	end_shared();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_beside_a_void_slot_lands),
		cmocka_unit_test(one_beside_a_slot_that_does_not_count_lands),
		cmocka_unit_test(one_beside_an_entry_that_is_here_lands),
		cmocka_unit_test(
			one_beside_an_entry_that_comes_in_between_lands),
		cmocka_unit_test(what_no_entry_needs_is_not_written),
	};

	return cmocka_run_group_tests_name(
		"landing_shared", tests, set_up, tear_down);
}
