#include "s3/extras.h"

#include "base/array.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct extras extras;
static struct gs_err err;

/* Everything that there are options for. */
static const struct extras_wish all = {
	.storage_class = "STANDARD_IA",
	.sse = "aws:kms:dsse",
	.sse_kms_key_id = "arn:aws:kms:eu-west-1:111122223333:key/1234",
	.acl = "bucket-owner-full-control",
	.tags = "team=build",
	.bucket_owner = "111122223333",
	.request_payer = true,
	.headers = {.text = {"X-Trace: a b",
			    "x-amz-extra:1\n\n X-Two:  2 \r\n"},
		.count = 2},
};

static void
assert_request(enum extras_kind kind, const char *want)
{
	struct http1_request r = {
		.method = VIEW("GET"), .path = VIEW("/"), .host = VIEW("h")};
	char text[4096];
	struct buf b = BUF_OVER(text);

	assert_int_equal(extras_add(&extras, kind, &r, &err), GS_OK);
	for (size_t i = 0; i < r.header_count; i++) {
		buf_add(&b, r.headers[i].name);
		buf_str(&b, ": ");
		buf_add(&b, r.headers[i].value);
		buf_char(&b, '\n');
	}
	assert_string_equal(buf_cstr(&b), want);
}

#define BY_HAND "X-Trace: a b\nx-amz-extra: 1\nX-Two: 2\n"
#define EVERY                                                                  \
	"x-amz-request-payer: requester\n"                                     \
	"x-amz-expected-bucket-owner: 111122223333\n" BY_HAND
#define SSE                                                                    \
	"x-amz-server-side-encryption-aws-kms-key-id: "                        \
	"arn:aws:kms:eu-west-1:111122223333:key/1234\n"                        \
	"x-amz-server-side-encryption: aws:kms:dsse\n"

static void
each_request_has_its_own(void **state)
{
	assert_int_equal(extras_resolve(&all, &extras, &err), GS_OK);
	assert_request(EXTRAS_READ, EVERY);
	assert_request(EXTRAS_LIST, EVERY);
	assert_request(EXTRAS_SESSION, SSE BY_HAND);
	assert_request(EXTRAS_WRITE,
		SSE "x-amz-storage-class: STANDARD_IA\n"
		    "x-amz-acl: bucket-owner-full-control\n"
		    "x-amz-tagging: team=build\n" EVERY);
}

static void
nothing_is_the_default(void **state)
{
	const struct extras_wish empty = {
		"", "", "", "", "", "", false, {.text = {""}, .count = 1}};
	const struct extras_wish zeroed = {.acl = NULL};

	assert_int_equal(extras_resolve(&empty, &extras, &err), GS_OK);
	assert_int_equal(extras.count, 0);
	assert_int_equal(extras_resolve(&zeroed, &extras, &err), GS_OK);
	assert_int_equal(extras.count, 0);
	assert_request(EXTRAS_WRITE, "");
}

static void
a_key_means_kms(void **state)
{
	const struct extras_wish key = {.sse_kms_key_id = "alias/k"};

	assert_int_equal(extras_resolve(&key, &extras, &err), GS_OK);
	assert_request(EXTRAS_WRITE,
		"x-amz-server-side-encryption-aws-kms-key-id: alias/k\n"
		"x-amz-server-side-encryption: aws:kms\n");
}

