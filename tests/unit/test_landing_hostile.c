/* Blocks that are not what the snapshot announces. */
#include "landing_fixture.h"

#include <signal.h>
#include <sys/resource.h>

/* No entry but those of the block, as they were, is in the directory. */
static void
assert_as_it_was(const struct flight_block *b)
{
	for (unsigned n = b->first; n < b->first + b->count; n++) {
		struct id action = packs_action(n);
		struct entry e;

		assert_true(!cachedir_get(&dir, &action, &e) || is_there(b, n));
	}
}

static void
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

static void
no_bit_of_a_block_can_change(void **state)
{
	static const struct flight_block b[] = {{0, 10, 3, 20, 0}};
	size_t refused = 0;

	begin_sample(b, 1);
	struct view frame = frame_of(0);
	char *byte = sample->pack_bytes[0] + sample->block[0].offset;

	for (size_t bit = 0; bit < 8 * frame.n; bit++) {
		byte[bit / 8] ^= (char)(1 << bit % 8);
		refused += land(0, frame, SIZE_MAX) != GS_OK;
		assert_as_it_was(b);
		forget_block(b);
		byte[bit / 8] ^= (char)(1 << bit % 8);
	}
	/* some bits of a frame mean nothing */
	assert_true(refused > 7 * frame.n);
	assert_int_equal(land(0, frame, SIZE_MAX), GS_OK);
	assert_int_equal(count_temporary(&dir), 0);
	end_sample();
}

static void
random_bytes_are_refused(void **state)
{
	static const struct flight_block b[] = {{0, 20, 3, 20, 0}};
	uint32_t random = 3;

	begin_sample(b, 1);
	struct view frame = frame_of(0);
	char *byte = sample->pack_bytes[0] + sample->block[0].offset;

	for (int i = 0; i < 200; i++) {
		for (size_t at = i % 2 == 0 ? 0 : 8; at < frame.n; at++) {
			random = random * 1664525 + 1013904223;
			byte[at] = (char)(random >> 24);
		}
		assert_int_not_equal(land(0, frame, SIZE_MAX), GS_OK);
	}
	assert_int_equal(landed.here, 0);
	end_sample();
}

/* A block with entries e[count], entry i with the body number[i], in the place
 * of the sample's first; lands it. */
static enum gs_code
land_instead(const struct block_entry *e, const unsigned *number, size_t count)
{
	size_t raw_len, len;
	char *raw = packs_raw(e, number, count, &raw_len);
	char *frame = packs_compress((struct view){raw, raw_len}, &len);

	landing_free(landing);
	free(slots);
	sample->block[0].packed_len = (uint32_t)len;
	sample->block[0].raw_len = (uint32_t)raw_len;
	flights_seal(sample);
	open_sample();

	enum gs_code code = land(0, (struct view){frame, len}, SIZE_MAX);

	free(raw);
	free(frame);
	return code;
}

static void
a_body_that_does_not_hash_is_refused(void **state)
{
	static const struct flight_block b[] = {{0, 30, 3, 50, 0}};
	struct block_entry e[3];
	unsigned number[3] = {30, 78, 32};

	begin_sample(b, 1);
	for (unsigned i = 0; i < 3; i++) {
		e[i] = flights_entry(b, 30 + i);
	}
	assert_int_equal(land_instead(e, number, 3), GS_BAD);
	assert_int_equal(landed.new, 1);
	assert_true(is_there(b, 30));
	assert_false(cachedir_has_action(&dir, &e[1].action));
	assert_false(cachedir_has_action(&dir, &e[2].action));
	assert_int_equal(count_temporary(&dir), 0);
	end_sample();
}

/* Good in itself, but the snapshot says that another action lies there. */
static void
an_entry_of_another_action_is_refused(void **state)
{
	static const struct flight_block b[] = {{0, 40, 1, 50, 0}};
	struct block_entry e = flights_entry(b, 40);
	unsigned number = 40;

	begin_sample(b, 1);
	e.action = packs_action(49);
	assert_int_equal(land_instead(&e, &number, 1), GS_BAD);
	assert_false(cachedir_has_action(&dir, &e.action));
	end_sample();
}

static void
an_entry_with_another_output_is_refused(void **state)
{
	static const struct flight_block b[] = {{0, 50, 1, 50, 0}};
	struct block_entry e = packs_entry(51, 33);
	unsigned number = 51;

	begin_sample(b, 1);
	e.action = packs_action(50);
	assert_int_equal(land_instead(&e, &number, 1), GS_BAD);
	assert_false(cachedir_has_action(&dir, &e.action));
	end_sample();
}

static void
a_block_that_cannot_be_does_not_begin(void **state)
{
	static const struct flight_block b[] = {{0, 70, 2, 50, 0}};
	struct gs_err err;

	begin_sample(b, 1);
	landing_free(landing);
	free(slots);
	sample->block[0].raw_len = BLOCK_HEAD_LEN + 2 * BLOCK_HEADER_LEN - 1;
	flights_seal(sample);
	open_sample();
	assert_int_equal(landing_begin(landing, 0, &err), GS_BAD);
	end_sample();
}

static void
a_disk_that_refuses_is_told_apart(void **state)
{
	static const struct flight_block b[] = {{0, 80, 1, 300000, 0}};
	struct rlimit before, little = {.rlim_cur = 100000};

	begin_sample(b, 1);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	little.rlim_max = before.rlim_max;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &little), 0);
	assert_int_equal(land(0, frame_of(0), SIZE_MAX), GS_SYS);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(count_temporary(&dir), 0);
	assert_int_equal(landed.here, 0);
	end_sample();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_bit_of_a_block_can_change),
		cmocka_unit_test(random_bytes_are_refused),
		cmocka_unit_test(a_body_that_does_not_hash_is_refused),
		cmocka_unit_test(an_entry_of_another_action_is_refused),
		cmocka_unit_test(an_entry_with_another_output_is_refused),
		cmocka_unit_test(a_block_that_cannot_be_does_not_begin),
		cmocka_unit_test(a_disk_that_refuses_is_told_apart),
	};

	return cmocka_run_group_tests_name(
		"landing_hostile", tests, set_up, tear_down);
}
