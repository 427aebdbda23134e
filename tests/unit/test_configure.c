#include "cli/configure.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static struct options options;
static char variables[8][64];
static char *env[9];

static void
set(const char *const values[])
{
	size_t n = 0;

	for (; values[n]; n++) {
		strncpy(variables[n], values[n], sizeof(variables[n]) - 1);
		env[n] = variables[n];
	}
	env[n] = NULL;
}

static enum gs_code
check(const char *flag, struct gs_err *err)
{
	char name[] = "gocache-s3", value[64];
	char *argv[] = {name, value, NULL};

	strncpy(value, flag, sizeof(value) - 1);
	assert_int_equal(options_parse(2, argv, env, &options, err), GS_OK);
	struct settings_input in = configure(&options, env);

	return configure_check(&options, &in, err);
}

static void
a_bucket_with_keys_and_a_region_is_good(void **state)
{
	struct gs_err err;

	set((const char *const[]){"AWS_ACCESS_KEY_ID=id",
		"AWS_SECRET_ACCESS_KEY=secret", "AWS_REGION=eu-west-1", NULL});
	assert_int_equal(check("-bucket=b", &err), GS_OK);
	assert_int_equal(check("-bucket=b", &err), GS_OK);
}

static void
a_proxy_must_be_one_too(void **state)
{
	struct gs_err err;

	set((const char *const[]){"AWS_ACCESS_KEY_ID=id",
		"AWS_SECRET_ACCESS_KEY=secret", "AWS_REGION=eu-west-1",
		"HTTPS_PROXY=socks5://proxy", NULL});
	assert_int_equal(check("-bucket=b", &err), GS_CONFIG);
	assert_non_null(strstr(err.text, "'HTTPS_PROXY': SOCKS is not"));
}

static void
what_is_missing_is_named(void **state)
{
	struct gs_err err;

	set((const char *const[]){"AWS_EC2_METADATA_DISABLED=true", NULL});
	assert_int_equal(check("-strict", &err), GS_CONFIG);
	assert_non_null(strstr(err.text, "no bucket"));
	assert_int_equal(check("-bucket=b", &err), GS_CONFIG);
	assert_non_null(strstr(err.text, "credentials"));
}

/* Whether somebody gives keys is not known before he is asked. */
static void
the_machine_may_have_a_role(void **state)
{
	struct gs_err err;

	set((const char *const[]){NULL});
	assert_int_equal(check("-bucket=b", &err), GS_OK);
}

static void
a_bad_variable_is_not_forgiven(void **state)
{
	struct gs_err err;

	set((const char *const[]){"GOCACHE_S3_DRAIN=soon",
		"AWS_ACCESS_KEY_ID=id", "AWS_SECRET_ACCESS_KEY=secret", NULL});
	assert_int_equal(check("-bucket=b", &err), GS_CONFIG);
	assert_non_null(strstr(err.text, "GOCACHE_S3_DRAIN"));
}

static void
a_bad_endpoint_is_found(void **state)
{
	struct gs_err err;

	set((const char *const[]){"AWS_ACCESS_KEY_ID=id",
		"AWS_SECRET_ACCESS_KEY=secret", "AWS_ENDPOINT_URL=ftp://host",
		"AWS_REGION=x", NULL});
	assert_int_equal(check("-bucket=b", &err), GS_CONFIG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bucket_with_keys_and_a_region_is_good),
		cmocka_unit_test(a_proxy_must_be_one_too),
		cmocka_unit_test(what_is_missing_is_named),
		cmocka_unit_test(the_machine_may_have_a_role),
		cmocka_unit_test(a_bad_variable_is_not_forgiven),
		cmocka_unit_test(a_bad_endpoint_is_found),
	};

	return cmocka_run_group_tests_name("configure", tests, NULL, NULL);
}
