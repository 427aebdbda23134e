#include "s3/sigv4.h"

#include "base/array.h"
#include "base/percent.h"
#include "base/sha256.h"
#include "s3/query.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "vectors.h"

static struct gs_err err;

/* A request as a vector file tells it. */
struct vector {
	struct sigv4_identity who;
	struct view date;
	bool signs_everything;
	struct http1_request request;
	struct view payload;
	char path[512], query[1024], payload_hash[ID_HEX_LEN];
};

static void
read_query(struct vector *v, struct view text)
{
	struct query_param params[QUERY_PARAMS_MAX];
	struct buf out = BUF_OVER(v->query);
	size_t count = 0;

	while (text.n > 0) {
		struct view one;

		view_cut(text, '&', &one, &text);
		view_cut(one, '=', &params[count].name, &params[count].value);
		count++;
	}
	query_write(params, count, &out);
	v->request.query = buf_view(&out);
}

static void
read_path(struct vector *v, struct view text)
{
	struct buf out = BUF_OVER(v->path);

	percent_encode_path(text, &out);
	v->request.path = buf_view(&out);
}

static void
read_body(struct vector *v, struct view text)
{
	struct buf out = BUF_OVER(v->payload_hash);
	struct id hash;

	sha256_of(text, &hash);
	buf_hex(&out, hash.byte, ID_LEN);
	v->payload = buf_view(&out);
}

static void
read_header(struct vector *v, struct view text)
{
	struct http1_header *h = &v->request.headers[v->request.header_count++];

	view_cut(text, ':', &h->name, &h->value);
}

static void
read_field(struct vector *v, struct view key, struct view value)
{
	const struct vector_field plain[] = {
		{VIEW("access"), &v->who.access_key},
		{VIEW("secret"), &v->who.secret_key},
		{VIEW("region"), &v->who.region},
		{VIEW("service"), &v->who.service},
		{VIEW("date"), &v->date},
		{VIEW("method"), &v->request.method},
		{VIEW("host"), &v->request.host},
		{VIEW("payload"), &v->payload},
	};

	const struct {
		struct view key;
		void (*read)(struct vector *v, struct view text);
	} made[] = {
		{VIEW("query"), read_query},
		{VIEW("path"), read_path},
		{VIEW("body"), read_body},
		{VIEW("header"), read_header},
	};

	if (vector_take(plain, ARRAY_LEN(plain), key, value)) {
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(made); i++) {
		if (view_eq(key, made[i].key)) {
			made[i].read(v, value);
			return;
		}
	}
	assert_true(view_eq(key, VIEW("signs")));
	v->signs_everything = true;
}

static void
read_vector(struct view file, struct vector *v)
{
	struct view section, key, value;

	*v = (struct vector){.payload = SIGV4_EMPTY_SHA256};
	assert_true(sections_find(file, "", &section));
	while (sections_next(&section, &key, &value)) {
		read_field(v, key, value);
	}
}

static bool
signs_everything(struct view name)
{
	(void)name;
	return true;
}

static void
assert_section(struct view file, const char *name, const struct buf *got)
{
	struct view want;

	assert_true(sections_find(file, name, &want));
	assert_true(buf_ok(got));
	if (!view_eq(buf_view(got), want)) {
		fail_msg("%s: %s differs:\n%.*s\nis not\n%.*s", vector_at, name,
			(int)got->len, got->p, (int)want.n, want.p);
	}
}

static void
assert_stages(struct view file, const struct vector *v)
{
	static char canonical_text[4096];
	char string_text[1024], signature_text[128];
	struct buf canonical = BUF_OVER(canonical_text);
	struct buf string = BUF_OVER(string_text);
	struct buf signature = BUF_OVER(signature_text);

	sigv4_canonical_request(&v->request,
		v->signs_everything ? signs_everything : sigv4_is_signed,
		v->payload, &canonical);
	assert_section(file, "canonical request", &canonical);
	sigv4_string_to_sign(v->date, &v->who, buf_view(&canonical), &string);
	assert_section(file, "string to sign", &string);
	assert_int_equal(sigv4_signature(v->date, &v->who, buf_view(&string),
				 &signature, &err),
		GS_OK);
	assert_section(file, "signature", &signature);
	assert_int_equal(signature.len, SIGV4_SIGNATURE_LEN);
}

