#include "s3/sts.h"

#include "base/array.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "signed_requests.h"
#include "vectors.h"
#include "wire.h"

static struct gs_err err;
static struct sts_scratch scratch;
static struct chain_role role;
static struct creds creds;

static const int64_t now_ns = SIGNED_AT_S * INT64_C(1000000000) + 123456789;

/* A request as a vector file tells it. */
struct vector {
	struct view kind, url, region, arn, session, external, duration, token;
};

static void
read_vector(struct view file, struct vector *v)
{
	const struct vector_field fields[] = {
		{VIEW("kind"), &v->kind},
		{VIEW("url"), &v->url},
		{VIEW("region"), &v->region},
		{VIEW("arn"), &v->arn},
		{VIEW("session"), &v->session},
		{VIEW("external"), &v->external},
		{VIEW("duration"), &v->duration},
		{VIEW("token"), &v->token},
	};

	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		*fields[i].at = VIEW("");
	}
	vector_read(file, fields, ARRAY_LEN(fields));
}

static void
use_vector(const struct vector *v)
{
	unsigned long long duration_s = 0;

	set_example_creds(&creds, v->token);
	copy_text(role.arn, v->arn);
	copy_text(role.session_name, v->session);
	copy_text(role.external_id, v->external);
	if (v->duration.n > 0) {
		assert_true(view_uint(v->duration, UINT32_MAX, &duration_s));
	}
	role.duration_s = (unsigned)duration_s;
}

static struct sts_env
env_for(const struct url *url, struct view region)
{
	return (struct sts_env){
		.where.url = url,
		.region = region,
		.creds = &creds,
		.now_ns = now_ns,
		.scratch = &scratch,
	};
}

static void
run_vector(const char *path)
{
	static char storage[STS_REQUEST_MAX];
	struct view file = sections_load(path), request, token;
	struct buf out = BUF_OVER(storage);
	struct vector v;
	struct url url;
	enum gs_code code;

	read_vector(file, &v);
	use_vector(&v);
	assert_int_equal(url_parse(v.url, "url", &url, &err), GS_OK);

	const struct sts_env env = env_for(&url, v.region);

	if (view_eq(v.kind, VIEW("assume"))) {
		code = sts_assume_role(&env, &role, &out, &err);
	} else {
		sections_find(file, "token", &token);
		code = sts_assume_role_with_web_identity(
			&env, &role, token, &out, &err);
	}
	assert_int_equal(code, GS_OK);
	assert_true(sections_find(file, "request", &request));
	wire_assert(path, buf_view(&out), request);
}

static void
requests_are_as_others_make_them(void **state)
{
	assert_int_equal(sections_each("tests/vectors/sts", run_vector), 14);
}

static const struct url sts_url = {
	.tls = true, .host = {"sts.example", 11}, .port = 443, .path = {"", 0}};

static struct sts_env
plain_env(void)
{
	return env_for(&sts_url, VIEW("us-east-1"));
}

/* A role and keys of which each value is as long as it may be. */
static void
use_the_longest(void)
{
	fill_text(role.arn, ROLE_ARN_MAX, '%');
	fill_text(role.session_name, ROLE_SESSION_MAX, '%');
	fill_text(role.external_id, EXTERNAL_ID_MAX, '%');
	role.duration_s = UINT32_MAX;
	set_longest_creds(&creds);
}

static void
the_longest_request_fits(void **state)
{
	static char storage[STS_REQUEST_MAX], token[WEB_TOKEN_MAX];
	struct buf out = BUF_OVER(storage);
	const struct sts_env env = plain_env();

	use_the_longest();
	assert_int_equal(sts_assume_role(&env, &role, &out, &err), GS_OK);
	buf_clear(&out);
	memset(token, '%', sizeof(token));
	assert_int_equal(
		sts_assume_role_with_web_identity(&env, &role,
			(struct view){token, sizeof(token)}, &out, &err),
		GS_OK);
	assert_true(out.len > 3 * WEB_TOKEN_MAX);
}

static void
what_does_not_fit_is_refused(void **state)
{
	static char storage[STS_REQUEST_MAX];
	const struct sts_env env = plain_env();
	struct buf out = BUF_OVER(storage);
	struct vector v;
	size_t whole;

	read_vector(VIEW("arn a\nsession s\n"), &v);
	use_vector(&v);
	assert_int_equal(sts_assume_role(&env, &role, &out, &err), GS_OK);
	whole = out.len;
	for (size_t cap = 0; cap <= whole; cap++) {
		out = buf_over(storage, cap);
		assert_int_equal(sts_assume_role(&env, &role, &out, &err),
			cap < whole ? GS_TOOBIG : GS_OK);
	}
}

static enum gs_code
identify(struct view token)
{
	static char storage[STS_REQUEST_MAX];
	struct buf out = BUF_OVER(storage);
	const struct sts_env env = plain_env();

	return sts_assume_role_with_web_identity(
		&env, &role, token, &out, &err);
}

static void
a_token_has_a_limit(void **state)
{
	static char token[WEB_TOKEN_MAX + 2];

	memset(token, 't', sizeof(token));
	token[WEB_TOKEN_MAX] = '\n';
	assert_int_equal(
		identify((struct view){token, WEB_TOKEN_MAX + 1}), GS_OK);
	token[WEB_TOKEN_MAX] = 't';
	assert_int_equal(
		identify((struct view){token, WEB_TOKEN_MAX + 1}), GS_TOOBIG);
}

static void
an_empty_token_is_refused(void **state)
{
	assert_int_equal(identify(VIEW("")), GS_CONFIG);
	assert_int_equal(identify(VIEW(" \r\n")), GS_CONFIG);
	assert_string_equal(err.text, "web identity token: it is empty");
}

static void
a_proxy_passes_plain_http_on(void **state)
{
	static char storage[STS_REQUEST_MAX];
	struct buf out = BUF_OVER(storage);
	const struct proxy proxy = {
		.is_used = true, .authorization = "Basic dTpw"};
	const struct url url = {.host = VIEW("sts.example"),
		.port = 9500,
		.path = VIEW("/base")};
	struct sts_env env = env_for(&url, VIEW("us-east-1"));

	env.where.proxy = &proxy;
	assert_int_equal(sts_assume_role(&env, &role, &out, &err), GS_OK);
	assert_true(view_starts(buf_view(&out),
		VIEW("POST http://sts.example:9500/base HTTP/1.1\r\n")));
	assert_true(view_find(buf_view(&out),
			    VIEW("\r\nProxy-Authorization: Basic dTpw\r\n")) <
		    out.len);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_as_others_make_them),
		cmocka_unit_test(the_longest_request_fits),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(a_token_has_a_limit),
		cmocka_unit_test(an_empty_token_is_refused),
		cmocka_unit_test(a_proxy_passes_plain_http_on),
	};

	return cmocka_run_group_tests_name("sts", tests, NULL, NULL);
}
