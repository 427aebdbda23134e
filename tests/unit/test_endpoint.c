#include "s3/endpoint.h"

#include "s3/bucket.h"
#include "s3/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "endpoint_rows.h"

static enum endpoint_addressing
addressing_of(struct view word)
{
	if (view_eq(word, VIEW("path"))) {
		return ENDPOINT_PATH;
	}
	return view_eq(word, VIEW("virtual")) ? ENDPOINT_VIRTUAL
					      : ENDPOINT_AUTO;
}

static void
run_place(struct view line)
{
	struct endpoint_wish wish = take_wish(&line);
	char text[1024];
	struct buf url = BUF_OVER(text);
	struct view place;

	wish.addressing = addressing_of(take_column(&line));
	place = take_column(&line);
	assert_resolves(&wish);
	endpoint_url(&endpoint, &url);
	vector_assert(buf_cstr(&url), place);
	vector_assert(endpoint.region, line);
	assert_int_equal(endpoint.region_is_guess, wish.region.n == 0);
	vector_assert(endpoint.bucket, wish.bucket);
	assert_int_equal(endpoint.tls, view_starts(place, VIEW("https")));
}

static void
test_places(void **state)
{
	assert_int_equal(
		each_row("tests/vectors/endpoint/places.txt", run_place), 88);
}

static void
run_refusal(struct view line)
{
	struct endpoint_wish wish = take_wish(&line);
	struct endpoint before = endpoint;

	wish.prefix = take_column(&line);
	assert_int_equal(endpoint_resolve(&wish, &endpoint, &err), GS_CONFIG);
	vector_assert_says(err.text, line);
	assert_memory_equal(&before, &endpoint, sizeof(before));
}

static void
test_refusals(void **state)
{
	assert_int_equal(
		each_row("tests/vectors/endpoint/refusals.txt", run_refusal),
		77);
}

/* A control byte anywhere could end a header and begin another. */
static void
test_no_control_byte_gets_through(void **state)
{
	static const char odd[] = {'\r', '\n', '\0', '\t', ' ', 0x7f, '"', '<'};

	for (size_t i = 0; i < sizeof(odd); i++) {
		char bucket[] = "buc?ket", region[] = "us-?east";
		char host[] = "http://a?b/", path[] = "http://a/?";
		const struct endpoint_wish wishes[] = {
			{.bucket = {bucket, 7}},
			{.bucket = VIEW("b"), .region = {region, 8}},
			{.bucket = VIEW("b"), .url = {host, 11}},
			{.bucket = VIEW("b"), .url = {path, 10}},
		};

		bucket[3] = region[3] = host[8] = path[9] = odd[i];
		for (size_t w = 0; w < sizeof(wishes) / sizeof(wishes[0]);
			w++) {
			assert_int_equal(
				endpoint_resolve(&wishes[w], &endpoint, &err),
				GS_CONFIG);
		}
	}
	assert_int_equal(
		endpoint_resolve(&(struct endpoint_wish){.bucket = VIEW("b"),
					 .prefix = VIEW("a\r\nb")},
			&endpoint, &err),
		GS_CONFIG);
}

static void
test_secrets_in_a_url_are_not_repeated(void **state)
{
	const struct endpoint_wish wish = {
		.bucket = VIEW("b"), .url = VIEW("http://k:hush@h/")};

	assert_int_equal(endpoint_resolve(&wish, &endpoint, &err), GS_CONFIG);
	assert_null(strstr(err.text, "hush"));
}

static void
assert_object_path(struct view url, struct view bucket, struct view prefix,
	const char *want)
{
	const struct endpoint_wish wish = {
		.bucket = bucket, .url = url, .prefix = prefix};
	struct id action;
	char text[ENDPOINT_PATH_MAX + 1];
	struct buf out = BUF_OVER(text);

	memset(&action, 0xa5, sizeof(action));
	assert_resolves(&wish);
	endpoint_object_path(&endpoint, &action, &out);
	for (size_t i = 0; i < ID_LEN; i++) {
		assert_true(out.len > 1);
		assert_memory_equal(text + out.len - 2, "a5", 2);
		out.len -= 2;
	}
	assert_string_equal(buf_cstr(&out), want);
}

static void
test_object_paths(void **state)
{
	struct view local = VIEW("http://localhost/"), aws = VIEW("");
	struct view b = VIEW("buck");

	assert_object_path(local, b, VIEW(""), "/buck/");
	assert_object_path(local, b, VIEW("p"), "/buck/p/");
	assert_object_path(local, b, VIEW("p/"), "/buck/p/");
	assert_object_path(local, b, VIEW("//p/q//"), "/buck/p/q/");
	assert_object_path(local, b, VIEW("/"), "/buck/");
	assert_object_path(local, b, VIEW("a b+c~\xc3\xa9%"),
		"/buck/a%20b%2Bc~%C3%A9%25/");
	assert_object_path(aws, b, VIEW(""), "/");
	assert_object_path(aws, b, VIEW("team/x"), "/team/x/");
	assert_object_path(
		VIEW("http://h/base"), b, VIEW("p"), "/base/buck/p/");
}

