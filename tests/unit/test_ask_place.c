/* What a store's refusal teaches about where the bucket is: in the host, and at
 * AWS in the hosts of its region. */
#include "mend_fixture.h"

/* Stores that want the bucket in the host. The test's is at any name that ends
 * in .localhost. */

static bool
is_at(const struct heard *h, const char *name)
{
	return view_starts(heard_header(h, "host"), view_of(name));
}

static bool
want_it_in_the_host(struct script *s, int fd, const struct heard *h)
{
	if (is_at(h, "bucket.localhost:")) {
		return heard_starts(h, "GET /p/") || heard_starts(h, "PUT /p/")
			       ? hold(fd, h)
			       : answer_error(fd, "404 Not Found", "",
					 "NoSuchBucket");
	}
	return answer_error(
		fd, "403 Forbidden", "", "SecondLevelDomainForbidden");
}

static void
open_at_a_name(script_answer *answer)
{
	f = fixture_prepare(answer);
	snprintf(f->endpoint, sizeof(f->endpoint), "http://localhost:%u",
		(unsigned)loopback_port(&f->server.where));
}

static void
moves_the_bucket_to_the_host_once(void **state)
{
	open_at_a_name(want_it_in_the_host);
	fixture_start(f);
	use_what_is_learned();
	assert_said(f, 1, "the store wants the bucket in the host",
		"addressing_style = virtual");
	fixture_close(f);
}

static void
moves_it_for_all_who_ask_at_once(void **state)
{
	open_at_a_name(want_it_in_the_host);
	fixture_start(f);
	fetch_at_once();
	assert_said(f, 1, "the store wants the bucket in the host", "");
	fixture_close(f);
}

/* An address has no room for it. */
static void
cannot_move_it_to_an_address(void **state)
{
	f = fixture_open(want_it_in_the_host);
	assert_int_equal(fetch_one(f, 1), REMOTE_FAILED);
	assert_int_equal(script_count_heard(&f->server), 1);
	assert_false(remote_is_on(&f->remote));
	assert_said(f, 1, "cannot get from bucket", "bucket in the host");
	fixture_close(f);
}

static bool
want_what_it_has(struct script *s, int fd, const struct heard *h)
{
	return answer_error(
		fd, "403 Forbidden", "", "PathStyleDomainForbidden");
}

static void
gives_up_if_that_does_not_help(void **state)
{
	open_at_a_name(want_what_it_has);
	fixture_start(f);
	assert_int_equal(fetch_one(f, 1), REMOTE_FAILED);
	assert_int_equal(script_count_heard(&f->server), 2);
	assert_false(remote_is_on(&f->remote));
	fixture_close(f);
}

static bool
want_two_things(struct script *s, int fd, const struct heard *h)
{
	struct view signature = heard_header(h, "authorization");

	if (view_find(signature, VIEW("/eu-north-1/s3/")) < signature.n) {
		return want_it_in_the_host(s, fd, h);
	}
	return answer_error(fd, "400 Bad Request",
		"x-amz-bucket-region: eu-north-1\r\n",
		"AuthorizationHeaderMalformed");
}

static void
learns_region_and_place(void **state)
{
	open_at_a_name(want_two_things);
	fixture_start(f);
	assert_int_equal(fetch_one(f, 1), REMOTE_DONE);
	assert_int_equal(script_count_heard(&f->server), 3);
	assert_said(f, 2, "the store wants the bucket in the host", "");
	fixture_close(f);
}

static bool
want_two_things_the_other_way(struct script *s, int fd, const struct heard *h)
{
	return is_at(h, "bucket.localhost:") ? want_two_things(s, fd, h)
					     : want_what_it_has(s, fd, h);
}

static void
learns_place_and_region(void **state)
{
	open_at_a_name(want_two_things_the_other_way);
	fixture_start(f);
	assert_int_equal(fetch_one(f, 1), REMOTE_DONE);
	assert_int_equal(script_count_heard(&f->server), 3);
	assert_said(f, 2, "the bucket is in region 'eu-north-1'", "");
	fixture_close(f);
}

/* AWS's hosts */

static void
moves_kinds_of_hosts_along(void **state)
{
	static char fips[] = "AWS_USE_FIPS_ENDPOINT=true";
	static char dual[] = "AWS_USE_DUALSTACK_ENDPOINT=true";
	struct mend m = {0};

	start_at_aws_with("", fips, dual);
	assert_string_equal(f->remote.pool.target.host,
		"bucket.s3-fips.dualstack.us-east-1.amazonaws.com");
	assert_true(learn_region(&m, "eu-west-3"));
	assert_string_equal(f->remote.pool.target.host,
		"bucket.s3-fips.dualstack.eu-west-3.amazonaws.com");
	end_at_aws();
}

static void
moves_a_host_that_is_configured(void **state)
{
	struct mend m = {0};

	start_at_aws_with(
		"https://s3.dualstack.us-east-1.amazonaws.com", NULL, NULL);
	assert_true(learn_region(&m, "eu-west-3"));
	assert_string_equal(f->remote.pool.target.host,
		"bucket.s3.dualstack.eu-west-3.amazonaws.com");
	end_at_aws();
}

static void
does_not_move_to_somebody_elses_host(void **state)
{
	struct mend m = {0};

	start_at_aws();
	assert_false(learn_region(&m, "other.us-east-1.elb"));
	assert_int_equal(f->remote.pool.target_no, 0);
	end_at_aws();
}

static void
says_what_is_ignored(void **state)
{
	static char dual[] = "AWS_USE_DUALSTACK_ENDPOINT=true";

	start_at_aws_with("https://store.example", dual, NULL);
	assert_said(f, 1, "FIPS, dual-stack and accelerate hosts", "ignored");
	end_at_aws();
}

/* No file can be read any longer when it moves to where a proxy is needed. */
static void
knows_whom_to_trust_before_it_moves(void **state)
{
	static char proxy[] = "HTTP_PROXY=https://proxy.example";
	static char none[] = "NO_PROXY=store.example";

	start_at_aws_with("http://store.example", proxy, none);
	assert_null(f->remote.pool.target.proxy);
	assert_non_null(f->remote.pool.target.trust);
	end_at_aws();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moves_the_bucket_to_the_host_once),
		cmocka_unit_test(moves_it_for_all_who_ask_at_once),
		cmocka_unit_test(cannot_move_it_to_an_address),
		cmocka_unit_test(gives_up_if_that_does_not_help),
		cmocka_unit_test(learns_region_and_place),
		cmocka_unit_test(learns_place_and_region),
		cmocka_unit_test(moves_kinds_of_hosts_along),
		cmocka_unit_test(moves_a_host_that_is_configured),
		cmocka_unit_test(does_not_move_to_somebody_elses_host),
		cmocka_unit_test(says_what_is_ignored),
		cmocka_unit_test(knows_whom_to_trust_before_it_moves),
	};

	return cmocka_run_group_tests_name("ask_place", tests, NULL, NULL);
}
