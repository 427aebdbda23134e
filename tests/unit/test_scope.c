#include "pack/scope.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lines.h"

enum { GOOS = 0, GOARCH = 1, CGO_ENABLED = 13, GOFLAGS = 15, CC = 16 };

/* A plain run to change something in. */
static struct scope_run
plain(void)
{
	return (struct scope_run){
		.go_mod = VIEW("module example.com/m\n\ngo 1.26\n"),
		.root = VIEW("/src/m"),
		.dir = VIEW("/src/m"),
		.argv = VIEW("go\0build\0./...\0"),
		.version = VIEW("go1.26.8"),
		.setting = {[GOOS] = VIEW("linux"), [GOARCH] = VIEW("amd64")},
	};
}

/* Whether what was changed counts in the scope, and in the family. */
static void
assert_counts(const struct scope_run *changed, bool in_scope, bool in_family)
{
	struct scope_run run = plain();
	struct id scope[2], family[2];

	scope_of(&run, &scope[0], &family[0]);
	scope_of(changed, &scope[1], &family[1]);
	assert_int_equal(!id_eq(&scope[0], &scope[1]), in_scope);
	assert_int_equal(!id_eq(&family[0], &family[1]), in_family);
}

/* "go build x" as the kernel shows it. */
static struct view
as_argv(struct view line, char *storage)
{
	for (size_t i = 0; i < line.n; i++) {
		storage[i] = (char)(line.p[i] == ' ' ? '\0' : line.p[i]);
	}
	storage[line.n] = '\0';
	return (struct view){storage, line.n + 1};
}

static void
compare_lines(const char *path, bool same)
{
	static char one[LINES_LEN_MAX], two[LINES_LEN_MAX];
	struct lines l;
	struct view line, left, right;

	lines_open(&l, path);
	while (lines_next(&l, &line)) {
		struct scope_run run = plain();
		struct id scope[2], family;

		assert_true(view_cut(line, '|', &left, &right));
		run.argv = as_argv(left, one);
		scope_of(&run, &scope[0], &family);
		run.argv = as_argv(right, two);
		scope_of(&run, &scope[1], &family);
		if (id_eq(&scope[0], &scope[1]) != same) {
			fail_msg("%.*s", (int)line.n, line.p);
		}
	}
}

static void
commands_of_one_kind(void **state)
{
	compare_lines("tests/vectors/scope/same.txt", true);
}

static void
commands_of_different_kinds(void **state)
{
	compare_lines("tests/vectors/scope/different.txt", false);
}

static void
what_counts_where(void **state)
{
	struct scope_run run = plain();

	assert_counts(&run, false, false);
	run.version = VIEW("go1.27.0");
	assert_counts(&run, true, true);
	run = plain();
	run.setting[GOARCH] = VIEW("arm64");
	assert_counts(&run, true, true);
	run = plain();
	run.setting[CGO_ENABLED] = VIEW("0");
	assert_counts(&run, true, true);
	run = plain();
	run.setting[CC] = VIEW("clang");
	assert_counts(&run, true, false);
	run = plain();
	run.setting[SCOPE_SETTINGS - 1] = VIEW("-lm");
	assert_counts(&run, true, false);
	run = plain();
	run.go_mod = VIEW("module example.com/other\n");
	assert_counts(&run, true, true);
	run = plain();
	run.go_mod = VIEW("// moved\nmodule example.com/m // here\nrequire x");
	assert_counts(&run, false, false);
	run = plain();
	run.go_work = VIEW("go 1.26\nuse (\n\t./a\n\t./b\n)\n");
	assert_counts(&run, true, true);
	run = plain();
	run.argv = VIEW("go\0build\0-race\0./...\0");
	assert_counts(&run, true, true);
	run.argv = VIEW("go\0test\0./...\0");
	assert_counts(&run, true, false);
}

