/* Where a service is reached. */
#include "mirror/site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static char *const proxied[] = {(char[]){"HTTPS_PROXY=https://u:p@proxy:1"},
	(char[]){"HTTP_PROXY=http://other"}, (char[]){"NO_PROXY=direct.test"},
	NULL};
static char *const wrong[] = {(char[]){"HTTPS_PROXY=socks5://proxy"}, NULL};

static struct gs_err err;
static struct site site;

static enum gs_code
find(bool tls, const char *host, char *const env[])
{
	const struct url url = {
		.tls = tls, .host = view_of(host), .port = 9000};

	memset(&site, 0x55, sizeof(site));
	return site_find(&site, &url, env, NULL, &err);
}

static void
is_the_service_itself(void **state)
{
	for (int tls = 0; tls < 2; tls++) {
		assert_int_equal(find(tls, "direct.test", proxied), GS_OK);
		assert_string_equal(site.target.host, "direct.test");
		assert_ptr_equal(site.target.host, site.host);
		assert_int_equal(site.target.port, 9000);
		assert_int_equal(site.target.tls, tls);
		assert_null(site.target.proxy);
		assert_int_equal(site_port(&site), 9000);
		assert_int_equal(site_wants_trust(&site), tls);
	}
}

static void
is_behind_a_proxy(void **state)
{
	assert_int_equal(find(true, "s3.test", proxied), GS_OK);
	assert_string_equal(site.target.host, "s3.test");
	assert_int_equal(site.target.port, 9000);
	assert_ptr_equal(site.target.proxy, &site.proxy);
	assert_string_equal(site.proxy.host, "proxy");
	assert_int_equal(site_port(&site), 1);
	assert_true(site_wants_trust(&site));
	assert_int_equal(find(false, "s3.test", proxied), GS_OK);
	assert_string_equal(site.proxy.host, "other");
	assert_int_equal(site_port(&site), 80);
	assert_false(site_wants_trust(&site));
}

static void
is_refused_with_its_proxy(void **state)
{
	assert_int_equal(find(true, "s3.test", wrong), GS_CONFIG);
	assert_non_null(strstr(err.text, "'HTTPS_PROXY'"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_the_service_itself),
		cmocka_unit_test(is_behind_a_proxy),
		cmocka_unit_test(is_refused_with_its_proxy),
	};

	return cmocka_run_group_tests_name("site", tests, NULL, NULL);
}
