#include "s3/express.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct gs_err err;
static struct grant grant;

static struct endpoint
resolve(const char *bucket, const char *url)
{
	const struct endpoint_wish wish = {.bucket = view_of(bucket),
		.url = view_of(url),
		.region = VIEW("us-east-1")};
	struct endpoint e;

	assert_int_equal(endpoint_resolve(&wish, &e, &err), GS_OK);
	return e;
}

static void
who_wants_sessions(void **state)
{
	struct endpoint aws = resolve("b--use1-az4--x-s3", "");
	struct endpoint other =
		resolve("b--use1-az4--x-s3", "http://127.0.0.1:9000");
	struct endpoint plain = resolve("bucket", "");

	assert_true(express_is_wanted(&aws, false));
	assert_true(express_is_wanted(&other, false));
	assert_false(express_is_wanted(&aws, true));
	assert_false(express_is_wanted(&plain, false));
}

#define SESSION(token, end)                                                    \
	"<CreateSessionResult><Credentials><SessionToken>" token               \
	"</SessionToken><SecretAccessKey>SK</SecretAccessKey>"                 \
	"<AccessKeyId>AK</AccessKeyId><Expiration>" end                        \
	"</Expiration></Credentials></CreateSessionResult>"

/* It counts as over a little before it is. */
static void
a_session(void **state)
{
	const int64_t end_s = 1767323345; /* 2026-01-02T03:09:05Z */

	assert_int_equal(
		express_read(VIEW(SESSION("T", "2026-01-02T03:09:05Z")), &grant,
			&err),
		GS_OK);
	assert_string_equal(grant.creds.access_key, "AK");
	assert_string_equal(grant.creds.secret_key, "SK");
	assert_string_equal(grant.creds.session_token, "T");
	assert_true(grant_is_valid(&grant, end_s - 6));
	assert_false(grant_is_valid(&grant, end_s - 5));
	/* of five minutes, more than one is left for the next */
	assert_true(grant_renew_at(&grant, end_s - 300) <= end_s - 60);
}

static void
no_session(void **state)
{
	static const char *const documents[] = {
		"",
		"<Error><Code>AccessDenied</Code></Error>",
		SESSION("", "2026-01-02T03:09:05Z"),
		SESSION("T", ""),
		SESSION("T", "soon"),
	};

	for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
		static const struct grant empty;

		memset(&grant, 'x', sizeof(grant));
		assert_int_equal(
			express_read(view_of(documents[i]), &grant, &err),
			GS_BAD);
		assert_memory_equal(&grant, &empty, sizeof(grant));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_wants_sessions),
		cmocka_unit_test(a_session),
		cmocka_unit_test(no_session),
	};

	return cmocka_run_group_tests_name("express", tests, NULL, NULL);
}