static void
places_count_unless_trimmed(void **state)
{
	struct scope_run run = plain(), other;
	struct id scope[2], family[2];

	run.root = run.dir = VIEW("/elsewhere/m");
	assert_counts(&run, true, false);
	run = plain();
	run.dir = VIEW("/src/m/sub");
	assert_counts(&run, true, false);
	run = plain();
	run.setting[GOFLAGS] = VIEW("-mod=mod -trimpath");
	other = run;
	other.root = VIEW("/elsewhere/m");
	other.dir = VIEW("/elsewhere/m");
	scope_of(&run, &scope[0], &family[0]);
	scope_of(&other, &scope[1], &family[1]);
	assert_true(id_eq(&scope[0], &scope[1]));
	other.dir = VIEW("/elsewhere/m/sub");
	scope_of(&other, &scope[1], &family[1]);
	assert_false(id_eq(&scope[0], &scope[1]));
}

static void
goflags_are_flags(void **state)
{
	struct scope_run run = plain();

	run.setting[GOFLAGS] = VIEW("-v -ldflags=-X=main.version=8");
	assert_counts(&run, false, false);
	run.setting[GOFLAGS] = VIEW("-tags=x");
	assert_counts(&run, true, false);
	run.setting[GOFLAGS] = VIEW("-race");
	assert_counts(&run, true, true);
}

static void
a_name_stands_for_module_and_command(void **state)
{
	struct scope_run run = plain(), other = plain();
	struct id scope[2], family[2];

	run.name = other.name = VIEW("nightly");
	other.go_mod = VIEW("");
	other.dir = VIEW("/tmp");
	other.argv = VIEW("go\0test\0-v\0./...\0");
	scope_of(&run, &scope[0], &family[0]);
	scope_of(&other, &scope[1], &family[1]);
	assert_true(id_eq(&scope[0], &scope[1]));
	assert_true(id_eq(&scope[0], &family[0]));
	other.setting[GOOS] = VIEW("darwin");
	scope_of(&other, &scope[1], &family[1]);
	assert_false(id_eq(&scope[0], &scope[1]));
	other = run;
	other.name = VIEW("weekly");
	scope_of(&other, &scope[1], &family[1]);
	assert_false(id_eq(&scope[0], &scope[1]));
}

static void
commands_are_words_of_letters(void **state)
{
	const struct {
		struct view argv;
		const char *command;
	} cases[] = {
		{VIEW("go\0build\0"), "build"},
		{VIEW("go\0-C\0dir\0test\0-v\0"), "test"},
		{VIEW("go\0--C=dir\0mod\0tidy\0"), "mod"},
		{VIEW("go\0list"), "list"},
		{VIEW("go\0-x=y\0"), ""},
		{VIEW("go\0Build\0"), ""},
		{VIEW("go\0a1\0"), ""},
		{VIEW("go\0\0"), ""},
		{VIEW("go\0-C\0"), ""},
		{VIEW("go\0"), ""},
		{VIEW("go"), ""},
		{VIEW(""), ""},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct view got = scope_command(cases[i].argv);

		if (!view_eq(got, view_of(cases[i].command))) {
			fail_msg("case %zu: %.*s", i, (int)got.n, got.p);
		}
	}
}

static void
nothing_at_all_has_an_id(void **state)
{
	struct scope_run run = {.name = VIEW("")};
	struct id scope, family;

	scope_of(&run, &scope, &family);
	assert_false(id_eq(&scope, &family));
	run.argv = VIEW("go");
	scope_of(&run, &scope, &family);
	run.argv = VIEW("go\0build\0-o");
	scope_of(&run, &scope, &family);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_of_one_kind),
		cmocka_unit_test(commands_of_different_kinds),
		cmocka_unit_test(what_counts_where),
		cmocka_unit_test(places_count_unless_trimmed),
		cmocka_unit_test(goflags_are_flags),
		cmocka_unit_test(a_name_stands_for_module_and_command),
		cmocka_unit_test(commands_are_words_of_letters),
		cmocka_unit_test(nothing_at_all_has_an_id),
	};

	return cmocka_run_group_tests_name("scope", tests, NULL, NULL);
}
