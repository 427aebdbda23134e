/* What a store's refusal teaches: region and clock; test_ask_keys.c has the
 * rest. */
#include "mend_fixture.h"

#include "base/time.h"

static bool
is_signed_for(const struct heard *h, const char *region)
{
	char scope[64];

	snprintf(scope, sizeof(scope), "/%s/s3/aws4_request", region);
	return view_find(heard_header(h, "authorization"), view_of(scope)) <
	       heard_header(h, "authorization").n;
}

/* the region */

static bool
be_in_the_north(struct script *s, int fd, const struct heard *h)
{
	if (is_signed_for(h, "eu-north-1")) {
		return hold(fd, h);
	}
	return answer_error(fd, "301 Moved Permanently",
		"x-amz-bucket-region: eu-north-1\r\n"
		"Location: http://127.0.0.1:1/elsewhere\r\n",
		"PermanentRedirect");
}

static void
corrects_the_region_once(void **state)
{
	f = fixture_open(be_in_the_north);
	use_what_is_learned();
	assert_said(f, 1, "the bucket is in region 'eu-north-1'", "-region");
	fixture_close(f);
}

/* Many ask at once, and all learn it. */
static void
corrects_the_region_for_all_who_ask_at_once(void **state)
{
	f = fixture_open(be_in_the_north);
	fetch_at_once();
	assert_said(f, 1, "the bucket is in region 'eu-north-1'", "");
	fixture_close(f);
}

static bool
move_about(struct script *s, int fd, const struct heard *h)
{
	return answer_error(fd, "400 Bad Request",
		is_signed_for(h, "eu-north-1")
			? "x-amz-bucket-region: us-west-2\r\n"
			: "x-amz-bucket-region: eu-north-1\r\n",
		"AuthorizationHeaderMalformed");
}

static void
does_not_follow_a_bucket_that_moves_about(void **state)
{
	f = fixture_open(move_about);
	assert_int_equal(fetch_one(f, 1), REMOTE_FAILED);
	assert_int_equal(script_count_heard(&f->server), 2);
	assert_false(remote_is_on(&f->remote));
	assert_said(f, 2, "cannot get from bucket", "set -region");
	fixture_close(f);
}

static bool
redirect(struct script *s, int fd, const struct heard *h)
{
	char headers[128];

	snprintf(headers, sizeof(headers),
		"Location: http://127.0.0.1:%u/other/place\r\n",
		(unsigned)loopback_port(&s->where));
	return answer_with(fd, "307 Temporary Redirect", headers, "");
}

static void
does_not_follow_redirects(void **state)
{
	f = fixture_open(redirect);
	assert_int_equal(fetch_one(f, 1), REMOTE_REFUSED);
	assert_int_equal(script_count_heard(&f->server), 1);
	assert_int_equal(script_count(&f->server, "GET /bucket/p/"), 1);
	assert_said(f, 1, "cannot get from bucket", "says 307");
	fixture_close(f);
}

static void
moves_to_the_host_of_the_region(void **state)
{
	struct remote *r = start_at_aws();
	struct mend first = {0}, other = {0}, later = {0};
	struct conn moved = {.target_no = 1};
	struct object_env env;

	assert_true(learn_region(&first, "eu-west-3"));
	assert_string_equal(
		r->pool.target.host, "bucket.s3.eu-west-3.amazonaws.com");
	assert_int_equal(r->pool.target_no, 1);
	/* one that was under way meanwhile */
	assert_true(learn_region(&other, "eu-west-3"));
	assert_int_equal(r->pool.target_no, 1);
	/* once per request, and once per run */
	assert_false(learn_region(&first, "eu-west-3"));
	env = fill_in(&later, &moved);
	assert_string_equal(env.endpoint->region, "eu-west-3");
	assert_false(learn_region(&later, "eu-west-1"));
	assert_int_equal(r->pool.target_no, 1);
	end_at_aws();
}

/* A connection that was opened before speaks of the old region. */
static void
signs_for_the_host_that_it_talks_to(void **state)
{
	struct mend first = {0}, other = {0};
	struct conn old = {.target_no = 0};
	struct object_env env;

	start_at_aws();
	assert_true(learn_region(&first, "eu-west-3"));
	env = fill_in(&other, &old);
	assert_string_equal(env.endpoint->region, "us-east-1");
	assert_string_equal(
		env.endpoint->host, "bucket.s3.us-east-1.amazonaws.com");
	end_at_aws();
}

