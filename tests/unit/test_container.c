#include "s3/container.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lines.h"
#include "wire.h"

static struct gs_err err;

static void
add_or_dash(struct buf *out, struct view text)
{
	buf_add(out, text.n > 0 ? text : VIEW("-"));
}

/* Where a URL leads, or why not: what the error says after the URL. */
static struct view
outcome(struct view url, struct buf *out)
{
	struct container c;

	if (container_parse(url, &c, &err) != GS_OK) {
		struct view why = view_of(err.text);

		assert_int_equal(err.code, GS_CONFIG);
		why = view_skip(why, sizeof("container credentials URL") - 1);
		why = view_skip(why, view_find(why, VIEW(": ")));
		if (view_find(why, VIEW("': ")) < why.n) {
			why = view_skip(why, view_find(why, VIEW("': ")) + 1);
		}
		buf_str(out, "no");
		buf_add(out, why);
		return buf_view(out);
	}
	buf_add(out, c.url.host);
	buf_char(out, ' ');
	add_or_dash(out, c.path);
	buf_char(out, ' ');
	add_or_dash(out, c.query);
	return buf_view(out);
}

static void
urls_lead_somewhere_or_are_refused(void **state)
{
	struct lines lines;
	struct view line;

	lines_open(&lines, "tests/vectors/container/urls.txt");
	while (lines_next(&lines, &line)) {
		struct view arrow = VIEW(" => ");
		size_t at = view_find(line, arrow);
		char storage[1024];
		struct buf out = BUF_OVER(storage);
		struct view got = outcome((struct view){line.p, at}, &out);

		if (!view_eq(got, view_skip(line, at + arrow.n))) {
			fail_msg("%.*s: got %.*s", (int)line.n, line.p,
				(int)got.n, got.p);
		}
	}
	assert_int_equal(lines.count, 33);
}

/* It is as good as a password. */
static void
a_path_is_never_said(void **state)
{
	static const char *const odd[] = {"169.254.170.2/hush",
		"http:/169.254.170.2/hush", "/hush", "http://10.0.0.1/hush",
		"ftp://127.0.0.1/hush", "http:///hush", "http://h:0/hush",
		"http://127.0.0.1/hush\x7f", "http://127.0.0.1?hush\n"};
	struct container c;

	for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		assert_int_equal(
			container_parse(view_of(odd[i]), &c, &err), GS_CONFIG);
		assert_null(strstr(err.text, "hush"));
	}
}

static void
a_url_has_a_limit(void **state)
{
	static char text[URL_MAX + 1];
	struct view start = VIEW("http://127.0.0.1/");
	struct container c;

	memset(text, 'p', sizeof(text));
	memcpy(text, start.p, start.n);
	assert_int_equal(
		container_parse((struct view){text, URL_MAX}, &c, &err), GS_OK);
	assert_int_equal(
		container_parse((struct view){text, URL_MAX + 1}, &c, &err),
		GS_CONFIG);
}

static enum gs_code
head(const char *url, struct view authorization, struct buf *out)
{
	struct container c;

	assert_int_equal(container_parse(view_of(url), &c, &err), GS_OK);
	return container_head(&c, authorization, out, &err);
}

static void
the_request_is_as_the_url_says(void **state)
{
	char storage[CONTAINER_HEAD_MAX];
	struct buf out = BUF_OVER(storage);

	assert_int_equal(
		head("http://169.254.170.2/v2/a%2Fb?c=d%20e", VIEW(""), &out),
		GS_OK);
	wire_assert("ecs", buf_view(&out),
		VIEW("GET /v2/a%2Fb?c=d%20e HTTP/1.1\n"
		     "Host: 169.254.170.2\n"
		     "Accept: application/json\n"
		     "Accept-Encoding: identity\n"
		     "User-Agent: gocache-s3/VERSION"));
	buf_clear(&out);
	assert_int_equal(head("https://example.com:8443",
				 VIEW("Basic dTpw or whatever"), &out),
		GS_OK);
	wire_assert("authorized", buf_view(&out),
		VIEW("GET / HTTP/1.1\n"
		     "Host: example.com:8443\n"
		     "Accept: application/json\n"
		     "Authorization: Basic dTpw or whatever\n"
		     "Accept-Encoding: identity\n"
		     "User-Agent: gocache-s3/VERSION"));
}

static void
an_authorization_is_one_line(void **state)
{
	static const char *const bad[] = {"MARKED\n", "MARKED\r",
		"MARKED\r\nHost: other", "\nMARKED", "MARKED\x7f"};
	char storage[CONTAINER_HEAD_MAX];
	struct buf out = BUF_OVER(storage);

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(
			head("http://127.0.0.1/", view_of(bad[i]), &out),
			GS_CONFIG);
		assert_null(strstr(err.text, "MARKED"));
		assert_int_equal(out.len, 0);
	}
}

static void
the_longest_request_fits(void **state)
{
	static char storage[CONTAINER_HEAD_MAX], url[URL_MAX + 1];
	static char token[SESSION_TOKEN_MAX];
	struct buf out = BUF_OVER(storage);
	struct view start = VIEW("https://a/");

	memset(token, 't', sizeof(token));
	memset(url, 'p', URL_MAX);
	memcpy(url, start.p, start.n);
	assert_int_equal(
		head(url, (struct view){token, sizeof(token)}, &out), GS_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(urls_lead_somewhere_or_are_refused),
		cmocka_unit_test(a_path_is_never_said),
		cmocka_unit_test(a_url_has_a_limit),
		cmocka_unit_test(the_request_is_as_the_url_says),
		cmocka_unit_test(an_authorization_is_one_line),
		cmocka_unit_test(the_longest_request_fits),
	};

	return cmocka_run_group_tests_name("container", tests, NULL, NULL);
}
