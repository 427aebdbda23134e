#include "s3/meta.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define HEX_A "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HEX_B "ff23456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct gs_err err;

static struct id
id_of(const char *hex)
{
	struct id id;

	assert_true(id_parse(view_of(hex), &id));
	return id;
}

/* "name: value" lines. */
static struct meta
collect(const char *const *lines)
{
	struct meta m;

	meta_init(&m);
	for (; *lines; lines++) {
		struct view name, value;

		view_cut(view_of(*lines), ':', &name, &value);
		meta_header(&m, name, view_trim(value));
	}
	return m;
}

#define COLLECT(...) collect((const char *const[]){__VA_ARGS__, NULL})

#define OUTPUT "x-amz-meta-outputid: " HEX_B
#define TIME "x-amz-meta-time: 2026-01-02T03:04:05.000000006Z"
#define ACTION "x-amz-meta-actionid: " HEX_A

static enum gs_code
check(struct meta m)
{
	struct id action = id_of(HEX_A);

	return meta_check(&m, &action, &err);
}

static void
test_an_entry(void **state)
{
	struct id output = id_of(HEX_B);
	struct meta m = COLLECT(OUTPUT, TIME, ACTION, "Content-Length: 5",
		"Date: Fri, 02 Jan 2026 03:04:05 GMT", "ETag: \"x\"");

	assert_int_equal(check(m), GS_OK);
	assert_true(id_eq(&m.output, &output));
	assert_int_equal(m.time_ns, 1767323045000000006);
	assert_true(m.has_length);
	assert_int_equal(m.length, 5);
	assert_true(m.has_date);
	assert_int_equal(m.date_s, 1767323045);
	assert_false(m.is_old);
}

static void
test_what_the_go_program_wrote(void **state)
{
	struct meta m =
		COLLECT(OUTPUT, "X-Amz-Meta-Time: 2026-01-02T05:04:05.1+02:00");

	assert_int_equal(check(m), GS_OK);
	assert_int_equal(m.time_ns, 1767323045100000000);
}

static void
test_names_in_any_case(void **state)
{
	assert_int_equal(check(COLLECT("X-AMZ-META-OUTPUTID: " HEX_B,
				 "X-Amz-Meta-Time: 2026-01-02T03:04:05Z",
				 "x-Amz-Meta-ActionId: " HEX_A)),
		GS_OK);
}

static void
assert_miss(struct meta m, const char *why)
{
	assert_int_equal(check(m), GS_BAD);
	if (!strstr(err.text, why) || !strstr(err.text, HEX_A)) {
		fail_msg("'%s' does not say '%s'", err.text, why);
	}
}

static void
test_misses(void **state)
{
	static const char none[] = "outputid or time is missing";
	static const char odd[] = "malformed";

	assert_miss(COLLECT("Server: x"), none);
	assert_miss(COLLECT(OUTPUT), none);
	assert_miss(COLLECT(TIME), none);
	assert_miss(COLLECT(OUTPUT, "x-amz-meta-time: yesterday"), odd);
	assert_miss(COLLECT(OUTPUT, "x-amz-meta-time:"), odd);
	assert_miss(COLLECT("x-amz-meta-outputid: ff", TIME), odd);
	assert_miss(COLLECT("x-amz-meta-outputid: " HEX_B "0", TIME), odd);
	assert_miss(COLLECT(OUTPUT, OUTPUT, TIME), odd);
	assert_miss(COLLECT(OUTPUT, TIME, TIME), odd);
	assert_miss(COLLECT(OUTPUT, TIME, ACTION, ACTION), odd);
	assert_miss(COLLECT(OUTPUT, TIME, "x-amz-meta-actionid: no"), odd);
	assert_miss(COLLECT(OUTPUT, TIME, "x-amz-meta-actionid: " HEX_B),
		"belongs to another action");
	assert_miss(COLLECT(OUTPUT, TIME, "Content-Encoding: gzip"),
		"changed its encoding");
}

static void
test_identity_is_no_encoding(void **state)
{
	assert_int_equal(
		check(COLLECT(OUTPUT, TIME, "Content-Encoding: Identity")),
		GS_OK);
	assert_int_equal(
		check(COLLECT(OUTPUT, TIME, "Content-Encoding:")), GS_OK);
}

static void
test_largest_object(void **state)
{
	assert_int_equal(
		check(COLLECT(OUTPUT, TIME, "content-length: 5368709120")),
		GS_OK);
	assert_int_equal(
		check(COLLECT(OUTPUT, TIME, "content-length: 5368709121")),
		GS_TOOBIG);
}

static void
test_what_errors_tell(void **state)
{
	struct meta m = COLLECT("Retry-After: 60", "Age: 3",
		"X-Amz-Bucket-Region: eu-west-1",
		"x-amz-request-id: R4Q/=", "Date: soon");

	assert_int_equal(m.retry_after_s, 60);
	assert_true(m.is_old);
	assert_string_equal(m.region, "eu-west-1");
	assert_string_equal(m.request_id, "R4Q/=");
	assert_false(m.has_date);
}

static void
test_odd_values_are_left_out(void **state)
{
	char id[META_REQUEST_ID_MAX + 2], region[REGION_MAX + 2];
	struct meta m = COLLECT("Retry-After: Fri, 02 Jan 2026 03:04:05 GMT",
		"x-amz-bucket-region: evil.example.com/", "content-length: x");

	assert_int_equal(m.retry_after_s, 0);
	assert_string_equal(m.region, "");
	assert_false(m.has_length);

	memset(id, 'i', sizeof(id));
	memset(region, 'r', sizeof(region));
	meta_header(&m, VIEW("x-amz-request-id"),
		(struct view){id, META_REQUEST_ID_MAX + 1});
	meta_header(&m, VIEW("x-amz-bucket-region"),
		(struct view){region, REGION_MAX + 1});
	assert_string_equal(m.request_id, "");
	assert_string_equal(m.region, "");
	meta_header(&m, VIEW("x-amz-request-id"),
		(struct view){id, META_REQUEST_ID_MAX});
	meta_header(&m, VIEW("x-amz-bucket-region"),
		(struct view){region, REGION_MAX});
	assert_int_equal(strlen(m.request_id), META_REQUEST_ID_MAX);
	assert_int_equal(strlen(m.region), REGION_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_entry),
		cmocka_unit_test(test_what_the_go_program_wrote),
		cmocka_unit_test(test_names_in_any_case),
		cmocka_unit_test(test_misses),
		cmocka_unit_test(test_identity_is_no_encoding),
		cmocka_unit_test(test_largest_object),
		cmocka_unit_test(test_what_errors_tell),
		cmocka_unit_test(test_odd_values_are_left_out),
	};

	return cmocka_run_group_tests_name("meta", tests, NULL, NULL);
}
