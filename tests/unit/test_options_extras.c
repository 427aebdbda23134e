/* Options for what some buckets want (s3/extras.h). */
#include "cli/options.h"

#include "options_words.h"

static void
none_is_given(void **state)
{
	struct options o = parse_ok(NOTHING, NOTHING);

	assert_string_equal(o.extras.storage_class, "");
	assert_string_equal(o.extras.sse, "");
	assert_string_equal(o.extras.sse_kms_key_id, "");
	assert_string_equal(o.extras.acl, "");
	assert_string_equal(o.extras.tags, "");
	assert_string_equal(o.extras.bucket_owner, "");
	assert_int_equal(o.extras.headers.count, 1);
	assert_string_equal(o.extras.headers.text[0], "");
	assert_false(o.extras.request_payer);
}

static void
assert_extras(const struct options *o)
{
	assert_string_equal(o->extras.storage_class, "s");
	assert_string_equal(o->extras.sse, "e");
	assert_string_equal(o->extras.sse_kms_key_id, "k");
	assert_string_equal(o->extras.acl, "a");
	assert_string_equal(o->extras.tags, "t");
	assert_string_equal(o->extras.bucket_owner, "b");
	assert_true(o->extras.request_payer);
	assert_int_equal(o->extras.headers.count, 1);
	assert_string_equal(o->extras.headers.text[0], "h");
}

static void
what_some_buckets_want(void **state)
{
	struct options o =
		parse_ok(ARGS("-storage-class=s", "-sse=e", "-sse-kms-key-id=k",
				 "-acl=a", "-tags=t", "-request-payer",
				 "-expected-bucket-owner=b", "-header=h"),
			NOTHING);

	assert_extras(&o);
	o = parse_ok(NOTHING,
		ARGS("GOCACHE_S3_STORAGE_CLASS=s", "GOCACHE_S3_SSE=e",
			"GOCACHE_S3_SSE_KMS_KEY_ID=k", "GOCACHE_S3_ACL=a",
			"GOCACHE_S3_TAGS=t", "GOCACHE_S3_REQUEST_PAYER=1",
			"GOCACHE_S3_EXPECTED_BUCKET_OWNER=b",
			"GOCACHE_S3_HEADER=h"));
	assert_extras(&o);
}

/* Of them there can be many; the first flag replaces the variable. */
static void
headers_add_up(void **state)
{
	static const char *args[EXTRAS_HEADERS_MAX + 2];
	struct options o = parse_ok(
		ARGS("-header=1", "-header", "2"), ARGS("GOCACHE_S3_HEADER=0"));
	struct gs_err err = {0};
	size_t i = 0;

	assert_int_equal(o.extras.headers.count, 2);
	assert_string_equal(o.extras.headers.text[0], "1");
	assert_string_equal(o.extras.headers.text[1], "2");
	while (i < EXTRAS_HEADERS_MAX) {
		args[i++] = "-header=h";
	}
	assert_int_equal(parse_ok(args, NOTHING).extras.headers.count,
		EXTRAS_HEADERS_MAX);
	args[i] = "-header=h";
	assert_int_equal(parse(args, NOTHING, &o, &err), GS_CONFIG);
}

/* It may be a secret. */
static void
a_header_is_not_repeated(void **state)
{
	static const char *args[EXTRAS_HEADERS_MAX + 2];
	struct gs_err err = {0};
	struct options o;

	for (size_t i = 0; i <= EXTRAS_HEADERS_MAX; i++) {
		args[i] = "-header=X-Key: 12345";
	}
	assert_int_equal(parse(args, NOTHING, &o, &err), GS_CONFIG);
	assert_null(strstr(err.text, "12345"));
	assert_int_equal(
		parse(ARGS("--headers=X-Key: 12345"), NOTHING, &o, &err),
		GS_CONFIG);
	assert_string_equal(err.text, "flag provided but not defined "
				      "'--headers': gocache-s3 -h lists all");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(none_is_given),
		cmocka_unit_test(what_some_buckets_want),
		cmocka_unit_test(headers_add_up),
		cmocka_unit_test(a_header_is_not_repeated),
	};

	return cmocka_run_group_tests_name("options_extras", tests, NULL, NULL);
}
