#include "s3/chain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { CONFIG_MAX = 64 * 1024 };

static struct chain chain;
static struct gs_err err;
static char config[CONFIG_MAX];
static char variable[CONFIG_MAX];

static enum gs_code
find(char *const env[], struct view text)
{
	const struct profile profile = {
		.name = VIEW("p"), .text = {[PROFILE_CONFIG] = text}};
	const struct chain_search search = {.env = env, .profile = &profile};

	return chain_find(&search, &chain, &err);
}

/* A value of n letters after the text. */
static struct view
lengthen(char *text, const char *start, size_t n, const char *letters)
{
	size_t len = strlen(start);

	assert_true(len + n < CONFIG_MAX);
	memcpy(text, start, len);
	memset(text + len, letters[0], n);
	text[len + n] = '\0';
	return (struct view){text, len + n};
}

static void
assert_long(enum gs_code code, const char *named)
{
	assert_int_equal(code, GS_TOOBIG);
	assert_non_null(strstr(err.text, named));
	assert_null(strstr(err.text, "xxx"));
}

static void
keys_of_a_profile(void **state)
{
	static const struct {
		const char *start, *named;
		size_t max;
	} limits[] = {
		{"[profile p]\naws_secret_access_key=s\naws_access_key_id=",
			"aws_access_key_id", ACCESS_KEY_MAX},
		{"[profile p]\naws_access_key_id=a\naws_secret_access_key=",
			"aws_secret_access_key", SECRET_KEY_MAX},
		{"[profile p]\naws_access_key_id=a\naws_secret_access_key=s\n"
		 "aws_session_token=",
			"aws_session_token", SESSION_TOKEN_MAX},
		{"[profile p]\ncredential_process=", "credential_process",
			COMMAND_MAX},
		{"[profile p]\nrole_arn=", "role_arn", ROLE_ARN_MAX},
		{"[profile p]\nrole_arn=a\nexternal_id=", "external_id",
			EXTERNAL_ID_MAX},
		{"[profile p]\nrole_arn=a\nrole_session_name=",
			"role_session_name", ROLE_SESSION_MAX},
		{"[profile p]\nrole_arn=a\nweb_identity_token_file=",
			"web_identity_token_file", CHAIN_PATH_MAX - 1},
		{"[profile p]\nsso_region=r\nsso_start_url=u\n"
		 "sso_role_name=n\nsso_account_id=",
			"sso_account_id", SSO_TEXT_MAX},
		{"[profile p]\nsso_region=r\nsso_start_url=u\n"
		 "sso_account_id=n\nsso_role_name=",
			"sso_role_name", SSO_TEXT_MAX},
		{"[profile p]\nsso_region=r\nsso_account_id=n\n"
		 "sso_role_name=n\nsso_start_url=",
			"sso_start_url", URL_MAX},
		{"[profile p]\nlogin_session=", "login_session",
			LOGIN_SESSION_MAX},
		{"[profile p]\nec2_metadata_service_endpoint=http://h/",
			"ec2_metadata_service_endpoint",
			URL_MAX - sizeof("http://h/") + 1},
	};

	char home[] = "HOME=/h";
	char *env[] = {home, NULL};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		struct view text =
			lengthen(config, limits[i].start, limits[i].max, "x");

		if (find(env, text) != GS_OK) {
			fail_msg("%s: %s", limits[i].named, err.text);
		}
		text = lengthen(
			config, limits[i].start, limits[i].max + 1, "x");
		assert_long(find(env, text), limits[i].named);
	}
}

static void
variables(void **state)
{
	static const struct {
		const char *start, *named;
		size_t max;
	} limits[] = {
		{"AWS_WEB_IDENTITY_TOKEN_FILE=", "AWS_WEB_IDENTITY_TOKEN_FILE",
			CHAIN_PATH_MAX - 1},
		{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/",
			"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
			URL_MAX - sizeof("http://169.254.170.2/") + 1},
		{"AWS_CONTAINER_CREDENTIALS_FULL_URI=https://h/",
			"AWS_CONTAINER_CREDENTIALS_FULL_URI",
			URL_MAX - sizeof("https://h/") + 1},
		{"AWS_CONTAINER_AUTHORIZATION_TOKEN=",
			"AWS_CONTAINER_AUTHORIZATION_TOKEN", SESSION_TOKEN_MAX},
		{"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=",
			"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
			CHAIN_PATH_MAX - 1},
		{"AWS_ROLE_SESSION_NAME=", "AWS_ROLE_SESSION_NAME",
			ROLE_SESSION_MAX},
		{"AWS_EC2_METADATA_SERVICE_ENDPOINT=http://h/",
			"AWS_EC2_METADATA_SERVICE_ENDPOINT",
			URL_MAX - sizeof("http://h/") + 1},
		{"AWS_ENDPOINT_URL_STS=http://h/", "AWS_ENDPOINT_URL_STS",
			URL_MAX - sizeof("http://h/") + 1},
	};

	char role[] = "AWS_ROLE_ARN=arn",
	     file[] = "AWS_WEB_IDENTITY_TOKEN_FILE=/t";
	char full[] = "AWS_CONTAINER_CREDENTIALS_FULL_URI=https://h";

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		bool of_role = strstr(limits[i].start, "ROLE") ||
			       strstr(limits[i].start, "STS");
		bool of_token = strstr(limits[i].start, "AUTHORIZATION");
		char *env[] = {variable, role,
			of_role    ? file
			: of_token ? full
				   : NULL,
			NULL};

		(void)lengthen(variable, limits[i].start, limits[i].max, "x");
		if (find(env, VIEW("")) != GS_OK) {
			fail_msg("%s: %s", limits[i].named, err.text);
		}
		(void)lengthen(
			variable, limits[i].start, limits[i].max + 1, "x");
		assert_long(find(env, VIEW("")), limits[i].named);
	}
}

