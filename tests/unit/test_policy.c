#include "doctor/policy.h"

#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static char storage[1024];

/* The policy for a place, which must be JSON. */
static const char *
policy_at(const struct endpoint_wish *place, bool read_only)
{
	static struct endpoint e;
	static struct json j;
	struct buf out = BUF_OVER(storage);
	struct gs_err err;

	assert_int_equal(endpoint_resolve(place, &e, &err), GS_OK);
	policy_write(&e, read_only, &out);
	assert_int_equal(json_parse(&j, buf_view(&out), &err), GS_OK);
	return buf_cstr(&out);
}

static const char *
policy_for(const char *region, const char *prefix, bool read_only)
{
	return policy_at(&(struct endpoint_wish){.bucket = VIEW("cache"),
				 .prefix = view_of(prefix),
				 .region = view_of(region)},
		read_only);
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

static void
an_access_point_is_named_by_its_arn(void **state)
{
	const char *text = policy_at(
		&(struct endpoint_wish){
			.bucket = VIEW("arn:aws:s3:eu-west-1:111122223333:"
				       "accesspoint/team"),
			.prefix = VIEW("p"),
			.region = VIEW("eu-west-1")},
		false);

	assert_non_null(strstr(text,
		"\"arn:aws:s3:eu-west-1:111122223333:accesspoint/team/object/"
		"p/*\""));
	assert_non_null(strstr(text,
		"\"arn:aws:s3:eu-west-1:111122223333:accesspoint/team\"}"));
}

static void
any_prefix_makes_a_document(void **state)
{
	assert_non_null(strstr(policy_for("eu-west-1", "a\"b\\c", true),
		"\"arn:aws:s3:::cache/a\\\"b\\\\c/*\""));
}

static void
a_directory_bucket_wants_sessions(void **state)
{
	const struct endpoint_wish place = {
		.bucket = VIEW("cache--use1-az4--x-s3"),
		.region = VIEW("us-east-1")};

	assert_non_null(strstr(policy_at(&place, false),
		"\"s3express:CreateSession\",\n   \"Resource\": "
		"\"arn:aws:s3express:us-east-1:*:bucket/"
		"cache--use1-az4--x-s3\"}"));
	assert_null(strstr(policy_at(&place, false), "Condition"));
	assert_non_null(strstr(policy_at(&place, true),
		"\"s3express:SessionMode\": \"ReadOnly\""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(readers_get_and_list),
		cmocka_unit_test(writers_put_too),
		cmocka_unit_test(a_partition_has_its_own_name),
		cmocka_unit_test(an_access_point_is_named_by_its_arn),
		cmocka_unit_test(any_prefix_makes_a_document),
		cmocka_unit_test(a_directory_bucket_wants_sessions),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
