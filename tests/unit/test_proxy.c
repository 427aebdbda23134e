/* Which proxy is chosen; the rows are in tests/vectors/proxy. */
#include "s3/proxy.h"

#include "base/base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lines.h"

enum { VARIABLES_MAX = 8, LONG = 4096 };

static struct gs_err err;
static struct proxy proxy;
static char *env[VARIABLES_MAX + 1];
static char env_text[LONG];

static struct view
take_column(struct view *line)
{
	size_t end = view_find(*line, VIEW(" | "));
	struct view column = {line->p, end};

	*line = view_skip(*line, end + 3);
	return column;
}

static void
set_env(struct view variables)
{
	struct buf text = BUF_OVER(env_text);
	size_t n = 0;

	while (variables.n > 0 && n < VARIABLES_MAX) {
		env[n++] = env_text + text.len;
		buf_add(&text, take_column(&variables));
		buf_char(&text, '\0');
	}
	assert_true(buf_ok(&text));
	env[n] = NULL;
}

/* Not s3/url.h: a zone is no part of a URL for us. */
static enum gs_code
choose_for(struct view url)
{
	bool tls = view_starts(url, VIEW("https"));
	unsigned long long port = tls ? 443 : 80;
	struct view host, rest;

	url = view_skip(url, view_find(url, VIEW("//")) + 2);
	if (view_starts(url, VIEW("["))) {
		view_cut(view_skip(url, 1), ']', &host, &rest);
		rest = view_skip(rest, 1);
	} else {
		view_cut(url, ':', &host, &rest);
	}
	if (rest.n > 0) {
		assert_true(view_uint(rest, UINT16_MAX, &port));
	}
	return proxy_choose(env, tls, host, (uint16_t)port, &proxy, &err);
}

/* user:password@URL, - or ! */
static const char *
describe(enum gs_code code)
{
	static char storage[LONG];
	struct buf out = BUF_OVER(storage);
	struct base64_decoder decoder;
	size_t used;

	if (code != GS_OK || !proxy.is_used) {
		return code != GS_OK ? "!" : "-";
	}
	if (proxy.authorization[0]) {
		struct view text = view_of(proxy.authorization);

		assert_true(view_starts(text, VIEW("Basic ")));
		base64_decoder_init(&decoder);
		assert_int_equal(base64_decode(&decoder, view_skip(text, 6),
					 &used, &out, &err),
			GS_OK);
		assert_true(base64_decoder_at_end(&decoder));
		buf_char(&out, '@');
	}
	proxy_url(&proxy, &out);
	return buf_cstr(&out);
}

static void
run_rows(const char *path)
{
	struct lines l;
	struct view line;

	lines_open(&l, path);
	while (lines_next(&l, &line)) {
		struct view row = line;
		struct view url = take_column(&row), want = take_column(&row);

		set_env(row);
		proxy = (struct proxy){.port = 7};
		enum gs_code code = choose_for(url);

		if (!view_eq(view_of(describe(code)), want)) {
			fail_msg("%s, not %.*s: %.*s", describe(code),
				(int)want.n, want.p, (int)line.n, line.p);
		}
		assert_true(code == GS_OK || proxy.port == 7);
	}
}

static void
chooses_as_go_does(void **state)
{
	(void)state;
	run_rows("tests/vectors/proxy/choose.txt");
}

static void
differs_where_it_should(void **state)
{
	(void)state;
	run_rows("tests/vectors/proxy/differ.txt");
}

static void
set_proxy(const char *variable, const char *value)
{
	snprintf(env_text, sizeof(env_text), "%s=%s", variable, value);
	env[0] = env_text;
	env[1] = NULL;
}

static void
assert_refused(const char *value, const char *why)
{
	char want[GS_ERR_TEXT_MAX];

	set_proxy("https_proxy", value);
	err = (struct gs_err){0};
	assert_int_equal(choose_for(VIEW("https://a.b")), GS_CONFIG);
	snprintf(want, sizeof(want),
		"cannot use the proxy in 'https_proxy': %s", why);
	assert_string_equal(err.text, want);
}

/* And never with the value, which may hold a password. */
static void
says_what_to_do(void **state)
{
	static const char encode[] =
		"special characters of user and password must be written as "
		"%XX";

	(void)state;
	assert_refused("socks5://u:secret@p",
		"SOCKS is not supported: name an HTTP proxy, or list the host "
		"in NO_PROXY");
	assert_refused("http://u:secret@p:x",
		"it must be like http://proxy.example.com:3128, with "
		"user:password@ in front of the host if need be");
	assert_refused("http://u:sec#ret@p", encode);
	assert_refused("http://u:sec%ret@p", encode);
	assert_refused("http://u:sec%0d%0aret@p",
		"user and password must not hold line breaks or other control "
		"characters");
}

static void
says_why_a_stranger_may_have_chosen_it(void **state)
{
	(void)state;
	set_proxy("HTTP_PROXY", "p");
	env[1] = (char[]){"REQUEST_METHOD=GET"};
	env[2] = NULL;
	assert_int_equal(choose_for(VIEW("http://a.b")), GS_CONFIG);
	assert_non_null(
		strstr(err.text, "'HTTP_PROXY': REQUEST_METHOD is set"));
}

static void
names_the_variable_that_counts(void **state)
{
	static const char *const names[] = {
		"https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		set_proxy(names[i], "p");
		assert_int_equal(choose_for(i < 2 ? VIEW("https://a.b")
						  : VIEW("http://a.b")),
			GS_OK);
		assert_string_equal(proxy.variable, names[i]);
	}
}

