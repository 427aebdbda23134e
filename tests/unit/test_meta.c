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

/* parts of what is no entry */

static enum gs_code
check_part(unsigned status, struct meta m, uint64_t offset, uint64_t len)
{
	const struct object_part wanted = {VIEW("packs/77"), offset, len};
	uint64_t total = 77;
	enum gs_code code;

	m.status = status;
	code = meta_check_part(&m, &wanted, &total, &err);
	assert_int_equal(total, code == GS_OK ? 20 : 77);
	assert_true(code == GS_OK || strstr(err.text, "object 'packs/77': "));
	return code;
}

#define RANGE "Content-Range: bytes 3-7/20"

static void
test_a_part(void **state)
{
	assert_int_equal(check_part(206, COLLECT(RANGE), 3, 5), GS_OK);
	assert_int_equal(check_part(206,
				 COLLECT("content-range: Bytes 3-7/20",
					 "Content-Length: 5"),
				 3, 5),
		GS_OK);
	assert_int_equal(
		check_part(206, COLLECT("Content-Range: bytes 0-19/20"), 0, 20),
		GS_OK);
	assert_int_equal(
		check_part(
			206, COLLECT("Content-Range: bytes 19-19/20"), 19, 1),
		GS_OK);
}

static void
test_another_part(void **state)
{
	assert_int_equal(check_part(206, COLLECT(RANGE), 2, 5), GS_BAD);
	assert_int_equal(check_part(206, COLLECT(RANGE), 3, 4), GS_BAD);
	assert_int_equal(check_part(206, COLLECT(RANGE), 3, 6), GS_BAD);
	assert_int_equal(check_part(206, COLLECT(RANGE), 0, 0), GS_BAD);
	assert_int_equal(check_part(206, COLLECT(RANGE, RANGE), 3, 5), GS_BAD);
	assert_int_equal(
		check_part(206, COLLECT(RANGE, "Content-Length: 6"), 3, 5),
		GS_BAD);
	assert_int_equal(
		check_part(206, COLLECT(RANGE, "Content-Encoding: br"), 3, 5),
		GS_BAD);
	assert_int_equal(
		check_part(206, COLLECT("Content-Length: 5"), 3, 5), GS_BAD);
	assert_int_equal(check_part(204, COLLECT(RANGE), 3, 5), GS_BAD);
}

static void
test_torn_ranges(void **state)
{
	static const char *const torn[] = {"", "bytes", "bytes ", "bytes 3-7",
		"bytes 3-7/", "bytes 3-7/*", "bytes */20", "bytes 3/20",
		"bytes -7/20", "bytes 3-/20", "bytes 7-3/20", "bytes 3-7/7",
		"bytes  3-7/20", "bytes=3-7/20", "lines 3-7/20",
		"bytes 3-7/20,", "bytes 3-7/18446744073709551616",
		"bytes 0-18446744073709551615/18446744073709551615"};

	for (size_t i = 0; i < sizeof(torn) / sizeof(torn[0]); i++) {
		struct meta m;

		meta_init(&m);
		meta_header(&m, VIEW("Content-Range"), view_of(torn[i]));
		if (check_part(206, m, 3, 5) != GS_BAD || !m.is_torn) {
			fail_msg("took '%s'", torn[i]);
		}
	}
}

static void
test_the_largest_range(void **state)
{
	struct meta m = COLLECT("Content-Range: bytes 18446744073709551613-"
				"18446744073709551614/18446744073709551615");
	struct object_part wanted = {VIEW("x"), UINT64_MAX - 2, 2};
	uint64_t total;

	m.status = 206;
	assert_int_equal(meta_check_part(&m, &wanted, &total, &err), GS_OK);
	assert_true(total == UINT64_MAX);
}

static void
test_the_whole(void **state)
{
	struct meta whole = COLLECT("Content-Length: 20");

	assert_int_equal(check_part(200, whole, 0, 0), GS_OK);
	assert_int_equal(check_part(200, whole, 0, 20), GS_OK);
	assert_int_equal(check_part(200, whole, 0, 19), GS_BAD);
	assert_int_equal(check_part(200, whole, 0, 21), GS_BAD);
	assert_int_equal(check_part(200, whole, 1, 20), GS_BAD);
	assert_int_equal(check_part(200, COLLECT(RANGE), 3, 5), GS_BAD);
	assert_int_equal(check_part(200, COLLECT("Date: x"), 0, 0), GS_BAD);
	assert_int_equal(
		check_part(200, COLLECT("Content-Length: 0"), 0, 1), GS_BAD);
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
		cmocka_unit_test(test_a_part),
		cmocka_unit_test(test_another_part),
		cmocka_unit_test(test_torn_ranges),
		cmocka_unit_test(test_the_largest_range),
		cmocka_unit_test(test_the_whole),
	};

	return cmocka_run_group_tests_name("meta", tests, NULL, NULL);
}
