#include "base/duration.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdlib.h>

#include "lines.h"

static void
vectors(void **state)
{
	struct lines lines;
	struct view line, text, want;

	lines_open(&lines, "tests/vectors/duration/duration.txt");
	while (lines_next(&lines, &line)) {
		uint64_t ms = 77;
		bool good;

		view_cut(line, '\t', &text, &want);
		good = !view_eq(want, VIEW("-"));
		if (duration_parse_ms(text, &ms) != good) {
			fail_msg("%s", line.p);
		}
		assert_int_equal(ms, good ? strtoull(want.p, NULL, 10) : 77);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors),
	};

	return cmocka_run_group_tests_name("duration", tests, NULL, NULL);
}