static enum gs_code
choose_with_user(size_t len, size_t host_len)
{
	char value[LONG];
	int n = snprintf(
		value, sizeof(value), "http://%0*d:@", (int)len - 1, 0);

	snprintf(
		value + n, sizeof(value) - (size_t)n, "%0*d", (int)host_len, 0);
	set_proxy("https_proxy", value);
	return choose_for(VIEW("https://a.b"));
}

static void
has_limits(void **state)
{
	(void)state;
	assert_int_equal(choose_with_user(PROXY_USER_MAX, 1), GS_OK);
	assert_true(strlen(proxy.authorization) > PROXY_AUTHORIZATION_MAX - 4);
	assert_int_equal(choose_with_user(PROXY_USER_MAX + 1, 1), GS_CONFIG);
	assert_non_null(strstr(err.text, "too long"));
	assert_int_equal(choose_with_user(2, HOST_MAX), GS_OK);
	assert_int_equal(strlen(proxy.host), HOST_MAX);
	assert_int_equal(choose_with_user(2, HOST_MAX + 1), GS_CONFIG);
	assert_int_equal(choose_with_user(2, LONG / 2), GS_CONFIG);
}

static void
asks_for_a_tunnel(void **state)
{
	char storage[PROXY_CONNECT_MAX];
	struct buf head = BUF_OVER(storage);

	(void)state;
	proxy = (struct proxy){.is_used = true};
	proxy_connect_head(&proxy, VIEW("s3.test"), 443, &head);
	assert_string_equal(buf_cstr(&head),
		"CONNECT s3.test:443 HTTP/1.1\r\nHost: s3.test:443\r\n"
		"User-Agent: gocache-s3/" GOCACHE_S3_VERSION "\r\n\r\n");
	buf_clear(&head);
	strcpy(proxy.authorization, "Basic dTpw");
	proxy_connect_head(&proxy, VIEW("::1"), 9000, &head);
	assert_string_equal(buf_cstr(&head),
		"CONNECT [::1]:9000 HTTP/1.1\r\nHost: [::1]:9000\r\n"
		"User-Agent: gocache-s3/" GOCACHE_S3_VERSION "\r\n"
		"Proxy-Authorization: Basic dTpw\r\n\r\n");
}

static void
asks_for_the_longest_tunnel(void **state)
{
	char host[HOST_MAX], storage[PROXY_CONNECT_MAX];
	struct buf head = BUF_OVER(storage);

	(void)state;
	memset(host, ':', sizeof(host));
	memset(proxy.authorization, 'x', PROXY_AUTHORIZATION_MAX);
	proxy.authorization[PROXY_AUTHORIZATION_MAX] = '\0';
	proxy_connect_head(
		&proxy, (struct view){host, HOST_MAX}, UINT16_MAX, &head);
	assert_true(buf_ok(&head));
}

static void
finds_the_port_whatever_is_excepted(void **state)
{
	char *const sound[] = {(char[]){"HTTPS_PROXY=http://u:p@a.test:3128"},
		(char[]){"http_proxy=https://b.test"}, (char[]){"NO_PROXY=*"},
		NULL};
	char *const odd[] = {(char[]){"HTTPS_PROXY=socks5://a.test:1"},
		(char[]){"HTTP_PROXY= "}, NULL};
	bool wants_tls;

	(void)state;
	assert_int_equal(proxy_port(sound, true, &wants_tls), 3128);
	assert_false(wants_tls);
	assert_int_equal(proxy_port(sound, false, &wants_tls), 443);
	assert_true(wants_tls);
	assert_int_equal(proxy_port(odd, true, &wants_tls), 0);
	assert_false(wants_tls);
	assert_int_equal(proxy_port(odd, false, &wants_tls), 0);
}

static void
addresses_a_request_to_a_proxy(void **state)
{
	struct http1_request r = {.method = VIEW("GET"),
		.path = VIEW("/key"),
		.query = VIEW("a=b"),
		.host = VIEW("s3.test:9000")};
	char storage[LONG];
	struct buf head = BUF_OVER(storage);

	(void)state;
	assert_int_equal(proxy_address(NULL, &r, &err), GS_OK);
	assert_false(r.absolute);
	proxy = (struct proxy){.is_used = true};
	strcpy(proxy.authorization, "Basic dTpw");
	assert_int_equal(proxy_address(&proxy, &r, &err), GS_OK);
	assert_int_equal(http1_request_write(&r, &head, &err), GS_OK);
	assert_string_equal(buf_cstr(&head),
		"GET http://s3.test:9000/key?a=b HTTP/1.1\r\n"
		"Host: s3.test:9000\r\n"
		"Proxy-Authorization: Basic dTpw\r\n\r\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chooses_as_go_does),
		cmocka_unit_test(differs_where_it_should),
		cmocka_unit_test(says_what_to_do),
		cmocka_unit_test(says_why_a_stranger_may_have_chosen_it),
		cmocka_unit_test(names_the_variable_that_counts),
		cmocka_unit_test(has_limits),
		cmocka_unit_test(asks_for_a_tunnel),
		cmocka_unit_test(asks_for_the_longest_tunnel),
		cmocka_unit_test(finds_the_port_whatever_is_excepted),
		cmocka_unit_test(addresses_a_request_to_a_proxy),
	};

	return cmocka_run_group_tests_name("proxy", tests, NULL, NULL);
}
