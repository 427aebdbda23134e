/* What the remote asks a sandbox to leave open: sandbox_enter is here. */
#include "mirror/remote.h"

#include "os/sandbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct {
	struct remote remote;
	struct cachedir dir;
	struct settings_input input;
	char home[64], home_variable[80];
	char *env[8];
	struct sandbox_rules rules;
} t;

void
sandbox_enter(const struct sandbox_rules *rules)
{
	t.rules = *rules;
}

static int
prepare(void **state)
{
	memset(&t, 0, sizeof(t));
	snprintf(t.home, sizeof(t.home), "/tmp/remote_sandbox-XXXXXX");
	assert_non_null(mkdtemp(t.home));
	t.env[0] = t.home_variable;
	t.input.env = t.env;
	t.remote.with.settings = &t.input;
	t.remote.with.dir = &t.dir;
	return 0;
}

static int
remove_home(void **state)
{
	return rmdir(t.home);
}

static bool
is_readable(const char *path)
{
	for (size_t i = 0; i < t.rules.readable_count; i++) {
		const char *readable = t.rules.readable[i];

		if (readable && strcmp(readable, path) == 0) {
			return true;
		}
	}
	return false;
}

static bool
is_port_open(uint16_t port)
{
	for (size_t i = 0; i < t.rules.port_count; i++) {
		if (t.rules.ports[i] == port) {
			return true;
		}
	}
	return false;
}

static void
enter_with_token(const char *home, const char *token)
{
	struct chain *chain = &t.remote.settings.chain;

	chain->kind = CHAIN_WEB_IDENTITY;
	snprintf(t.home_variable, sizeof(t.home_variable), "HOME=%s", home);
	snprintf(chain->file, sizeof(chain->file), "%s", token);
	remote_enter_sandbox(&t.remote);
}

static void
a_token_is_readable_with_its_directory(void **state)
{
	enter_with_token("/nowhere", "/run/secrets/token");
	assert_true(is_readable("/run/secrets"));
	enter_with_token("/nowhere", "/token");
	assert_true(is_readable("/token"));
	assert_false(is_readable(""));
}

/* However it is written. */
static void
but_never_with_all_of_home(void **state)
{
	static const char *const homes[] = {"%s", "%s/", "%s//", "%s/."};
	static const char *const tokens[] = {"%s/token", "%s//token"};
	char home[80], token[80], directory[80];

	for (size_t i = 0; i < sizeof(homes) / sizeof(*homes); i++) {
		for (size_t j = 0; j < 2; j++) {
			snprintf(home, sizeof(home), homes[i], t.home);
			snprintf(token, sizeof(token), tokens[j], t.home);
			snprintf(directory, sizeof(directory), "%s/", t.home);
			enter_with_token(home, token);
			assert_true(is_readable(token));
			assert_false(is_readable(t.home));
			assert_false(is_readable(directory));
		}
	}
}

/* A bucket's own region may be one whose host is not in NO_PROXY. */
static void
a_proxy_is_reached_even_if_the_first_host_needs_none(void **state)
{
	t.env[1] = "HTTPS_PROXY=http://proxy.test:3128";
	t.env[2] = "NO_PROXY=s3.test";
	t.remote.endpoint[0].tls = true;
	t.remote.endpoint[0].port = t.remote.site[0].target.port = 443;
	enter_with_token("/nowhere", "");
	assert_true(is_port_open(443));
	assert_true(is_port_open(3128));
	t.env[1] = NULL;
	enter_with_token("/nowhere", "");
	assert_false(is_port_open(0));
	assert_false(is_port_open(3128));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_token_is_readable_with_its_directory),
		cmocka_unit_test(but_never_with_all_of_home),
		cmocka_unit_test(
			a_proxy_is_reached_even_if_the_first_host_needs_none),
	};

	return cmocka_run_group_tests_name(
		"remote_sandbox", tests, prepare, remove_home);
}
