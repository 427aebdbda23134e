/* Where the shared files are. */
#include "s3/settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct gs_err err;

static void
assert_paths(char *const env[], const char *config, const char *credentials)
{
	struct settings_paths paths;

	assert_int_equal(settings_paths(env, &paths, &err), GS_OK);
	assert_string_equal(paths.config, config);
	assert_string_equal(paths.credentials, credentials);
}

#define ENV(...) ((char *const[]){__VA_ARGS__, NULL})

static char home[] = "HOME=/h";

static void
test_paths(void **state)
{
	char config[] = "AWS_CONFIG_FILE=/etc/c";
	char credentials[] = "AWS_SHARED_CREDENTIALS_FILE=~/k/c";
	char tilde[] = "AWS_CONFIG_FILE=~other/c";
	char empty[] = "AWS_CONFIG_FILE=";

	assert_paths(ENV(home), "/h/.aws/config", "/h/.aws/credentials");
	assert_paths(ENV(NULL), "", "");
	assert_paths(ENV(home, config), "/etc/c", "/h/.aws/credentials");
	assert_paths(ENV(home, credentials), "/h/.aws/config", "/h/k/c");
	assert_paths(ENV(config, credentials), "/etc/c", "");
	assert_paths(ENV(tilde), "~other/c", "");
	assert_paths(ENV(home, empty), "/h/.aws/config", "/h/.aws/credentials");
}

static void
test_path_limit(void **state)
{
	struct settings_paths paths;
	char text[SETTINGS_PATH_MAX + 32] = "AWS_CONFIG_FILE=";
	size_t start = strlen(text);

	memset(text + start, 'x', SETTINGS_PATH_MAX - 1);
	assert_int_equal(settings_paths(ENV(text), &paths, &err), GS_OK);
	text[start + SETTINGS_PATH_MAX - 1] = 'x';
	assert_int_equal(settings_paths(ENV(text), &paths, &err), GS_TOOBIG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_path_limit),
	};

	return cmocka_run_group_tests_name("settings_paths", tests, NULL, NULL);
}
