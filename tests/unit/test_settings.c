#include "s3/settings.h"

#include "base/array.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "settings_vector.h"
#include "vectors.h"

static struct gs_err err;
static struct settings settings;

static const char *
addressing_text(enum endpoint_addressing addressing)
{
	static const char *const words[] = {"auto", "path", "virtual"};

	return words[addressing];
}

/* The switches that are on. */
static const char *
hosts_text(void)
{
	static char text[64];

	snprintf(text, sizeof(text), "%s%s%s%s",
		settings.variants.fips ? " fips" : "",
		settings.variants.dual_stack ? " dualstack" : "",
		settings.accelerate ? " accelerate" : "",
		settings.use_arn_region ? " arn-region" : "");
	return text[0] ? text + 1 : text;
}

static void
assert_settings(struct view want)
{
	char number[16];

	const struct vector_result results[] = {
		{VIEW("bucket"), settings.bucket},
		{VIEW("prefix"), settings.prefix},
		{VIEW("endpoint"), settings.endpoint},
		{VIEW("endpoint-from"), settings.endpoint_from},
		{VIEW("region"), settings.region},
		{VIEW("region-from"), settings.region_from},
		{VIEW("ca-bundle"), settings.ca_bundle},
		{VIEW("ca-bundle-from"), settings.ca_bundle_from},
		{VIEW("profile"), settings.profile},
		{VIEW("max-attempts"), number},
		{VIEW("addressing"), addressing_text(settings.addressing)},
		{VIEW("hosts"), hosts_text()},
		{VIEW("sign-bodies"), settings.sign_bodies ? "yes" : "no"},
		{VIEW("without-sessions"),
			settings.without_sessions ? "yes" : "no"},
	};

	snprintf(number, sizeof(number), "%u", settings.max_attempts);
	vector_assert_results(results, ARRAY_LEN(results), want);
}

static void
run_file(const char *path)
{
	static struct settings_vector v;
	struct view file = sections_load(path), want;
	enum gs_code code;

	settings_vector_read(file, &v);
	memset(&settings, 0x55, sizeof(settings));
	code = settings_resolve(&v.in, &v.texts, &settings, &err);
	if (sections_find(file, "error", &want)) {
		assert_int_equal(code, GS_CONFIG);
		vector_assert_says(err.text, want);
		return;
	}
	if (code != GS_OK) {
		fail_msg("%s: %s", path, err.text);
	}
	assert_true(sections_find(file, "settings", &want));
	assert_settings(want);
}

static void
test_vectors(void **state)
{
	assert_int_equal(sections_each("tests/vectors/settings", run_file), 50);
}

/* A value of n letters for a variable. */
static enum gs_code
resolve_long(const char *variable, size_t n)
{
	static struct settings_vector v;
	static char text[SESSION_TOKEN_MAX + 128];
	int len = snprintf(text, sizeof(text), "%s=", variable);
	enum gs_code code;

	settings_vector_begin(&v);
	v.in.bucket = "b";
	v.env[0] = settings_vector_keep(&v, VIEW("AWS_ACCESS_KEY_ID=AK"));
	v.env[1] = settings_vector_keep(&v, VIEW("AWS_SECRET_ACCESS_KEY=SK"));
	memset(text + len, 'x', n);
	text[(size_t)len + n] = '\0';
	for (size_t i = 0; i < 2; i++) {
		if (strncmp(v.env[i], text, (size_t)len) == 0) {
			v.env[i] = text;
		}
	}
	if (v.env[0] != text && v.env[1] != text) {
		v.env[2] = text;
	}
	code = settings_resolve(&v.in, &v.texts, &settings, &err);
	return code == GS_OK
		       ? settings_find_chain(&v.in, &v.texts, &settings, &err)
		       : code;
}

static void
test_limits(void **state)
{
	static const struct {
		const char *variable;
		size_t max;
		const char *named; /* in the message */
	} limits[] = {
		{"AWS_ACCESS_KEY_ID", ACCESS_KEY_MAX, "AWS_ACCESS_KEY_ID: "},
		{"AWS_SECRET_ACCESS_KEY", SECRET_KEY_MAX,
			"AWS_SECRET_ACCESS_KEY: "},
		{"AWS_SESSION_TOKEN", SESSION_TOKEN_MAX, "AWS_SESSION_TOKEN: "},
		{"AWS_REGION", REGION_MAX, "region: "},
		{"AWS_ENDPOINT_URL", URL_MAX, "endpoint: "},
		{"AWS_CA_BUNDLE", SETTINGS_PATH_MAX - 1, "ca-bundle: "},
		{"AWS_DEFAULT_PROFILE", PROFILE_NAME_MAX - 1, "profile: "},
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		assert_int_equal(
			resolve_long(limits[i].variable, limits[i].max), GS_OK);
		assert_int_equal(
			resolve_long(limits[i].variable, limits[i].max + 1),
			GS_TOOBIG);
		assert_ptr_equal(strstr(err.text, limits[i].named), err.text);
		assert_null(strstr(err.text, "xxx"));
	}
}

static void
test_secrets_are_not_repeated(void **state)
{
	static struct settings_vector v;

	settings_vector_begin(&v);
	v.in.bucket = "b";
	v.env[0] = settings_vector_keep(&v, VIEW("AWS_ACCESS_KEY_ID=AK"));
	v.env[1] = settings_vector_keep(
		&v, VIEW("AWS_SECRET_ACCESS_KEY=hu\001sh"));
	assert_int_equal(settings_find_chain(&v.in, &v.texts, &settings, &err),
		GS_CONFIG);
	assert_null(strstr(err.text, "hu"));
}

static void
test_extras(void **state)
{
	const struct extras_wish good = {.acl = "private"};
	const struct extras_wish bad = {.acl = "x"};
	static struct settings_vector v;

	settings_vector_begin(&v);
	v.in.bucket = "b";
	assert_int_equal(
		settings_resolve(&v.in, &v.texts, &settings, &err), GS_OK);
	assert_int_equal(settings.extras.count, 0);
	v.in.extras = &good;
	assert_int_equal(
		settings_resolve(&v.in, &v.texts, &settings, &err), GS_OK);
	assert_int_equal(settings.extras.count, 1);
	v.in.extras = &bad;
	assert_int_equal(
		settings_resolve(&v.in, &v.texts, &settings, &err), GS_CONFIG);
}

static void
test_wish(void **state)
{
	struct endpoint_wish wish;

	memset(&settings, 0, sizeof(settings));
	strcpy(settings.bucket, "b");
	strcpy(settings.prefix, "p");
	strcpy(settings.endpoint, "http://h");
	strcpy(settings.region, "r-1");
	settings.addressing = ENDPOINT_VIRTUAL;
	settings.variants.dual_stack = true;
	settings.accelerate = settings.use_arn_region = true;
	wish = settings_wish(&settings);
	assert_true(view_eq(wish.bucket, VIEW("b")));
	assert_true(view_eq(wish.prefix, VIEW("p")));
	assert_true(view_eq(wish.url, VIEW("http://h")));
	assert_true(view_eq(wish.region, VIEW("r-1")));
	assert_int_equal(wish.addressing, ENDPOINT_VIRTUAL);
	assert_true(wish.variants.dual_stack && !wish.variants.fips);
	assert_true(wish.accelerate && wish.use_arn_region);
	assert_false(wish.region_is_named);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_secrets_are_not_repeated),
		cmocka_unit_test(test_extras),
		cmocka_unit_test(test_wish),
	};

	return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
