#include "doctor/policy.h"

#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static char storage[1024];

/* The policy for a bucket in a region, which must be JSON. */
static const char *
policy_for(const char *region, const char *prefix, bool read_only)
{
	static struct endpoint e;
	static struct json j;
	const struct endpoint_wish wish = {.bucket = VIEW("cache"),
		.prefix = view_of(prefix),
		.region = view_of(region)};
	struct buf out = BUF_OVER(storage);
	struct gs_err err;

	assert_int_equal(endpoint_resolve(&wish, &e, &err), GS_OK);
	policy_write(&e, read_only, &out);
	assert_int_equal(json_parse(&j, buf_view(&out), &err), GS_OK);
	return buf_cstr(&out);
}

static void
readers_get_and_list(void **state)
{
	const char *text = policy_for("eu-west-1", "team/a", true);

	assert_non_null(strstr(text, "[\"s3:GetObject\"]"));
	assert_null(strstr(text, "PutObject"));
	assert_non_null(strstr(text, "\"arn:aws:s3:::cache/team/a/*\""));
	assert_non_null(
		strstr(text, "\"Action\": \"s3:ListBucket\",\n"
			     "   \"Resource\": \"arn:aws:s3:::cache\""));
}

static void
writers_put_too(void **state)
{
	assert_non_null(strstr(policy_for("eu-west-1", "", false),
		"\"s3:PutObject\"],\n   \"Resource\": "
		"\"arn:aws:s3:::cache/*\""));
}

static void
a_partition_has_its_own_name(void **state)
{
	assert_non_null(strstr(policy_for("cn-north-1", "", true),
		"\"arn:aws-cn:s3:::cache\""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(readers_get_and_list),
		cmocka_unit_test(writers_put_too),
		cmocka_unit_test(a_partition_has_its_own_name),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
