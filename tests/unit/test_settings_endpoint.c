/* Which of the configured endpoints counts. */
#include "s3/settings.h"

#include "sections.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { ROWS = 35, ENV_MAX = 4, TEXT_MAX = 256 };

static struct gs_err err;
static struct settings settings;
static struct view environments, config;

static const char *
to_text(struct view v, char text[TEXT_MAX])
{
	struct buf b = buf_over(text, TEXT_MAX);

	if (!view_eq(v, VIEW("-"))) {
		buf_add(&b, v);
	}
	buf_cstr(&b);
	assert_true(buf_ok(&b));
	return text;
}

/* The variables of the environment of that name. */
static void
set_env(struct view name, char *env[ENV_MAX + 1])
{
	static char text[ENV_MAX][TEXT_MAX];
	struct view rest = environments, key, line, variable;
	bool found = view_eq(name, VIEW("default"));
	size_t count = 0;

	while (!found && sections_next(&rest, &key, &line)) {
		found = view_eq(key, name);
	}
	assert_true(found);
	while (!view_eq(name, VIEW("default")) && line.n > 0) {
		view_cut(line, ' ', &variable, &line);
		assert_true(count < ENV_MAX);
		to_text(variable, text[count]);
		env[count] = text[count];
		count++;
	}
}

static void
run_row(struct view profile, struct view line)
{
	char profile_text[TEXT_MAX], flag_text[TEXT_MAX], url[TEXT_MAX];
	char *env[ENV_MAX + 1] = {NULL};
	struct view flag, environment;
	const struct settings_texts texts = {.config = config};

	view_cut(line, ' ', &flag, &line);
	view_cut(line, ' ', &environment, &line);
	set_env(environment, env);

	const struct settings_input in = {.env = env,
		.bucket = "b",
		.prefix = "",
		.endpoint = to_text(flag, flag_text),
		.region = "",
		.profile = to_text(profile, profile_text),
		.ca_bundle = ""};

	if (settings_resolve(&in, &texts, &settings, &err) != GS_OK) {
		fail_msg("%s", err.text);
	}
	assert_string_equal(settings.endpoint, to_text(line, url));
}

static void
test_precedence(void **state)
{
	struct view file =
		sections_load("tests/vectors/endpoint/precedence.txt");
	struct view rows, profile, line;
	size_t count = 0;

	assert_true(sections_find(file, "rows", &rows));
	assert_true(sections_find(file, "environments", &environments));
	assert_true(sections_find(file, "config", &config));
	while (sections_next(&rows, &profile, &line)) {
		run_row(profile, line);
		count++;
	}
	assert_int_equal(count, ROWS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_precedence),
	};

	return cmocka_run_group_tests_name(
		"settings_endpoint", tests, NULL, NULL);
}