static void
refusals(void **state)
{
	static const struct {
		struct extras_wish wish;
		const char *text;
	} cases[] = {
		{{.storage_class = "STANDARD IA"},
			"-storage-class 'STANDARD IA': must be a word such "
			"as STANDARD_IA"},
		{{.storage_class = "GLACIER"},
			"-storage-class 'GLACIER': nothing can be read at "
			"once from an archive"},
		{{.storage_class = "DEEP_ARCHIVE"},
			"-storage-class 'DEEP_ARCHIVE': nothing can be read "
			"at once from an archive"},
		{{.sse = "aes256"}, "-sse 'aes256': must be AES256, aws:kms "
				    "or aws:kms:dsse"},
		{{.sse_kms_key_id = "a b"},
			"-sse-kms-key-id 'a b': must be the id, the ARN or "
			"an alias of a key"},
		{{.sse = "AES256", .sse_kms_key_id = "k"},
			"-sse-kms-key-id: goes with aws:kms, not with -sse "
			"AES256"},
		{{.acl = "everyone"}, "-acl 'everyone': must be a canned ACL "
				      "such as bucket-owner-full-control"},
		{{.tags = "k"}, "-tags 'k': must be KEY=VALUE&KEY=VALUE, each "
				"percent-encoded as UTF-8"},
		{{.bucket_owner = "11112222333"},
			"-expected-bucket-owner '11112222333': must be the 12 "
			"digits of an account"},
		{{.bucket_owner = "1111222233334"},
			"-expected-bucket-owner '1111222233334': must be the "
			"12 digits of an account"},
		{{.bucket_owner = "11112222333x"},
			"-expected-bucket-owner '11112222333x': must be the "
			"12 digits of an account"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		extras.count = 77;
		assert_int_equal(extras_resolve(&cases[i].wish, &extras, &err),
			GS_CONFIG);
		assert_string_equal(err.text, cases[i].text);
		assert_int_equal(extras.count, 77);
	}
}

/* Values of headers can be secrets. */
static void
refused_headers(void **state)
{
	static const char *const cases[][2] = {
		{"secret", "-header: must be `Name: value`"},
		{": secret", "-header: must be `Name: value`"},
		{"A B: secret", "-header: must be `Name: value`"},
		{"A:", "-header 'A': its value must be ASCII, without two "
		       "spaces in a row"},
		{"A: secret  s", "-header 'A': its value must be ASCII, "
				 "without two spaces in a row"},
		{"A: secret\ts", "-header 'A': its value must be ASCII, "
				 "without two spaces in a row"},
		{"A: s\xc3\xa9", "-header 'A': its value must be ASCII, "
				 "without two spaces in a row"},
		{"A: 1\na: 2", "-header 'a': it is given twice"},
		{"HOST: secret", "-header 'HOST': gocache-s3 sets it itself"},
		{"Authorization: secret",
			"-header 'Authorization': gocache-s3 sets it itself"},
		{"x-amz-Date: secret",
			"-header 'x-amz-Date': gocache-s3 sets it itself"},
		{"Transfer-Encoding: chunked",
			"-header 'Transfer-Encoding': it is the connection's"},
		{"Proxy-Authorization: secret",
			"-header 'Proxy-Authorization': it is the "
			"connection's"},
		{"Content-MD5: secret", "-header 'Content-MD5': it would not "
					"be true of every body"},
		{"x-amz-checksum-crc32: secret",
			"-header 'x-amz-checksum-crc32': it would not be true "
			"of every body"},
		{"If-None-Match: *", "-header 'If-None-Match': it makes "
				     "another request of it"},
		{"x-amz-copy-source: b/k",
			"-header 'x-amz-copy-source': it makes another "
			"request of it"},
		{"x-amz-storage-class: S",
			"-header 'x-amz-storage-class': -storage-class sets "
			"it"},
		{"x-amz-server-side-encryption: S",
			"-header 'x-amz-server-side-encryption': -sse sets "
			"it"},
		{"X-Amz-Server-Side-Encryption-Customer-Key: secret",
			"-header 'X-Amz-Server-Side-Encryption-Customer-Key': "
			"keys of one's own (SSE-C) are not supported"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct extras_wish wish = {
			.headers = {.text = {cases[i][0]}, .count = 1}};

		assert_int_equal(
			extras_resolve(&wish, &extras, &err), GS_CONFIG);
		assert_string_equal(err.text, cases[i][1]);
		assert_null(strstr(err.text, "secret"));
	}
}

/* Names that only look like those. */
static void
other_headers(void **state)
{
	const struct extras_wish wish = {
		.headers = {.text = {"X-Host: a\nIf: b\nTe-x: c\n"
				     "x-amz-server-side-encryption-context: d\n"
				     "x-amz-meta-team: e"},
			.count = 1}};

	assert_int_equal(extras_resolve(&wish, &extras, &err), GS_OK);
	assert_int_equal(extras.count, 5);
}

static void
assert_lines(size_t lines, enum gs_code code)
{
	char text[512];
	struct buf b = BUF_OVER(text);
	struct extras_wish wish = all;

	for (size_t i = 0; i < lines; i++) {
		buf_str(&b, "N");
		buf_uint(&b, i);
		buf_str(&b, ": v\n");
	}
	wish.headers = (struct extras_texts){{buf_cstr(&b)}, 1, false};
	assert_int_equal(extras_resolve(&wish, &extras, &err), code);
}

static void
assert_bytes(size_t value_len, enum gs_code code)
{
	static char text[EXTRAS_BYTES_MAX + 8] = "N: ";
	const struct extras_wish wish = {
		.headers = {.text = {text}, .count = 1}};

	memset(text + 3, 'v', value_len);
	text[3 + value_len] = '\0';
	assert_int_equal(extras_resolve(&wish, &extras, &err), code);
}

static void
assert_length(const char **option, const struct extras_wish *wish, size_t max)
{
	static char text[EXTRAS_BYTES_MAX];

	memset(text, 'x', max);
	text[max] = '\0';
	*option = text;
	assert_int_equal(extras_resolve(wish, &extras, &err), GS_OK);
	text[max] = 'x';
	text[max + 1] = '\0';
	assert_int_equal(extras_resolve(wish, &extras, &err), GS_CONFIG);
}

static void
limits(void **state)
{
	const size_t line = sizeof("N: \r\n") - 1;
	struct extras_wish class = {.acl = ""}, key = {.acl = ""};

	assert_length(&class.storage_class, &class, 64);
	assert_length(&key.sse_kms_key_id, &key, 2048);

	assert_lines(EXTRAS_HEADERS_MAX, GS_OK);
	assert_int_equal(extras.count, EXTRAS_MAX);
	assert_lines(EXTRAS_HEADERS_MAX + 1, GS_TOOBIG);
	assert_bytes(EXTRAS_BYTES_MAX - line, GS_OK);
	assert_bytes(EXTRAS_BYTES_MAX - line + 1, GS_TOOBIG);
}

static void
a_refusal_names_the_option(void **state)
{
	static const char *const cases[][2] = {
		{"<Header>x-amz-tagging</Header>", "-tags"},
		{"Header 'x-amz-server-side-encryption' with", "-sse asks"},
		{"<Header>x-amz-server-side-encryption-aws-kms-key-id</Header>",
			"-sse-kms-key-id"},
		{"x-amz-storage-class", "-storage-class"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *advice = extras_advice(view_of(cases[i][0]));

		assert_non_null(advice);
		assert_non_null(strstr(advice, cases[i][1]));
	}
	assert_null(extras_advice(VIEW("x-amz-date")));
	assert_null(extras_advice(VIEW("")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_request_has_its_own),
		cmocka_unit_test(nothing_is_the_default),
		cmocka_unit_test(a_key_means_kms),
		cmocka_unit_test(refusals),
		cmocka_unit_test(refused_headers),
		cmocka_unit_test(other_headers),
		cmocka_unit_test(limits),
		cmocka_unit_test(a_refusal_names_the_option),
	};

	return cmocka_run_group_tests_name("extras", tests, NULL, NULL);
}
