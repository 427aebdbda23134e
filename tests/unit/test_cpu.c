#include "os/cpu.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#ifdef __aarch64__
static const char *const wanted[] = {" sha2 "};
#else
static const char *const wanted[] = {" sha_ni ", " ssse3 ", " sse4_1 "};
#endif

/* The first processor's "flags" or "Features", each between two blanks. */
static void
read_features(char *line, size_t size)
{
	FILE *f = fopen("/proc/cpuinfo", "r");

	assert_non_null(f);
	do {
		assert_non_null(fgets(line, (int)size, f));
	} while (strncmp(line, "flags", 5) != 0 &&
		 strncmp(line, "Features", 8) != 0);
	fclose(f);
	line[strcspn(line, "\n")] = ' ';
}

static void
sha256_is_as_the_kernel_says(void **state)
{
	static char features[16 * 1024];
	bool native = true;

	read_features(features, sizeof(features));
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++) {
		native = native && strstr(features, wanted[i]);
	}
	/* An emulator shows the file of the processor that it runs on. */
	if (getenv("QEMU_CPU")) {
		native = strcmp(getenv("QEMU_CPU"), "max") == 0;
	}
	assert_int_equal(
		cpu_sha256(), native ? SHA256_NATIVE : SHA256_PORTABLE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_is_as_the_kernel_says),
	};

	return cmocka_run_group_tests_name("cpu", tests, NULL, NULL);
}
