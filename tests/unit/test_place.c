#include "front/place.h"

#include "base/array.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define WEEK_NS (INT64_C(7) * 24 * 3600 * 1000000000)

static char *env[] = {NULL, NULL};
static const struct settings_input plain = {.env = env,
	.bucket = "b",
	.prefix = "",
	.endpoint = "",
	.region = "",
	.profile = "",
	.ca_bundle = ""};

static bool
same(const struct settings_input *a, const struct settings_input *b)
{
	const struct id one = place_name(a, WEEK_NS),
			two = place_name(b, WEEK_NS);

	return id_eq(&one, &two);
}

static void
what_names_another_bucket_is_another_place(void **state)
{
	struct settings_input other[] = {plain, plain, plain, plain, plain};

	other[0].bucket = "c";
	other[1].prefix = "b";
	other[2].endpoint = "http://localhost";
	other[3].profile = "work";
	other[4].bucket = "";
	for (size_t i = 0; i < ARRAY_LEN(other); i++) {
		assert_false(same(&plain, &other[i]));
	}
	assert_true(same(&plain, &plain));
}

static void
what_does_not_name_a_bucket_changes_nothing(void **state)
{
	struct settings_input other = plain;

	other.region = "eu-west-1";
	other.ca_bundle = "/ca.pem";
	other.path_style = true;
	assert_true(same(&plain, &other));
}

/* Each names another bucket, or the files that do. */
static void
the_environment_counts(void **state)
{
	char variables[][60] = {"AWS_ENDPOINT_URL=http://x",
		"AWS_ENDPOINT_URL_S3=http://x",
		"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true", "AWS_PROFILE=work",
		"AWS_DEFAULT_PROFILE=work", "AWS_CONFIG_FILE=/other",
		"AWS_SHARED_CREDENTIALS_FILE=/other"};
	struct id seen[ARRAY_LEN(variables) + 1] = {place_name(&plain, 0)};

	for (size_t i = 0; i < ARRAY_LEN(variables); i++) {
		env[0] = variables[i];
		seen[i + 1] = place_name(&plain, 0);
		for (size_t k = 0; k <= i; k++) {
			assert_false(id_eq(&seen[k], &seen[i + 1]));
		}
	}
	env[0] = NULL;
}

static void
other_variables_change_nothing(void **state)
{
	char home[] = "HOME=/elsewhere";
	const struct id before = place_name(&plain, 0);

	env[0] = home;
	const struct id after = place_name(&plain, 0);

	assert_true(id_eq(&before, &after));
	env[0] = NULL;
}

static void
a_name_is_good_for_a_week(void **state)
{
	const struct id first = place_name(&plain, 5 * WEEK_NS),
			last = place_name(&plain, 6 * WEEK_NS - 1),
			next = place_name(&plain, 6 * WEEK_NS);

	assert_true(id_eq(&first, &last));
	assert_false(id_eq(&first, &next));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_names_another_bucket_is_another_place),
		cmocka_unit_test(what_does_not_name_a_bucket_changes_nothing),
		cmocka_unit_test(the_environment_counts),
		cmocka_unit_test(other_variables_change_nothing),
		cmocka_unit_test(a_name_is_good_for_a_week),
	};

	return cmocka_run_group_tests_name("place", tests, NULL, NULL);
}
