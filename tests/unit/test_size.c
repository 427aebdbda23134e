#include "base/size.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void
sizes(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} cases[] = {
		{"0", 0},
		{"007", 7},
		{"12B", 12},
		{"3kB", 3000},
		{"3KB", 3000},
		{"500MB", 500000000},
		{"1GB", 1000000000},
		{"1TB", 1000000000000},
		{"1KiB", 1024},
		{"1MiB", 1048576},
		{"2GiB", UINT64_C(2147483648)},
		{"1TiB", UINT64_C(1099511627776)},
		{"18446744073709551615", UINT64_MAX},
		{"16777215TiB", UINT64_C(16777215) << 40},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint64_t bytes = 1;

		if (!size_parse(view_of(cases[i].text), &bytes) ||
			bytes != cases[i].bytes) {
			fail_msg("%s", cases[i].text);
		}
	}
}

static void
no_sizes(void **state)
{
	static const char *const cases[] = {"", "B", "MB", "-1", "+1", "1.5GB",
		"1 GB", " 1", "1 ", "1m", "1mb", "1Gib", "1GBB", "0x10",
		"18446744073709551616", "16777216TiB"};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint64_t bytes = 77;

		if (size_parse(view_of(cases[i]), &bytes) || bytes != 77) {
			fail_msg("%s", cases[i]);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes),
		cmocka_unit_test(no_sizes),
	};

	return cmocka_run_group_tests_name("size", tests, NULL, NULL);
}
