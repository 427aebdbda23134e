#include "s3/sso.h"

#include "base/array.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "long_members.h"
#include "vectors.h"
#include "wire.h"

static struct gs_err err;
static struct sso_token token;

static const int64_t now_s = 1767323045; /* 2026-01-02T03:04:05Z */

/* What a failure leaves behind. */
static void
assert_failed(void)
{
	static const struct sso_token empty;

	assert_memory_equal(&token, &empty, sizeof(token));
	assert_null(strstr(err.text, "MARKED"));
}

static void
check_cache(struct view file)
{
	char ends[VECTOR_END_MAX], registration[VECTOR_END_MAX];
	struct view head;

	const struct vector_result results[] = {
		{VIEW("access"), token.access_token},
		{VIEW("refresh"), token.refresh_token},
		{VIEW("client"), token.client_id},
		{VIEW("client-secret"), token.client_secret},
		{VIEW("ends"), vector_end(token.expires_s, ends)},
		{VIEW("registration"),
			vector_end(token.registration_expires_s, registration)},
		{VIEW("can-refresh"),
			sso_can_refresh(&token, now_s) ? "yes" : "no"},
		{VIEW("code"), vector_code(err.code)},
		{VIEW("error"), err.text},
	};

	sections_find(file, "", &head);
	vector_assert_results(results, ARRAY_LEN(results), head);
}

static void
check_refusal(struct view file)
{
	struct view refused;

	const struct vector_result results[] = {
		{VIEW("code"), vector_code(err.code)},
		{VIEW("error"), err.text},
	};

	assert_failed();
	assert_true(sections_find(file, "refused", &refused));
	vector_assert_results(results, ARRAY_LEN(results), refused);
}

/* Takes an answer, if there is one, and writes the cache anew. */
static void
check_refresh(struct view file, struct view cache)
{
	static char storage[SSO_CACHE_MAX];
	struct buf out = BUF_OVER(storage);
	struct view answer, next;

	if (!sections_find(file, "answer", &answer)) {
		return;
	}
	if (sso_read_refresh(answer, now_s, &token, &err) == GS_OK) {
		assert_int_equal(
			sso_write_cache(cache, &token, &out, &err), GS_OK);
		assert_true(sections_find(file, "next", &next));
		vector_assert(buf_cstr(&out), next);
	} else {
		check_refusal(file);
	}
}

static void
run_vector(const char *path)
{
	struct view file = sections_load(path), cache;
	enum gs_code code;

	memset(&err, 0, sizeof(err));
	memset(&token, 0x55, sizeof(token));
	assert_true(sections_find(file, "cache", &cache));
	code = sso_read_cache(cache, &token, &err);
	assert_int_equal(err.code, code);
	check_cache(file);
	if (code == GS_OK) {
		check_refresh(file, cache);
	} else {
		assert_failed();
	}
}

static void
caches_are_read_and_refreshed(void **state)
{
	assert_int_equal(sections_each("tests/vectors/sso", run_vector), 27);
}

static const char *const members[] = {
	"accessToken", "refreshToken", "clientId", "clientSecret"};

/* A cache in which one member has n bytes. */
static struct view
cache_with(const char *member, size_t n)
{
	static char storage[SSO_CACHE_MAX + 1];
	struct buf out = BUF_OVER(storage);

	buf_str(&out, "{\"expiresAt\":\"2021-12-21T12:21:00Z\"");
	add_members(&out, members, ARRAY_LEN(members), member, n);
	buf_char(&out, '}');
	return buf_view(&out);
}

static void
members_have_a_limit(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		assert_int_equal(
			sso_read_cache(cache_with(members[i], SSO_TOKEN_MAX),
				&token, &err),
			GS_OK);
		assert_int_equal(sso_read_cache(cache_with(members[i],
							SSO_TOKEN_MAX + 1),
					 &token, &err),
			GS_TOOBIG);
		assert_failed();
	}
}

static void
a_cache_has_a_limit(void **state)
{
	static char text[SSO_CACHE_MAX + 1];
	struct view cache = cache_with("", 1);

	memset(text, ' ', sizeof(text));
	memcpy(text, cache.p, cache.n);
	assert_int_equal(sso_read_cache((struct view){text, SSO_CACHE_MAX},
				 &token, &err),
		GS_OK);
	assert_int_equal(sso_read_cache((struct view){text, SSO_CACHE_MAX + 1},
				 &token, &err),
		GS_TOOBIG);
	assert_failed();
}

static void
a_cache_that_does_not_fit_is_refused(void **state)
{
	char storage[1024];
	struct view cache = cache_with("", 1);
	struct buf out;

	assert_int_equal(sso_read_cache(cache, &token, &err), GS_OK);
	for (size_t cap = 0; cap <= cache.n; cap++) {
		out = buf_over(storage, cap);
		assert_int_equal(sso_write_cache(cache, &token, &out, &err),
			cap < cache.n ? GS_TOOBIG : GS_OK);
	}
	assert_true(view_eq(buf_view(&out), cache));
}

static void
a_text_without_the_members_is_refused(void **state)
{
	char storage[1024];
	struct buf out = BUF_OVER(storage);

	assert_int_equal(
		sso_read_cache(cache_with("", 1), &token, &err), GS_OK);
	assert_int_equal(sso_write_cache(VIEW("{\"accessToken\":\"a\"}"),
				 &token, &out, &err),
		GS_BAD);
	assert_string_equal(err.text, "the SSO cache 'expiresAt': missing");
	assert_int_equal(sso_write_cache(VIEW(""), &token, &out, &err), GS_BAD);
	assert_int_equal(out.len, 0);
}

