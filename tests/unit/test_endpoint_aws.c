/* AWS's own hosts. */
#include "s3/endpoint.h"

#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "endpoint_rows.h"

enum { OFFICIAL_ROWS = 256, OWN_ROWS = 50 };

static struct endpoint_wish
take_flagged_wish(struct view *line)
{
	struct endpoint_wish wish = take_wish(line);

	set_flags(take_column(line), &wish);
	return wish;
}

/* PLACE SIGNED-REGION SERVICE, or `!` and a part of the message. */
static void
check(const struct endpoint_wish *wish, struct view want)
{
	char text[1024];
	struct buf url = BUF_OVER(text);
	enum gs_code code = endpoint_resolve(wish, &endpoint, &err);

	if (view_starts(want, VIEW("!"))) {
		assert_int_equal(code, GS_CONFIG);
		vector_assert_says(err.text, view_skip(want, 2));
		return;
	}
	if (code != GS_OK) {
		fail_msg("%s, and not %.*s", err.text, (int)want.n, want.p);
	}
	endpoint_url(&endpoint, &url);
	buf_char(&url, ' ');
	buf_str(&url, endpoint.region);
	buf_char(&url, ' ');
	buf_str(&url, endpoint.service);
	vector_assert(buf_cstr(&url), want);
}

static void
run_official(struct view line)
{
	struct endpoint_wish wish = take_flagged_wish(&line);
	size_t bar = view_find(line, VIEW(" | "));
	bool refused = view_starts(line, VIEW("!"));

	if (wish.addressing == ENDPOINT_AUTO) {
		wish.addressing = ENDPOINT_VIRTUAL;
	}
	check(&wish, refused ? VIEW("! ") : (struct view){line.p, bar});
}

static void
test_official_rows(void **state)
{
	assert_int_equal(
		each_row("tests/vectors/endpoint/official.txt", run_official),
		OFFICIAL_ROWS);
}

static void
run_own(struct view line)
{
	const struct endpoint_wish wish = take_flagged_wish(&line);

	check(&wish, line);
}

static void
test_own_rows(void **state)
{
	assert_int_equal(
		each_row("tests/vectors/endpoint/aws.txt", run_own), OWN_ROWS);
}

static void
test_says_what_is_ignored(void **state)
{
	static const struct {
		const char *region, *url, *flags;
		bool said;
	} cases[] = {
		{"us-east-1", "http://h", "fips", true},
		{"us-east-1", "http://h", "dualstack", true},
		{"us-east-1", "http://h", "accelerate", true},
		{"fips-us-east-1", "http://h", "", true},
		{"us-east-1", "http://h", "", false},
		{"us-east-1", "", "fips+dualstack", false},
		{"us-east-1", "", "accelerate", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct endpoint_wish wish = {
			.bucket = VIEW("bucket"),
			.region = view_of(cases[i].region),
			.url = view_of(cases[i].url),
		};

		set_flags(view_of(cases[i].flags), &wish);
		assert_resolves(&wish);
		assert_int_equal(endpoint.ignored[0] != '\0', cases[i].said);
	}
}

static void
test_knows_directory_buckets(void **state)
{
	struct endpoint_wish wish = {.bucket = VIEW("b--use1-az4--x-s3"),
		.region = VIEW("us-east-1")};

	assert_resolves(&wish);
	assert_true(endpoint.is_directory);
	assert_string_equal(endpoint.bucket, "b--use1-az4--x-s3");
	wish.bucket = VIEW("b--use1-az4--x-s3s");
	assert_resolves(&wish);
	assert_false(endpoint.is_directory);
}

static void
test_names_the_store(void **state)
{
	static const struct {
		const char *url, *store;
	} cases[] = {
		{"", "AWS"},
		{"https://s3.eu-west-1.amazonaws.com", "AWS"},
		{"https://a.r2.cloudflarestorage.com", "Cloudflare R2"},
		{"http://s3.localhost.localstack.cloud:4566", "LocalStack"},
		{"http://localhost:9000", ""},
		{"http://notwasabisys.com", ""},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_resolves_at(cases[i].url);
		assert_string_equal(endpoint.store, cases[i].store);
	}
}

/* The longest names together are longer than any host's name can be. */
static void
test_limits(void **state)
{
	static const char head[] = "arn:aws:s3:us-west-2:1:accesspoint/";
	char arn[BUCKET_NAME_MAX];
	struct buf text = BUF_OVER(arn);
	struct endpoint_wish wish = {.region = VIEW("us-west-2")};

	buf_str(&text, head);
	while (text.len < sizeof(head) - 1 + 61) {
		buf_char(&text, 'x');
	}
	wish.bucket = buf_view(&text);
	assert_resolves(&wish);
	buf_char(&text, 'x');
	wish.bucket = buf_view(&text);
	assert_int_equal(endpoint_resolve(&wish, &endpoint, &err), GS_CONFIG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_official_rows),
		cmocka_unit_test(test_own_rows),
		cmocka_unit_test(test_says_what_is_ignored),
		cmocka_unit_test(test_knows_directory_buckets),
		cmocka_unit_test(test_names_the_store),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests_name("endpoint_aws", tests, NULL, NULL);
}
