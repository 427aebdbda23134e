/* Keys of Identity Center, and its token that is refreshed. */
#include "granting_fixture.h"

static void
write_cache(const char *token, const char *year)
{
	char text[512];

	snprintf(text, sizeof(text),
		"{\"accessToken\":\"%s\",\"expiresAt\":"
		"\"%s-01-01T00:00:00Z\",\"refreshToken\":\"r\","
		"\"clientId\":\"i\",\"clientSecret\":\"s\",\"region\":"
		"\"kept\"}",
		token, year);
	write_file(text);
}

static void
prepare_sso(script_answer *answer)
{
	prepare(CHAIN_SSO, answer);
	strncpy(g.chain.url, g.url, URL_MAX);
	strncpy(g.chain.refresh_url, g.url, URL_MAX);
	strncpy(g.chain.account, "123", SSO_TEXT_MAX);
	strncpy(g.chain.role_name, "Dev", SSO_TEXT_MAX);
	write_cache("OLD", "2099");
}

static bool
give_keys(int fd, const char *key)
{
	char body[256];

	snprintf(body, sizeof(body),
		"{\"roleCredentials\":{\"accessKeyId\":\"%s\","
		"\"secretAccessKey\":\"s\",\"sessionToken\":\"t\","
		"\"expiration\":4070908800000}}",
		key);
	return answer_with(fd, "200 OK", "", body);
}

static bool
be_portal(struct script *s, int fd, const struct heard *h)
{
	if (heard_starts(h, "POST /token ")) {
		return answer_with(fd, "200 OK", "",
			"{\"accessToken\":\"NEW\",\"expiresIn\":3600,"
			"\"refreshToken\":\"r2\"}");
	}
	struct view token = heard_header(h, "x-amz-sso_bearer_token");

	return give_keys(fd, view_eq(token, VIEW("NEW")) ? "NEWKEY" : "OLDKEY");
}

static void
the_cached_token_is_asked_with(void **state)
{
	prepare_sso(be_portal);
	assert_granted("OLDKEY");
	assert_int_equal(g.grant.expires_s, 4070908800);
	assert_int_equal(script_count_heard(&g.server), 1);
	finish();
}

static size_t
read_back(char *text, size_t cap)
{
	FILE *file = fopen(g.chain.file, "r");

	assert_non_null(file);
	size_t n = fread(text, 1, cap - 1, file);

	text[n] = '\0';
	fclose(file);
	return n;
}