/* Profiles p, p1, ... with a role each, the last one with keys. */
static struct view
write_roles(size_t count, bool last_has_role)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		bool last = i + 1 == count;

		n += (size_t)snprintf(config + n, sizeof(config) - n,
			i == 0 ? "[profile p]\n" : "[profile p%zu]\n", i);
		if (!last || last_has_role) {
			n += (size_t)snprintf(config + n, sizeof(config) - n,
				"role_arn = arn%zu\n", i);
		}
		n += (size_t)snprintf(config + n, sizeof(config) - n,
			last ? "aws_access_key_id = a\n"
			       "aws_secret_access_key = s\n"
			     : "source_profile = p%zu\n",
			i + 1);
	}
	return (struct view){config, n};
}

static void
roles(void **state)
{
	char *env[] = {NULL};

	assert_int_equal(find(env, write_roles(CHAIN_ROLES_MAX, true)), GS_OK);
	assert_int_equal(chain.role_count, CHAIN_ROLES_MAX);
	assert_string_equal(chain.roles[CHAIN_ROLES_MAX - 1].arn, "arn0");
	assert_int_equal(
		find(env, write_roles(CHAIN_ROLES_MAX + 1, false)), GS_OK);
	assert_int_equal(chain.role_count, CHAIN_ROLES_MAX);
	assert_int_equal(
		find(env, write_roles(CHAIN_ROLES_MAX + 1, true)), GS_TOOBIG);
	assert_int_equal(
		find(env, write_roles(CHAIN_ROLES_MAX + 2, false)), GS_TOOBIG);
	assert_string_equal(err.text,
		"profile 'p8': source_profile (config file, line 27) is at the "
		"end of too many others");
}

static void
names(void **state)
{
	static char text[2 * CONFIG_MAX];
	char name[PROFILE_NAME_MAX + 1];
	char *env[] = {NULL};

	for (size_t n = PROFILE_NAME_MAX - 1; n <= PROFILE_NAME_MAX; n++) {
		(void)snprintf(text, sizeof(text),
			"[profile p]\nrole_arn = r\nsource_profile = %s\n"
			"[profile %s]\ncredential_process = c\n",
			(const char *)lengthen(name, "", n, "x").p, name);
		assert_int_equal(find(env, view_of(text)),
			n < PROFILE_NAME_MAX ? GS_OK : GS_TOOBIG);
	}
	assert_string_equal(err.text,
		"profile 'p': source_profile (config file, line 3) is longer "
		"than any real one");
	(void)snprintf(text, sizeof(text),
		"[profile p]\nrole_arn = r\nsource_profile = %.*s\n",
		PROFILE_NAME_MAX - 1, name);
	assert_int_equal(find(env, view_of(text)), GS_CONFIG);
	assert_non_null(strstr(err.text, "xxx...', which is neither"));
}

static void
odd_bytes(void **state)
{
	char token[] = "AWS_CONTAINER_AUTHORIZATION_TOKEN=hush\n";
	char full[] = "AWS_CONTAINER_CREDENTIALS_FULL_URI=https://h";
	char *env[] = {token, full, NULL};

	assert_int_equal(find(env, VIEW("")), GS_CONFIG);
	assert_string_equal(err.text,
		"AWS_CONTAINER_AUTHORIZATION_TOKEN: holds a line break; was it "
		"copied with one?");
	token[strlen(token) - 1] = '\0';
	assert_int_equal(find(env, VIEW("")), GS_OK);
	assert_string_equal(chain.token, "hush");
	assert_int_equal(
		find(env, VIEW("[profile p]\ncredential_process = a\0b\n")),
		GS_CONFIG);
	assert_string_equal(err.text,
		"profile 'p': credential_process (config file, line 2) holds a "
		"NUL");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_of_a_profile),
		cmocka_unit_test(variables),
		cmocka_unit_test(roles),
		cmocka_unit_test(names),
		cmocka_unit_test(odd_bytes),
	};

	return cmocka_run_group_tests_name("chain_limits", tests, NULL, NULL);
}
