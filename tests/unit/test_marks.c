#include "os/marks.h"

#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

enum { FILE_BYTES = MARKS_BUCKETS * MARKS_WAYS * 8 };

static char path[] = "/tmp/gocache-s3-test-XXXXXX";
static int dir;
static struct marks marks;

static int
set_up(void **state)
{
	strcpy(strrchr(path, '-'), "-XXXXXX");
	if (!mkdtemp(path)) {
		return -1;
	}
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	marks_open(&marks, dir, "marks");
	return marks.fd >= 0 ? 0 : -1;
}

static int
tear_down(void **state)
{
	marks_close(&marks);
	unlinkat(dir, "marks", 0);
	close(dir);
	return rmdir(path);
}

/* The i-th of the marks that share a bucket. */
static uint64_t
neighbour(uint64_t i)
{
	return (i << 32 | 0x10001) * MARKS_BUCKETS + 7;
}

static size_t
count_neighbours(uint64_t n)
{
	size_t count = 0;

	for (uint64_t i = 0; i < n; i++) {
		count += marks_has(&marks, neighbour(i));
	}
	return count;
}

static void
what_was_added_is_there(void **state)
{
	const uint64_t some[] = {1, 2, MARKS_BUCKETS - 1, MARKS_BUCKETS,
		UINT64_MAX, UINT64_MAX - 1, 0x0123456789abcdef};

	for (size_t i = 0; i < sizeof(some) / sizeof(*some); i++) {
		assert_false(marks_has(&marks, some[i]));
		marks_add(&marks, some[i]);
		assert_true(marks_has(&marks, some[i]));
	}
}

static void
the_next_run_knows_it(void **state)
{
	marks_add(&marks, 77);
	marks_close(&marks);
	marks_open(&marks, dir, "marks");
	assert_true(marks_has(&marks, 77));
	assert_false(marks_has(&marks, 78));
}

static void
a_full_bucket_gives_one_up(void **state)
{
	for (uint64_t i = 0; i < MARKS_WAYS; i++) {
		marks_add(&marks, neighbour(i));
	}
	assert_int_equal(count_neighbours(MARKS_WAYS), MARKS_WAYS);
	marks_add(&marks, neighbour(MARKS_WAYS));
	assert_true(marks_has(&marks, neighbour(MARKS_WAYS)));
	assert_int_equal(count_neighbours(MARKS_WAYS), MARKS_WAYS - 1);
	assert_false(marks_has(&marks, neighbour(0) + 1));
}

static void
a_mark_takes_one_place(void **state)
{
	for (uint64_t i = 0; i < MARKS_WAYS; i++) {
		for (int again = 0; again < 3; again++) {
			marks_add(&marks, neighbour(i));
		}
	}
	assert_int_equal(count_neighbours(MARKS_WAYS), MARKS_WAYS);
}

/* Whatever somebody did to the file. */
static void
a_damaged_file_is_a_file_of_few_marks(void **state)
{
	const off_t sizes[] = {0, 1, 7, 8, 9, 63, FILE_BYTES / 2 + 3,
		FILE_BYTES, FILE_BYTES + 100};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		assert_int_equal(ftruncate(marks.fd, 0), 0);
		marks_add(&marks, UINT64_MAX);
		assert_int_equal(ftruncate(marks.fd, sizes[i]), 0);
		assert_int_equal(
			marks_has(&marks, UINT64_MAX), sizes[i] >= FILE_BYTES);
		marks_add(&marks, 5);
		assert_true(marks_has(&marks, 5));
	}
}

static void
the_file_does_not_grow_past_its_size(void **state)
{
	struct stat st;
	uint64_t mark = 1;

	for (int i = 0; i < 20000; i++) {
		mark = mark * 6364136223846793005 + 1442695040888963407;
		marks_add(&marks, mark);
		assert_true(marks_has(&marks, mark));
	}
	assert_int_equal(fstat(marks.fd, &st), 0);
	assert_true(st.st_size <= FILE_BYTES);
}

static void
without_a_file_there_are_no_marks(void **state)
{
	struct marks none;

	marks_open(&none, dir, "no/such/place");
	assert_int_equal(none.fd, -1);
	marks_add(&none, 5);
	assert_false(marks_has(&none, 5));
	marks_close(&none);
	assert_int_equal(symlinkat("/tmp/elsewhere", dir, "link"), 0);
	marks_open(&none, dir, "link");
	assert_int_equal(none.fd, -1);
	assert_int_equal(unlinkat(dir, "link", 0), 0);
	assert_int_equal(mkfifoat(dir, "fifo", 0600), 0);
	marks_open(&none, dir, "fifo");
	marks_add(&none, 5);
	assert_false(marks_has(&none, 5));
	marks_close(&none);
	assert_int_equal(unlinkat(dir, "fifo", 0), 0);
}

static void *
add_many(void *arg)
{
	const uint64_t *from = arg;

	for (uint64_t i = 0; i < 1000; i++) {
		marks_add(&marks, *from + i * 31);
	}
	return NULL;
}

/* Two that add to one bucket at a time may lose one of theirs, and nothing
 * more. */
static void
threads_do_not_disturb_each_other(void **state)
{
	uint64_t from[4] = {1000, 200000, 3000000, 40000000};
	pthread_t thread[4];
	size_t there = 0;

	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(
			pthread_create(&thread[i], NULL, add_many, &from[i]),
			0);
	}
	for (size_t i = 0; i < 4; i++) {
		pthread_join(thread[i], NULL);
	}
	for (size_t i = 0; i < 4; i++) {
		for (uint64_t n = 0; n < 1000; n++) {
			there += marks_has(&marks, from[i] + n * 31);
		}
	}
	assert_true(there > 3900);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_added_is_there),
		TEST(the_next_run_knows_it),
		TEST(a_full_bucket_gives_one_up),
		TEST(a_mark_takes_one_place),
		TEST(a_damaged_file_is_a_file_of_few_marks),
		TEST(the_file_does_not_grow_past_its_size),
		TEST(without_a_file_there_are_no_marks),
		TEST(threads_do_not_disturb_each_other),
	};

	return cmocka_run_group_tests_name("marks", tests, NULL, NULL);
}