static void
a_token_that_ended_is_refreshed_for_all(void **state)
{
	struct stat st;
	char text[1024];

	prepare_sso(be_portal);
	write_cache("OLD", "2020");
	chmod(g.chain.file, 0600);
	assert_granted("NEWKEY");
	assert_true(heard_starts(heard_at(0), "POST /token "));
	read_back(text, sizeof(text));
	assert_non_null(strstr(text, "\"NEW\""));
	assert_non_null(strstr(text, "\"r2\""));
	assert_non_null(strstr(text, "\"region\":\"kept\""));
	assert_int_equal(stat(g.chain.file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_granted("NEWKEY");
	assert_int_equal(script_count(&g.server, "POST /token "), 1);
	finish();
}

static bool
be_too_late(struct script *s, int fd, const struct heard *h)
{
	if (!heard_starts(h, "POST /token ")) {
		return be_portal(s, fd, h);
	}
	write_cache("NEW", "2099"); /* somebody else's */
	return answer_with(fd, "400 Bad", "", "{\"error\":\"invalid_grant\"}");
}

static void
somebody_else_may_have_refreshed_it(void **state)
{
	prepare_sso(be_too_late);
	write_cache("OLD", "2020");
	assert_granted("NEWKEY");
	finish();
}

static bool
be_too_late_and_wait(struct script *s, int fd, const struct heard *h)
{
	if (!heard_starts(h, "POST /token ")) {
		return be_portal(s, fd, h);
	}
	answer_with(fd, "400 Bad", "", "{\"error\":\"invalid_grant\"}");
	usleep(BRIEFLY_MS * 1000);
	write_cache("NEW", "2099"); /* somebody else's */
	return true;
}

static void
somebody_else_may_be_about_to_write_it(void **state)
{
	prepare_sso(be_too_late_and_wait);
	write_cache("OLD", "2020");
	assert_granted("NEWKEY");
	assert_int_equal(script_count(&g.server, "POST /token "), 1);
	finish();
}

static bool
be_slow_to_refresh(struct script *s, int fd, const struct heard *h)
{
	if (heard_starts(h, "POST /token ")) {
		usleep(BRIEFLY_MS * 1000);
	}
	return be_portal(s, fd, h);
}

static void *
ask_for_keys(void *arg)
{
	(void)run_for(SOON_MS);
	return arg;
}

/* Once it is under way it cannot be cut: nobody else has the new token. */
static void
the_end_waits_for_a_refresh(void **state)
{
	char text[1024];
	pthread_t thread;

	prepare_sso(be_slow_to_refresh);
	granting_await_refresh(CLOCK_NEVER); /* none is under way */
	write_cache("OLD", "2020");
	assert_int_equal(pthread_create(&thread, NULL, ask_for_keys, NULL), 0);
	script_await(&g.server, 1);
	granting_await_refresh(clock_mono_ms()); /* no longer than that */
	read_back(text, sizeof(text));
	assert_null(strstr(text, "\"NEW\""));
	granting_await_refresh(CLOCK_NEVER);
	read_back(text, sizeof(text));
	assert_non_null(strstr(text, "\"NEW\""));
	pthread_join(thread, NULL);
	finish();
}

static void *
write_the_rest(void *arg)
{
	usleep(20 * 1000);
	write_cache("OLD", "2099");
	return arg;
}

static void
half_a_file_may_become_a_whole_one(void **state)
{
	pthread_t thread;

	prepare_sso(be_portal);
	write_file("{\"accessToken\":");
	assert_int_equal(
		pthread_create(&thread, NULL, write_the_rest, NULL), 0);
	assert_granted("OLDKEY");
	pthread_join(thread, NULL);
	finish();
}

static bool
refuse_all(struct script *s, int fd, const struct heard *h)
{
	return answer_with(fd, "400 Bad", "", "{\"error\":\"invalid_grant\"}");
}

static bool
refuse_token(struct script *s, int fd, const struct heard *h)
{
	return answer_with(
		fd, "401 No", "", "{\"__type\":\"UnauthorizedException\"}");
}

static void
what_a_person_must_do_is_said(void **state)
{
	prepare_sso(refuse_all);
	write_cache("OLD", "2020");
	assert_fails(GS_CONFIG, "aws sso login");
	assert_int_equal(script_count_heard(&g.server), 1);
	g.chain.refresh_url[0] = '\0'; /* as without an sso-session */
	assert_fails(GS_CONFIG,
		"the sign-in has ended: run `aws sso login` for this profile");
	unlink(g.chain.file);
	assert_fails(GS_CONFIG, "aws sso login");
	assert_int_equal(script_count_heard(&g.server), 1);
	write_cache("OLD", "2099");
	script_change(&g.server, refuse_token);
	assert_fails(GS_CONFIG, "aws sso login");
	finish();
}

static void
nonsense_has_an_end(void **state)
{
	prepare_sso(say_garbage);
	assert_fails(GS_BAD, "127.0.0.1");
	script_change(&g.server, say_a_gigabyte);
	assert_fails(GS_TOOBIG, "127.0.0.1");
	write_file("{\"accessToken\":");
	assert_fails(GS_CONFIG, g.chain.file);
	write_file("");
	assert_fails(GS_CONFIG, "aws sso login");
	finish();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_cached_token_is_asked_with),
		cmocka_unit_test(a_token_that_ended_is_refreshed_for_all),
		cmocka_unit_test(somebody_else_may_have_refreshed_it),
		cmocka_unit_test(somebody_else_may_be_about_to_write_it),
		cmocka_unit_test(the_end_waits_for_a_refresh),
		cmocka_unit_test(half_a_file_may_become_a_whole_one),
		cmocka_unit_test(what_a_person_must_do_is_said),
		cmocka_unit_test(nonsense_has_an_end),
	};

	return cmocka_run_group_tests_name("granting_sso", tests, NULL, NULL);
}