static void
run_file(const char *path)
{
	static char scratch[SIGV4_CANONICAL_MAX];
	struct view file = sections_load(path), want;
	char text[SIGV4_AUTHORIZATION_MAX];
	struct buf authorization = BUF_OVER(text);
	static struct vector v;

	read_vector(file, &v);
	assert_stages(file, &v);
	if (!sections_find(file, "authorization", &want)) {
		return;
	}
	assert_int_equal(sigv4_authorization(&v.request, v.date, &v.who,
				 scratch, &authorization, &err),
		GS_OK);
	assert_section(file, "authorization", &authorization);
	for (size_t i = 0; i < sizeof(scratch); i++) {
		assert_int_equal(scratch[i], 0);
	}
}

static void
test_vectors(void **state)
{
	assert_int_equal(sections_each("tests/vectors/sigv4", run_file), 43);
}

static void
test_which_headers_are_signed(void **state)
{
	static const struct {
		const char *name;
		bool is_signed;
	} cases[] = {
		{"Host", true},
		{"content-type", true},
		{"Range", true},
		{"Date", true},
		{"If-None-Match", true},
		{"X-Amz-Meta-OutputID", true},
		{"x-amz-", true},
		{"x-amz", false},
		{"if", false},
		{"", false},
		{"accept-encoding", false},
		{"user-agent", false},
		{"content-length", false},
		{"content-encoding", false},
		{"expect", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(sigv4_is_signed(view_of(cases[i].name)),
			cases[i].is_signed);
	}
}

static struct http1_request
plain_request(void)
{
	struct http1_request r = {.method = VIEW("GET"),
		.path = VIEW("/k"),
		.host = VIEW("h"),
		.header_count = 1};

	r.headers[0] = (struct http1_header){
		VIEW("x-amz-content-sha256"), SIGV4_UNSIGNED_PAYLOAD};
	return r;
}

static enum gs_code
authorize(const struct http1_request *r, const struct sigv4_identity *who,
	size_t room)
{
	static char scratch[SIGV4_CANONICAL_MAX];
	static char text[SIGV4_AUTHORIZATION_MAX];
	struct buf out = buf_over(text, room);

	return sigv4_authorization(
		r, VIEW("20130524T000000Z"), who, scratch, &out, &err);
}

static struct sigv4_identity
plain_identity(void)
{
	return (struct sigv4_identity){
		VIEW("AK"), VIEW("SK"), VIEW("r"), VIEW("s3")};
}

static void
test_missing_payload_hash_is_refused(void **state)
{
	struct http1_request r = plain_request();
	struct sigv4_identity who = plain_identity();

	r.header_count = 0;
	assert_int_equal(authorize(&r, &who, 1024), GS_BAD);
}

static void
test_limits(void **state)
{
	static char text[SIGV4_CANONICAL_MAX];
	struct http1_request r = plain_request();
	struct sigv4_identity who = plain_identity();
	size_t fits;

	memset(text, 'x', sizeof(text));
	who.secret_key = (struct view){text, SECRET_KEY_MAX};
	assert_int_equal(authorize(&r, &who, 1024), GS_OK);
	who.secret_key.n++;
	assert_int_equal(authorize(&r, &who, 1024), GS_TOOBIG);
	who = plain_identity();
	who.region = (struct view){text, SIGV4_STRING_TO_SIGN_MAX};
	assert_int_equal(authorize(&r, &who, 1024), GS_TOOBIG);

	who = plain_identity();
	fits = 0;
	while (authorize(&r, &who, fits) != GS_OK) {
		fits++;
	}
	assert_int_equal(fits, sizeof("AWS4-HMAC-SHA256 Credential=AK/20130524/"
				      "r/s3/aws4_request, SignedHeaders=host;"
				      "x-amz-content-sha256, Signature=") -
				       1 + SIGV4_SIGNATURE_LEN);

	r.path = (struct view){text, SIGV4_CANONICAL_MAX};
	assert_int_equal(authorize(&r, &who, 1024), GS_TOOBIG);
}

static void
test_every_header_may_be_signed(void **state)
{
	struct http1_request r = plain_request();
	struct sigv4_identity who = plain_identity();

	while (r.header_count < HTTP1_REQUEST_HEADERS_MAX) {
		r.headers[r.header_count++] = r.headers[0];
	}
	assert_int_equal(authorize(&r, &who, 1024), GS_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_which_headers_are_signed),
		cmocka_unit_test(test_missing_payload_hash_is_refused),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_every_header_may_be_signed),
	};

	return cmocka_run_group_tests_name("sigv4", tests, NULL, NULL);
}
