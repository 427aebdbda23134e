/* Services that are asked for keys, and how they fail. */
#include "granting_fixture.h"

#include "base/time.h"

/* a web identity, for STS */

#define ROLE(KEY)                                                              \
	"<AssumeRoleWithWebIdentityResponse>"                                  \
	"<AssumeRoleWithWebIdentityResult><Credentials>"                       \
	"<AccessKeyId>" KEY "</AccessKeyId>"                                   \
	"<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"   \
	"<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>"          \
	"</AssumeRoleWithWebIdentityResult>"                                   \
	"</AssumeRoleWithWebIdentityResponse>"

#define REFUSAL(CODE)                                                          \
	"<ErrorResponse><Error><Code>" CODE "</Code></Error></ErrorResponse>"

static bool
give_role(struct script *s, int fd, const struct heard *h)
{
	return answer_with(fd, "200 OK", "", ROLE("WEB"));
}

static void
prepare_web(script_answer *answer)
{
	prepare(CHAIN_WEB_IDENTITY, answer);
	strncpy(g.chain.role.arn, "arn:x", ROLE_ARN_MAX);
	strncpy(g.chain.role.session_name, "n", ROLE_SESSION_MAX);
	strncpy(g.chain.sts_url, g.url, URL_MAX);
	write_file("FIRST\n");
}

static bool
has_token(const struct heard *h, const char *token)
{
	char text[64];
	struct view body = {h->body, h->body_len};

	snprintf(text, sizeof(text), "WebIdentityToken=%s", token);
	return view_ends(body, view_of(text));
}

static void
the_token_is_read_each_time(void **state)
{
	prepare_web(give_role);
	assert_granted("WEB");
	write_file("SECOND");
	assert_granted("WEB");
	assert_true(has_token(heard_at(0), "FIRST"));
	assert_true(has_token(heard_at(1), "SECOND"));
	assert_int_equal(heard_header(heard_at(0), "authorization").n, 0);
	finish();
}

static void
without_a_token_nobody_is_asked(void **state)
{
	prepare_web(give_role);
	unlink(g.chain.file);
	assert_fails(GS_CONFIG, "check its path");
	assert_non_null(strstr(g.err.text, g.chain.file));
	write_file("\n");
	assert_fails(GS_CONFIG, "empty file");
	assert_int_equal(script_count_conns(&g.server), 0);
	finish();
}

/* trouble that passes, and that does not */

static bool
be_busy_twice(struct script *s, int fd, const struct heard *h)
{
	return h->number < 2 ? answer_with(fd, "503 Busy", "", "")
			     : give_role(s, fd, h);
}

static bool
be_busy(struct script *s, int fd, const struct heard *h)
{
	return answer_with(fd, "503 Busy", "", "");
}

static bool
hang_up(struct script *s, int fd, const struct heard *h)
{
	return false;
}

static void
trouble_is_tried_again_three_times_in_all(void **state)
{
	prepare_web(be_busy_twice);
	assert_granted("WEB");
	assert_int_equal(script_count_heard(&g.server), 3);
	script_change(&g.server, be_busy);
	assert_fails(GS_BAD, "503");
	assert_int_equal(script_count_heard(&g.server), 6);
	script_change(&g.server, hang_up);
	assert_fails(GS_CLOSED, "127.0.0.1");
	assert_int_equal(script_count_heard(&g.server), 9);
	finish();
}

static bool
want_second(struct script *s, int fd, const struct heard *h)
{
	if (has_token(h, "SECOND")) {
		return give_role(s, fd, h);
	}
	write_file("SECOND");
	return answer_with(fd, "400 Bad", "", REFUSAL("ExpiredTokenException"));
}

static bool
expire(struct script *s, int fd, const struct heard *h)
{
	return answer_with(fd, "400 Bad", "", REFUSAL("ExpiredTokenException"));
}

static void
a_token_that_expired_meanwhile_is_read_again_once(void **state)
{
	prepare_web(want_second);
	assert_granted("WEB");
	assert_int_equal(script_count_heard(&g.server), 2);
	script_change(&g.server, expire);
	assert_fails(GS_CONFIG, "ExpiredTokenException");
	assert_int_equal(script_count_heard(&g.server), 4);
	finish();
}

/* the clock */

enum { AHEAD_S = 7200 };

static bool
date_it(int fd, const char *status, const char *body)
{
	char headers[128], date[64];
	struct buf b = BUF_OVER(date);
	time_t then = (time_t)(clock_wall_ns() / 1000000000) + AHEAD_S;
	struct tm tm;

	gmtime_r(&then, &tm);
	b.len = strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	snprintf(headers, sizeof(headers), "Date: %.*s\r\n", (int)b.len, date);
	return answer_with(fd, status, headers, body);
}

static bool
want_the_right_time(struct script *s, int fd, const struct heard *h)
{
	return h->number == 0 ? date_it(fd, "403 Forbidden",
					REFUSAL("RequestTimeTooSkewed"))
			      : date_it(fd, "200 OK", ROLE("WEB"));
}

static void
a_wrong_clock_is_corrected_once(void **state)
{
	prepare_web(want_the_right_time);
	assert_granted("WEB");
	assert_int_equal(script_count_heard(&g.server), 2);
	/* 2099-01-01 by this machine's clock */
	assert_in_range(g.grant.expires_s, 4070908800 - AHEAD_S - 3,
		4070908800 - AHEAD_S + 3);
	finish();
}

/* nonsense */

static void
nonsense_has_an_end(void **state)
{
	static const struct {
		script_answer *answer;
		enum gs_code code;
	} bad[] = {
		{say_garbage, GS_BAD},
		{say_a_gigabyte, GS_TOOBIG},
		{refuse_with_a_gigabyte, GS_CONFIG},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		prepare_web(bad[i].answer);
		assert_fails(bad[i].code, "127.0.0.1");
		assert_true(g.took_ms < 5000);
		finish();
	}
}

static void
silence_has_an_end(void **state)
{
	static script_answer *const silent[] = {say_nothing, drip};

	for (size_t i = 0; i < sizeof(silent) / sizeof(*silent); i++) {
		prepare_web(silent[i]);
		assert_int_equal(run_for(BRIEFLY_MS), GS_TIMEOUT);
		assert_true(g.took_ms < 3 * BRIEFLY_MS);
		finish();
	}
}

static void
a_service_that_refuses_connections_is_named(void **state)
{
	prepare_web(give_role);
	snprintf(g.chain.sts_url, sizeof(g.chain.sts_url),
		"http://127.0.0.1:%u",
		(unsigned)ntohs(loopback_refusing().sa.v4.sin_port));
	assert_fails(GS_SYS, g.chain.sts_url);
	finish();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_token_is_read_each_time),
		cmocka_unit_test(without_a_token_nobody_is_asked),
		cmocka_unit_test(trouble_is_tried_again_three_times_in_all),
		cmocka_unit_test(
			a_token_that_expired_meanwhile_is_read_again_once),
		cmocka_unit_test(a_wrong_clock_is_corrected_once),
		cmocka_unit_test(nonsense_has_an_end),
		cmocka_unit_test(silence_has_an_end),
		cmocka_unit_test(a_service_that_refuses_connections_is_named),
	};

	return cmocka_run_group_tests_name(
		"granting_service", tests, NULL, NULL);
}
