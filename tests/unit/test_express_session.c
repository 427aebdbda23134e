/* Sessions with a directory bucket, from a scripted one. */
#include "mirror/express_session.h"

#include "mend_fixture.h"

#include <sys/time.h>

static const struct creds base = {"BASEKEY", "base/secret", "BASETOKEN"};
static struct grant grant;
static struct gs_err err;

/* What the server answers, and how often it does something else before. */
static struct {
	const char *status, *headers, *body;
	size_t busy;
} plan;

/* Now and so many seconds, in UTC: for a document, or as a Date. */
static void
format_time(char *text, size_t cap, bool as_date, int64_t in_s)
{
	time_t at = (time_t)(clock_wall_ns() / 1000000000 + in_s);
	struct tm utc;

	gmtime_r(&at, &utc);
	strftime(text, cap,
		as_date ? "%a, %d %b %Y %H:%M:%S GMT" : "%Y-%m-%dT%H:%M:%SZ",
		&utc);
}

static const char *
session_until(int64_t in_s)
{
	static char document[512];
	char end[32];

	format_time(end, sizeof(end), false, in_s);
	snprintf(document, sizeof(document),
		"<CreateSessionResult><Credentials><SessionToken>T"
		"</SessionToken><SecretAccessKey>S</SecretAccessKey>"
		"<AccessKeyId>K</AccessKeyId><Expiration>%s</Expiration>"
		"</Credentials></CreateSessionResult>",
		end);
	return document;
}

static bool
answer(struct script *s, int fd, const struct heard *h)
{
	if (h->number < plan.busy) {
		return answer_error(fd, "503 Busy", "", "SlowDown");
	}
	return answer_with(fd, plan.status, plan.headers, plan.body);
}

static enum gs_code
open_session(bool read_only)
{
	enum gs_code code;

	f = fixture_prepare(answer);
	f->input.bucket = "b--use1-az4--x-s3";
	fixture_start(f);
	f->remote.with.read_only = read_only;
	memset(&grant, 0, sizeof(grant));
	code = express_session_open(
		&f->remote, &base, clock_mono_ms() + 60000, &grant, &err);
	assert_said_nothing(f);
	return code;
}

static void
assert_ends_in(int64_t seconds)
{
	int64_t left = grant.expires_s - clock_wall_ns() / 1000000000;

	assert_in_range(left + 1000, seconds + 1000 - 3, seconds + 1000 + 1);
}

static void
a_session_is_opened(void **state)
{
	plan.status = "200 OK";
	plan.headers = "";
	plan.body = session_until(300);
	assert_int_equal(open_session(false), GS_OK);
	assert_string_equal(grant.creds.access_key, "K");
	assert_string_equal(grant.creds.secret_key, "S");
	assert_string_equal(grant.creds.session_token, "T");
	assert_ends_in(295);

	const struct heard *h = &f->server.heard[0];

	assert_true(heard_starts(h, "GET /b--use1-az4--x-s3?session= HTTP"));
	assert_true(is_signed_by(h, "BASEKEY"));
	assert_true(view_find(heard_header(h, "authorization"),
			    VIEW("/us-east-1/s3express/")) < 100);
	assert_true(view_eq(
		heard_header(h, "x-amz-security-token"), VIEW("BASETOKEN")));
	assert_true(view_eq(heard_header(h, "x-amz-create-session-mode"),
		VIEW("ReadWrite")));
	fixture_close(f);
}

static void
readers_ask_for_no_more(void **state)
{
	plan.body = session_until(300);
	assert_int_equal(open_session(true), GS_OK);
	assert_true(view_eq(
		heard_header(&f->server.heard[0], "x-amz-create-session-mode"),
		VIEW("ReadOnly")));
	fixture_close(f);
}

/* Its end is counted from the answer's Date, whichever clock is wrong. */
static void
a_wrong_clock_does_not_matter(void **state)
{
	static const int64_t ahead_s[] = {-600, 600};

	for (size_t i = 0; i < 2; i++) {
		char headers[64], date[48];

		format_time(date, sizeof(date), true, ahead_s[i]);
		snprintf(headers, sizeof(headers), "Date: %s\r\n", date);
		plan.headers = headers;
		plan.body = session_until(ahead_s[i] + 300);
		assert_int_equal(open_session(false), GS_OK);
		assert_ends_in(295);
		fixture_close(f);
	}
	plan.headers = "";
}