static void
a_refresh_names_all_that_it_needs(void **state)
{
	char storage[4096];
	struct buf out = BUF_OVER(storage);
	const struct url url = {.tls = true,
		.host = VIEW("oidc.us-east-1.amazonaws.com"),
		.port = 443,
		.path = VIEW("")};
	const struct call_place where = {&url, NULL};

	assert_int_equal(
		sso_read_cache(
			VIEW("{\"accessToken\":\"a\",\"expiresAt\":"
			     "\"2021-12-21T12:21:00Z\",\"refreshToken\":\"r\\\""
			     "\",\"clientId\":\"c\",\"clientSecret\":\"s\"}"),
			&token, &err),
		GS_OK);
	assert_int_equal(
		sso_refresh_request(&where, &token, &out, &err), GS_OK);
	wire_assert("refresh", buf_view(&out),
		VIEW("POST /token HTTP/1.1\n"
		     "Host: oidc.us-east-1.amazonaws.com\n"
		     "Content-Type: application/json\n"
		     "Accept-Encoding: identity\n"
		     "User-Agent: gocache-s3/VERSION\n"
		     "Content-Length: 84\n"
		     "\n"
		     "{\"clientId\":\"c\",\"clientSecret\":\"s\",\"grantType\":"
		     "\"refresh_token\",\"refreshToken\":\"r\\\"\"}"));
}

static struct chain chain;

static void
keys_are_asked_for_an_account_and_a_role(void **state)
{
	static char storage[SSO_REQUEST_MAX];
	struct buf out = BUF_OVER(storage);
	const struct url url = {
		.host = VIEW("127.0.0.1"), .port = 8080, .path = VIEW("/base")};
	const struct call_place where = {&url, NULL};

	memcpy(chain.account, "123", sizeof("123"));
	memcpy(chain.role_name, "role Name+", sizeof("role Name+"));
	assert_int_equal(sso_keys_request(&where, &chain,
				 VIEW("expired access token"), &out, &err),
		GS_OK);
	wire_assert("keys", buf_view(&out),
		VIEW("GET /base/federation/credentials?account_id=123&"
		     "role_name=role%20Name%2B HTTP/1.1\n"
		     "Host: 127.0.0.1:8080\n"
		     "x-amz-sso_bearer_token: expired access token\n"
		     "Accept-Encoding: identity\n"
		     "User-Agent: gocache-s3/VERSION"));
}

static void
a_token_is_one_line(void **state)
{
	char storage[1024];
	struct buf out = BUF_OVER(storage);
	const struct url url = {
		.host = VIEW("h"), .port = 80, .path = VIEW("")};
	const struct call_place where = {&url, NULL};

	assert_int_equal(sso_keys_request(&where, &chain,
				 VIEW("MARKED\r\nHost: other"), &out, &err),
		GS_BAD);
	assert_null(strstr(err.text, "MARKED"));
	assert_int_equal(out.len, 0);
}

static void
the_longest_requests_fit(void **state)
{
	static char storage[SSO_REQUEST_MAX], path[URL_MAX / 2];
	struct buf out = BUF_OVER(storage);
	const struct url url = {
		.host = VIEW("h"), .port = 80, .path = {path, sizeof(path)}};
	const struct call_place where = {&url, NULL};

	memset(path, '/', sizeof(path));
	memset(&token, 't', sizeof(token));
	token.refresh_token[SSO_TOKEN_MAX] = '\0';
	token.client_id[SSO_TOKEN_MAX] = '\0';
	token.client_secret[SSO_TOKEN_MAX] = '\0';
	assert_int_equal(
		sso_refresh_request(&where, &token, &out, &err), GS_OK);
	buf_clear(&out);
	memset(chain.account, 'a', SSO_TEXT_MAX);
	memset(chain.role_name, '%', SSO_TEXT_MAX);
	assert_int_equal(sso_keys_request(&where, &chain,
				 (struct view){token.client_id, SSO_TOKEN_MAX},
				 &out, &err),
		GS_OK);
}

static void
an_address_that_is_too_long_is_refused(void **state)
{
	static char storage[SSO_REQUEST_MAX], path[CALL_TARGET_MAX];
	struct buf out = BUF_OVER(storage);
	struct url url = {.host = VIEW("h"), .port = 80};
	const struct call_place where = {&url, NULL};
	size_t rest = sizeof("/token") - 1;

	memset(path, '/', sizeof(path));
	url.path = (struct view){path, CALL_TARGET_MAX - rest};
	assert_int_equal(
		sso_refresh_request(&where, &token, &out, &err), GS_OK);
	url.path.n++;
	assert_int_equal(
		sso_refresh_request(&where, &token, &out, &err), GS_TOOBIG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(caches_are_read_and_refreshed),
		cmocka_unit_test(members_have_a_limit),
		cmocka_unit_test(a_cache_has_a_limit),
		cmocka_unit_test(a_cache_that_does_not_fit_is_refused),
		cmocka_unit_test(a_text_without_the_members_is_refused),
		cmocka_unit_test(a_refresh_names_all_that_it_needs),
		cmocka_unit_test(keys_are_asked_for_an_account_and_a_role),
		cmocka_unit_test(a_token_is_one_line),
		cmocka_unit_test(the_longest_requests_fit),
		cmocka_unit_test(an_address_that_is_too_long_is_refused),
	};

	return cmocka_run_group_tests_name("sso", tests, NULL, NULL);
}
