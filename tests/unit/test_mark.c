#include "gocache/mark.h"
#include "os/cpu.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static const struct id action = {{1, 2, 3}}, output = {{4, 5, 6}};
static const struct mark_file file = {7, 8, 9, 10, 11};

static uint64_t
checked(struct view boot, const struct id *id, struct mark_file f)
{
	return mark_checked(SHA256_PORTABLE, boot, id, &f);
}

static void
every_fact_of_a_file_counts(void **state)
{
	uint64_t is = checked(VIEW("boot"), &output, file);
	struct mark_file other[5] = {file, file, file, file, file};

	other[0].device++;
	other[1].inode++;
	other[2].size++;
	other[3].mtime_ns++;
	other[4].ctime_ns++;
	for (size_t i = 0; i < 5; i++) {
		assert_true(checked(VIEW("boot"), &output, other[i]) != is);
	}
	assert_true(checked(VIEW("boot"), &output, file) == is);
	assert_true(checked(VIEW("boo"), &output, file) != is);
	assert_true(checked(VIEW(""), &output, file) != is);
	assert_true(checked(VIEW("boot"), &action, file) != is);
}

static uint64_t
shared(struct view place, const struct id *a, const struct id *o)
{
	return mark_shared(SHA256_PORTABLE, place, a, o);
}

static void
every_part_of_an_entry_counts(void **state)
{
	uint64_t is = shared(VIEW("here"), &action, &output);

	assert_true(shared(VIEW("here"), &action, &output) == is);
	assert_true(shared(VIEW("there"), &action, &output) != is);
	assert_true(shared(VIEW("here"), &output, &action) != is);
	assert_true(shared(VIEW("here"), &action, &action) != is);
	assert_true(shared(VIEW("here"), &output, &output) != is);
}

/* A run on another processor reads the same file. */
static void
both_ways_to_hash_agree(void **state)
{
	enum sha256_kind best = cpu_sha256();

	assert_true(mark_shared(best, VIEW("here"), &action, &output) ==
		    shared(VIEW("here"), &action, &output));
	assert_true(mark_checked(best, VIEW("b"), &output, &file) ==
		    checked(VIEW("b"), &output, file));
}

static void
no_mark_is_zero(void **state)
{
	for (unsigned i = 0; i < 1000; i++) {
		const struct id id = {{(uint8_t)i, (uint8_t)(i >> 8)}};

		assert_true(shared(VIEW("x"), &id, &id) != 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_fact_of_a_file_counts),
		cmocka_unit_test(every_part_of_an_entry_counts),
		cmocka_unit_test(both_ways_to_hash_agree),
		cmocka_unit_test(no_mark_is_zero),
	};

	return cmocka_run_group_tests_name("mark", tests, NULL, NULL);
}
