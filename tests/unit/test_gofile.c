#include "pack/gofile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void
modules_are_found(void **state)
{
	static const struct {
		const char *text, *path;
	} cases[] = {
		{"module a.b/c", "a.b/c"},
		{"module a.b/c\r\n", "a.b/c"},
		{"  module\t\"a.b/c\" // why\n", "a.b/c"},
		{"module `a.b/c`\n", "a.b/c"},
		{"// module x\ngo 1.26\nmodule a.b/c\n", "a.b/c"},
		{"module (\n\n\ta.b/c // here\n)\n", "a.b/c"},
		{"module(\"a.b/c\")", "(\"a.b/c\")"},
		{"modules a.b/c\n", ""},
		{"module", ""},
		{"module (", ""},
		{"", ""},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct view got = gofile_module(view_of(cases[i].text));

		if (!view_eq(got, view_of(cases[i].path))) {
			fail_msg("%s: %.*s", cases[i].text, (int)got.n, got.p);
		}
	}
}

static void
values_come_one_by_one(void **state)
{
	struct gofile use = gofile_open(
		VIEW("go 1.26\nuse ./a\nuse (\n\t./b // the second\n"
		     "\n\t\"./c d\"\n)\nreplace x => ./y\nuse `./e`\n"),
		"use");
	static const char *const paths[] = {"./a", "./b", "./c d", "./e"};
	struct view path;

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		assert_true(gofile_next(&use, &path));
		assert_true(view_eq(path, view_of(paths[i])));
	}
	assert_false(gofile_next(&use, &path));
	assert_false(gofile_next(&use, &path));
}

static void
settings_are_lines(void **state)
{
	const struct view text =
		VIEW("# CC=comment\nCC=first\n CC=indented\nCCX=other\n"
		     "CC\nGOFLAGS=-tags=a b=c\nCC=last one\nCXX=");

	assert_true(view_eq(gofile_setting(text, "CC"), VIEW("last one")));
	assert_true(
		view_eq(gofile_setting(text, "GOFLAGS"), VIEW("-tags=a b=c")));
	assert_int_equal(gofile_setting(text, "CXX").n, 0);
	assert_int_equal(gofile_setting(text, "C").n, 0);
	assert_int_equal(gofile_setting(VIEW(""), "CC").n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(modules_are_found),
		cmocka_unit_test(values_come_one_by_one),
		cmocka_unit_test(settings_are_lines),
	};

	return cmocka_run_group_tests_name("gofile", tests, NULL, NULL);
}