static void
does_not_believe_an_impossible_region(void **state)
{
	static const char *const impossible[] = {
		"", "a b", "evil.example/", "../..", "us-east-1", "x@y"};
	struct remote *r = start_at_aws();

	for (size_t i = 0; i < sizeof(impossible) / sizeof(*impossible); i++) {
		struct mend m = {0};

		if (learn_region(&m, impossible[i])) {
			fail_msg("believed '%s'", impossible[i]);
		}
	}
	assert_int_equal(r->pool.target_no, 0);
	end_at_aws();
}

/* the clock */

enum { OFF_S = 3600 };

static void
write_date(int64_t unix_s, char *header, size_t cap)
{
	char text[64];
	time_t t = (time_t)unix_s;
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm);
	snprintf(header, cap, "Date: %s\r\n", text);
}

/* Its clock is an hour ahead. */
static bool
live_in_the_future(struct script *s, int fd, const struct heard *h)
{
	int64_t now_s = clock_wall_ns() / 1000000000 + OFF_S;
	struct view signed_at = heard_header(h, "x-amz-date");
	char headers[96], soon[32];
	time_t t = (time_t)now_s;
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(soon, sizeof(soon), "%Y%m%dT%H", &tm);
	write_date(now_s, headers, sizeof(headers));
	if (view_starts(signed_at, view_of(soon))) {
		return hold(fd, h);
	}
	return answer_error(
		fd, "403 Forbidden", headers, "RequestTimeTooSkewed");
}

static void
corrects_the_clock_once(void **state)
{
	f = fixture_open(live_in_the_future);
	assert_int_equal(fetch_one(f, 1), REMOTE_DONE);
	assert_int_equal(fetch_one(f, 2), REMOTE_DONE);
	assert_int_equal(script_count_heard(&f->server), 3);
	assert_true(
		f->remote.skew_s > OFF_S - 60 && f->remote.skew_s < OFF_S + 60);
	assert_said(f, 1, "this machine's clock is wrong", "set the clock");
	fixture_close(f);
}

static bool
have_no_time(struct script *s, int fd, const struct heard *h)
{
	return answer_error(fd, "403 Forbidden",
		"Date: Mon, 01 Jan 1990 00:00:00 GMT\r\n",
		"RequestTimeTooSkewed");
}

static void
does_not_believe_an_absurd_clock(void **state)
{
	f = fixture_open(have_no_time);
	assert_int_equal(fetch_one(f, 1), REMOTE_FAILED);
	assert_int_equal(script_count_heard(&f->server), 1);
	assert_int_equal(f->remote.skew_s, 0);
	assert_said(f, 1, "cannot get from bucket", "clock");
	fixture_close(f);
}

/* Region and clock are two things to say. */
static bool
be_elsewhere_and_later(struct script *s, int fd, const struct heard *h)
{
	return is_signed_for(h, "eu-north-1") ? live_in_the_future(s, fd, h)
					      : be_in_the_north(s, fd, h);
}

static void
corrects_several_things(void **state)
{
	f = fixture_open(be_elsewhere_and_later);
	assert_int_equal(fetch_one(f, 1), REMOTE_DONE);
	assert_int_equal(script_count_heard(&f->server), 3);
	assert_said(f, 2, "this machine's clock is wrong", "");
	fixture_close(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(corrects_the_region_once),
		cmocka_unit_test(corrects_the_region_for_all_who_ask_at_once),
		cmocka_unit_test(does_not_follow_a_bucket_that_moves_about),
		cmocka_unit_test(does_not_follow_redirects),
		cmocka_unit_test(moves_to_the_host_of_the_region),
		cmocka_unit_test(signs_for_the_host_that_it_talks_to),
		cmocka_unit_test(does_not_believe_an_impossible_region),
		cmocka_unit_test(corrects_the_clock_once),
		cmocka_unit_test(does_not_believe_an_absurd_clock),
		cmocka_unit_test(corrects_several_things),
	};

	return cmocka_run_group_tests_name("ask_mend", tests, NULL, NULL);
}