static void
test_bucket_paths(void **state)
{
	static const struct {
		const char *url, *want;
	} cases[] = {
		{"", "/"},
		{"http://h", "/bucket"},
		{"http://h/base", "/base/bucket"},
		{"http://cwobject.com/base", "/base"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[64];
		struct buf out = BUF_OVER(text);

		assert_resolves_at(cases[i].url);
		endpoint_bucket_path(&endpoint, &out);
		assert_string_equal(buf_cstr(&out), cases[i].want);
	}
}

static void
test_host_for_connecting(void **state)
{
	struct endpoint_wish wish = {
		.bucket = VIEW("buck"), .url = VIEW("http://[FE80::1]:9000")};

	assert_resolves(&wish);
	assert_string_equal(endpoint.host, "fe80::1");
	assert_string_equal(endpoint.host_header, "[fe80::1]:9000");
	assert_int_equal(endpoint.port, 9000);
	assert_true(endpoint.host_is_ip);
	wish.url = VIEW("https://127.0.0.1");
	assert_resolves(&wish);
	assert_string_equal(endpoint.host, "127.0.0.1");
	assert_string_equal(endpoint.host_header, "127.0.0.1");
	assert_int_equal(endpoint.port, 443);
	assert_true(endpoint.host_is_ip);
	wish.url = VIEW("http://256.0.0.1");
	assert_resolves(&wish);
	assert_false(endpoint.host_is_ip);
}

static enum gs_code
resolve(struct view bucket, struct view prefix, struct view url,
	struct view region)
{
	const struct endpoint_wish wish = {.bucket = bucket,
		.prefix = prefix,
		.url = url,
		.region = region};

	return endpoint_resolve(&wish, &endpoint, &err);
}

/* A store that names a long region does not lead to half of a host. */
static void
test_a_host_that_gets_too_long_by_its_region(void **state)
{
	static const char end[] = ".s3.us-east-1.amazonaws.com";
	char region[REGION_MAX], url[sizeof("https://") - 1 + HOST_MAX];
	struct endpoint_wish wish = {.bucket = VIEW("buck"),
		.url = {url, sizeof(url)},
		.region = VIEW("eu-west-9"),
		.addressing = ENDPOINT_PATH,
		.region_is_named = true};

	memset(region, 'r', sizeof(region));
	memset(url, 'x', sizeof(url));
	memcpy(url, "https://", 8);
	memcpy(url + sizeof(url) - strlen(end), end, strlen(end));
	assert_int_equal(endpoint_resolve(&wish, &endpoint, &err), GS_OK);
	assert_true(view_ends(
		view_of(endpoint.host), VIEW("x.s3.eu-west-9.amazonaws.com")));
	wish.region = (struct view){region, sizeof(region)};
	assert_int_equal(endpoint_resolve(&wish, &endpoint, &err), GS_CONFIG);
}

static void
test_limits(void **state)
{
	static char x[2048];
	static char url[URL_MAX + 2];
	struct view none = VIEW(""), b = VIEW("buck");
	struct id action = {{0}};
	static char path[ENDPOINT_PATH_MAX];
	struct buf out = BUF_OVER(path);

	memset(x, 'x', sizeof(x));
	assert_int_equal(
		resolve((struct view){x, BUCKET_NAME_MAX}, none, none, none),
		GS_OK);
	assert_int_equal(resolve((struct view){x, BUCKET_NAME_MAX + 1}, none,
				 none, none),
		GS_CONFIG);
	assert_int_equal(
		resolve(b, (struct view){x, KEY_PREFIX_MAX}, none, none),
		GS_OK);
	assert_int_equal(
		resolve(b, (struct view){x, KEY_PREFIX_MAX + 1}, none, none),
		GS_CONFIG);
	assert_int_equal(
		resolve(b, none, none, (struct view){x, REGION_MAX}), GS_OK);
	assert_int_equal(
		resolve(b, none, none, (struct view){x, REGION_MAX + 1}),
		GS_CONFIG);

	memset(url, 'x', sizeof(url));
	memcpy(url, "http://h/", 9);
	assert_int_equal(
		resolve(b, none, (struct view){url, URL_MAX}, none), GS_OK);
	assert_int_equal(
		resolve(b, none, (struct view){url, URL_MAX + 1}, none),
		GS_CONFIG);
	memset(x, 0xc3, sizeof(x));
	assert_int_equal(resolve(b, (struct view){x, KEY_PREFIX_MAX},
				 (struct view){url, URL_MAX}, none),
		GS_OK);
	endpoint_object_path(&endpoint, &action, &out);
	assert_true(buf_ok(&out));
	buf_clear(&out);
	endpoint_key_path(&endpoint, (struct view){x, KEY_NAME_MAX}, &out);
	assert_true(buf_ok(&out));

	memset(x, 'x', sizeof(x));
	memset(url, 'x', sizeof(url));
	memcpy(url, "http://", 7);
	assert_int_equal(
		resolve(b, none, (struct view){url, 7 + HOST_MAX}, none),
		GS_OK);
	assert_int_equal(
		resolve(b, none, (struct view){url, 7 + HOST_MAX + 1}, none),
		GS_CONFIG);
	memcpy(url + 7 + HOST_MAX - 13, ".cwobject.com", 13);
	assert_int_equal(
		resolve(b, none, (struct view){url, 7 + HOST_MAX}, none),
		GS_CONFIG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_no_control_byte_gets_through),
		cmocka_unit_test(test_secrets_in_a_url_are_not_repeated),
		cmocka_unit_test(test_object_paths),
		cmocka_unit_test(test_bucket_paths),
		cmocka_unit_test(test_host_for_connecting),
		cmocka_unit_test(test_a_host_that_gets_too_long_by_its_region),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests_name("endpoint", tests, NULL, NULL);
}