static void
a_busy_store_is_asked_again(void **state)
{
	plan.busy = 1;
	plan.body = session_until(300);
	assert_int_equal(open_session(false), GS_OK);
	plan.busy = 0;
	fixture_close(f);
}

static void
refusals(void **state)
{
	static const struct {
		const char *status, *body;
		enum gs_code code;
		const char *words;
		bool on;
	} cases[] = {
		{"403 Forbidden", "<Error><Code>AccessDenied</Code></Error>",
			GS_CONFIG, "allow s3express:CreateSession", true},
		{"404 Not Found", "<Error><Code>NoSuchBucket</Code></Error>",
			GS_CONFIG, "create it or set -bucket", false},
		{"404 Not Found", "", GS_CONFIG, "not an answer of S3", true},
		{"400 Bad Request", "<Error><Code>ExpiredToken</Code></Error>",
			GS_CLOSED, "get new credentials", true},
		{"403 Forbidden",
			"<Error><Code>InvalidAccessKeyId</Code></Error>",
			GS_CLOSED, "check the access key", true},
		{"503 Busy", "<Error><Code>SlowDown</Code></Error>", GS_BAD,
			"fewer requests", true},
		{"200 OK", "<CreateSessionResult/>", GS_BAD, "is missing",
			true},
		{"200 OK", "hello", GS_BAD, "is missing", true},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		plan.status = cases[i].status;
		plan.body = cases[i].body;
		assert_int_equal(open_session(false), cases[i].code);
		assert_non_null(strstr(err.text, cases[i].words));
		assert_null(strstr(err.text, "base/secret"));
		assert_int_equal(remote_is_on(&f->remote), cases[i].on);
		assert_string_equal(grant.creds.access_key, "");
		fixture_close(f);
	}
}

static bool
answer_for_ever(struct script *s, int fd, const struct heard *h)
{
	static char body[64 * 1024];

	memset(body, ' ', sizeof(body) - 1);
	return answer_with(fd, "200 OK", "", body);
}

static void
a_document_has_a_limit(void **state)
{
	f = fixture_prepare(answer_for_ever);
	f->input.bucket = "b--use1-az4--x-s3";
	fixture_start(f);
	assert_int_equal(express_session_open(&f->remote, &base,
				 clock_mono_ms() + 60000, &grant, &err),
		GS_TOOBIG);
	fixture_close(f);
}

static bool
hang_up(struct script *s, int fd, const struct heard *h)
{
	return false;
}

/* That says nothing of the keys. */
static void
a_store_that_hangs_up_may_be_asked_again(void **state)
{
	f = fixture_prepare(hang_up);
	f->input.bucket = "b--use1-az4--x-s3";
	fixture_start(f);
	assert_int_equal(express_session_open(&f->remote, &base,
				 clock_mono_ms() + 60000, &grant, &err),
		GS_SYS);
	fixture_close(f);
}

static void
who_was_denied_may_be_allowed_later(void **state)
{
	plan.status = "403 Forbidden";
	plan.body = "<Error><Code>AccessDenied</Code></Error>";
	assert_int_equal(open_session(false), GS_CONFIG);
	plan.status = "200 OK";
	plan.body = session_until(300);
	assert_int_equal(express_session_open(&f->remote, &base,
				 clock_mono_ms() + 60000, &grant, &err),
		GS_OK);
	fixture_close(f);
}

/* What is in vain is not tried. */
static void
a_bucket_that_is_off_is_not_asked(void **state)
{
	plan.status = "404 Not Found";
	plan.body = "<Error><Code>NoSuchBucket</Code></Error>";
	assert_int_equal(open_session(false), GS_CONFIG);
	size_t before = f->server.heard_count;

	assert_int_equal(express_session_open(&f->remote, &base,
				 clock_mono_ms() + 60000, &grant, &err),
		GS_CONFIG);
	assert_int_equal(f->server.heard_count, before);
	fixture_close(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_is_opened),
		cmocka_unit_test(readers_ask_for_no_more),
		cmocka_unit_test(a_wrong_clock_does_not_matter),
		cmocka_unit_test(a_busy_store_is_asked_again),
		cmocka_unit_test(refusals),
		cmocka_unit_test(a_document_has_a_limit),
		cmocka_unit_test(a_store_that_hangs_up_may_be_asked_again),
		cmocka_unit_test(who_was_denied_may_be_allowed_later),
		cmocka_unit_test(a_bucket_that_is_off_is_not_asked),
	};

	return cmocka_run_group_tests_name(
		"express_session", tests, NULL, NULL);
}
