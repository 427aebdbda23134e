/* Sources that are asked by no request, and what holds for all. */
#include "granting_fixture.h"

#include <errno.h>
#include <sys/resource.h>

static bool
ask_nobody(struct script *s, int fd, const struct heard *h)
{
	return false;
}

/* keys, and a login */

static void
keys_are_there(void **state)
{
	prepare(CHAIN_KEYS, ask_nobody);
	strncpy(g.chain.keys.access_key, "STATIC", ACCESS_KEY_MAX);
	assert_granted("STATIC");
	assert_int_equal(g.grant.expires_s, GRANT_NEVER);
	finish();
}

static const char login[] =
	"{\"accessToken\":{\"accessKeyId\":\"LOGIN\","
	"\"secretAccessKey\":\"s\",\"sessionToken\":\"t\","
	"\"accountId\":\"1\",\"expiresAt\":\"%s-01-01T00:00:00Z\"}}";

static void
write_login(const char *year)
{
	char text[512];

	snprintf(text, sizeof(text), login, year);
	write_file(text);
}

static void
a_login_is_read_until_it_ends(void **state)
{
	prepare(CHAIN_LOGIN, ask_nobody);
	assert_fails(GS_CONFIG, "run `aws login`");
	write_login("2099");
	assert_granted("LOGIN");
	write_login("2020");
	assert_fails(GS_CONFIG,
		"the sign-in has ended: run `aws login` for this profile");
	write_file("");
	assert_fails(GS_CONFIG, "empty file");
	write_file("{}");
	assert_fails(GS_CONFIG, g.chain.file);
	finish();
}

static void
a_file_that_cannot_be_read_now_may_be_later(void **state)
{
	struct rlimit usual, none;

	prepare(CHAIN_LOGIN, ask_nobody);
	write_login("2099");
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
	none = usual;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	enum gs_code code = run_for(SOON_MS);

	assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
	assert_int_equal(code, GS_SYS);
	assert_int_equal(g.err.sys_errno, EMFILE);
	assert_granted("LOGIN");
	snprintf(g.chain.file, sizeof(g.chain.file), "%s", g.dir);
	assert_fails(GS_CONFIG, "Is a directory");
	finish();
}

/* a command */

static enum gs_code
run_command_for(const char *text, unsigned ms)
{
	const struct command_listener nobody = {NULL, NULL};

	prepare(CHAIN_COMMAND, ask_nobody);
	g.how.command = command_start(text, &nobody, &g.err);
	assert_non_null(g.how.command);
	enum gs_code code = run_for(ms);

	command_end(g.how.command);
	finish();
	return code;
}

static void
a_command_prints_keys(void **state)
{
	assert_int_equal(run_command_for("echo '{\"Version\":1,"
					 "\"AccessKeyId\":\"CMD\","
					 "\"SecretAccessKey\":\"s\"}'",
				 SOON_MS),
		GS_OK);
	assert_string_equal(g.grant.creds.access_key, "CMD");
	assert_int_equal(g.grant.expires_s, GRANT_NEVER);
}

static void
a_command_that_fails_is_for_a_person(void **state)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{"exit 1", "it ended with status 1"},
		{"no-such-command", "it ended with status 127"},
		{":", "it prints nothing"},
		{"echo hello", "a test"},
		{"echo '{}'", "a test"},
		{"echo '{\"Version\":1,\"AccessKeyId\":\"a\","
		 "\"SecretAccessKey\":\"s\","
		 "\"Expiration\":\"2020-01-01T00:00:00Z\"}'",
			"it prints keys that have expired: is this machine's "
			"clock right?"},
		{"head -c 1000000000 /dev/zero", "it prints too much"},
		{"while :; do echo x; done", "it prints too much"},
		{"kill -9 $$", "it was ended by signal 9"},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (run_command_for(bad[i].text, SOON_MS) != GS_CONFIG ||
			!strstr(g.err.text, bad[i].why)) {
			fail_msg("%s: %s", bad[i].text, g.err.text);
		}
	}
	assert_int_equal(run_command_for("sleep 100", BRIEFLY_MS), GS_CONFIG);
	assert_non_null(strstr(g.err.text, "it took too long"));
	assert_true(g.took_ms < 2000);
}

/* roles on top of it */

static bool
give_role(struct script *s, int fd, const struct heard *h)
{
	char body[512];

	snprintf(body, sizeof(body),
		"<AssumeRoleResponse><AssumeRoleResult><Credentials>"
		"<AccessKeyId>ROLE%zu</AccessKeyId>"
		"<SecretAccessKey>s</SecretAccessKey>"
		"<SessionToken>t%zu</SessionToken>"
		"<Expiration>2099-01-01T00:00:00Z</Expiration>"
		"</Credentials></AssumeRoleResult></AssumeRoleResponse>",
		h->number, h->number);
	return answer_with(fd, "200 OK", "", body);
}

static void
add_role(const char *arn)
{
	strncpy(g.chain.roles[g.chain.role_count++].arn, arn, ROLE_ARN_MAX);
	strncpy(g.chain.sts_url, g.url, URL_MAX);
	strncpy(g.chain.sts_region, "eu-west-1", REGION_MAX);
}

static bool
is_asked_with(const struct heard *h, const char *key, const char *token)
{
	char credential[64];
	struct view header = heard_header(h, "authorization");

	snprintf(credential, sizeof(credential), "Credential=%s/", key);
	return view_find(header, view_of(credential)) < header.n &&
	       view_eq(heard_header(h, "x-amz-security-token"), view_of(token));
}

static void
each_role_is_asked_with_the_keys_before_it(void **state)
{
	prepare(CHAIN_KEYS, give_role);
	strncpy(g.chain.keys.access_key, "STATIC", ACCESS_KEY_MAX);
	add_role("arn:aws:iam::1:role/a");
	add_role("arn:aws:iam::1:role/b");
	assert_granted("ROLE1");
	assert_true(body_starts(heard_at(0), "Action=AssumeRole&"));
	assert_true(is_asked_with(heard_at(0), "STATIC", ""));
	assert_true(is_asked_with(heard_at(1), "ROLE0", "t0"));
	finish();
}

static bool
deny_role(struct script *s, int fd, const struct heard *h)
{
	return answer_with(fd, "403 Forbidden", "",
		"<ErrorResponse><Error><Code>AccessDenied</Code><Message>not "
		"authorized</Message></Error></ErrorResponse>");
}

static void
a_role_that_is_denied_is_for_a_person(void **state)
{
	prepare(CHAIN_KEYS, deny_role);
	strncpy(g.chain.keys.access_key, "STATIC", ACCESS_KEY_MAX);
	add_role("arn:aws:iam::1:role/a");
	assert_fails(GS_CONFIG, "AccessDenied");
	assert_non_null(strstr(g.err.text, g.url));
	assert_int_equal(script_count_heard(&g.server), 1);
	finish();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_there),
		cmocka_unit_test(a_login_is_read_until_it_ends),
		cmocka_unit_test(a_file_that_cannot_be_read_now_may_be_later),
		cmocka_unit_test(a_command_prints_keys),
		cmocka_unit_test(a_command_that_fails_is_for_a_person),
		cmocka_unit_test(each_role_is_asked_with_the_keys_before_it),
		cmocka_unit_test(a_role_that_is_denied_is_for_a_person),
	};

	return cmocka_run_group_tests_name("granting", tests, NULL, NULL);
}
