#include "os/process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

enum { BLOCK = 16 * 1024 * 1024, LARGE = 4 * BLOCK, BUSY_MS = 30 };

static void
time_on_processors_counts(void **state)
{
	uint64_t before = process_usage().cpu_us;
	clock_t until = clock() + BUSY_MS * (CLOCKS_PER_SEC / 1000);

	while (clock() < until) {
	}
	/* the kernel may count by its ticks */
	assert_in_range(process_usage().cpu_us - before, BUSY_MS * 1000 / 2,
		1000 * 1000);
}

static void
memory_counts_at_its_most(void **state)
{
	char *block = malloc(BLOCK);

	assert_non_null(block);
	for (volatile char *p = block; p < block + BLOCK; p += 1024) {
		*p = 1;
	}
	free(block);
	uint64_t kb = process_usage().peak_kb;

	assert_in_range(kb, BLOCK / 1024, 1000 * 1000);
	assert_true(process_usage().peak_kb >= kb);
}

/* What started a program, and is larger, does not count. */
static void
memory_of_another_program_does_not_count(void **state)
{
	char *block = malloc(LARGE);
	int status;

	assert_non_null(block);
	for (volatile char *p = block; p < block + LARGE; p += 1024) {
		*p = 1;
	}
	pid_t pid = fork();

	if (pid == 0) {
		execl("/proc/self/exe", "test", "small", NULL);
		_exit(99);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	free(block);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_on_processors_counts),
		cmocka_unit_test(memory_counts_at_its_most),
		cmocka_unit_test(memory_of_another_program_does_not_count),
	};

	if (argc > 1) {
		return process_usage().peak_kb < LARGE / 1024 ? 0 : 1;
	}

	return cmocka_run_group_tests_name("process_usage", tests, NULL, NULL);
}
