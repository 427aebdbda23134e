/* What a store's refusal teaches: keys, and whether bodies are signed. */
#include "mend_fixture.h"

/* the keys */

static bool
want_new_keys(struct script *s, int fd, const struct heard *h)
{
	if (is_signed_by(h, "NEWKEY")) {
		return hold(fd, h);
	}
	return answer_error(fd, "400 Bad Request", "", "ExpiredToken");
}

static void
open_with_file(script_answer *answer)
{
	f = fixture_prepare(answer);
	take_keys_away(f);
	write_credentials(f, "OLDKEY", "old");
	fixture_start(f);
	assert_true(remote_is_on(&f->remote));
}

static void
reads_new_keys_from_the_file(void **state)
{
	open_with_file(want_new_keys);
	write_credentials(f, "NEWKEY", "new");
	assert_int_equal(fetch_one(f, 1), REMOTE_DONE);
	assert_int_equal(fetch_one(f, 2), REMOTE_DONE);
	assert_int_equal(script_count_heard(&f->server), 3);
	assert_said_nothing(f);
	fixture_close(f);
}

static void
reads_new_keys_for_all_who_ask_at_once(void **state)
{
	open_with_file(want_new_keys);
	write_credentials(f, "NEWKEY", "new");
	fetch_at_once();
	assert_said_nothing(f);
	fixture_close(f);
}

static void
gives_up_with_the_same_keys(void **state)
{
	open_with_file(want_new_keys);
	write_credentials(f, "OLDKEY", "old");
	assert_int_equal(fetch_one(f, 1), REMOTE_FAILED);
	assert_int_equal(script_count_heard(&f->server), 1);
	assert_false(remote_is_on(&f->remote));
	assert_said(f, 1, "cannot get from bucket",
		"says ExpiredToken: get new credentials");
	fixture_close(f);
}

static void
gives_up_when_the_new_keys_are_no_good(void **state)
{
	open_with_file(want_new_keys);
	write_credentials(f, "OTHERKEY", "other");
	assert_int_equal(fetch_one(f, 1), REMOTE_FAILED);
	assert_int_equal(script_count_heard(&f->server), 2);
	assert_false(remote_is_on(&f->remote));
	fixture_close(f);
}

static bool
end_the_session(struct script *s, int fd, const struct heard *h)
{
	if (h->number == 0) {
		return answers_session(fd, h);
	}
	return heard_header(h, "x-amz-s3session-token").n > 0
		       ? answer_error(fd, "400 Bad Request", "", "ExpiredToken")
		       : answer_error(fd, "503 Busy", "", "InternalError");
}

static void
stays_on_while_new_keys_are_late(void **state)
{
	f = fixture_prepare(end_the_session);
	f->input.bucket = "b--use1-az4--x-s3";
	f->patience.keys_ms[CONN_GET] = 3000;
	fixture_start(f);
	remote_begin(&f->remote);
	assert_int_equal(fetch_one(f, 1), REMOTE_FAILED);
	assert_true(remote_is_on(&f->remote));
	assert_false(breaker_is_open(&f->remote.breaker[ERRORS_GET]));
	fixture_close(f);
}

static bool
refuse_sessions(struct script *s, int fd, const struct heard *h)
{
	return answer_error(fd, "503 Busy", "", "InternalError");
}

/* Nobody has begun to ask for its session. */
static void
open_directory_bucket(void)
{
	f = fixture_prepare(refuse_sessions);
	f->input.bucket = "b--use1-az4--x-s3";
	f->patience.keys_ms[CONN_GET] = 100;
}

static void
says_that_keys_are_late_and_then_why(void **state)
{
	open_directory_bucket();
	fixture_start(f);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(fetch_one(f, i), REMOTE_FAILED);
		assert_said(f, 1, "no credentials from", "too long to come");
	}
	remote_begin(&f->remote);
	for (int i = 0; i < FIXTURE_SOON_MS && fixture_listen(f) < 2; i++) {
		usleep(1000);
	}
	assert_said(f, 2, "", "the store is in trouble");
	assert_int_equal(fetch_one(f, 3), REMOTE_FAILED);
	assert_said(f, 2, "", "");
	fixture_close(f);
}

/* Connections are opened for those who wait. */
static void
connects_no_more_once_keys_are_too_late(void **state)
{
	struct address nobody = loopback_refusing();

	open_directory_bucket();
	snprintf(f->endpoint, sizeof(f->endpoint), "http://127.0.0.1:%u",
		(unsigned)loopback_port(&nobody));
	fixture_start(f);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(fetch_one(f, i), REMOTE_FAILED);
	}
	assert_int_equal(conn_pool_opened(&f->remote.pool), 1);
	fixture_close(f);
}

/* signed bodies; over plain http they always are */

static void
signs_bodies_once_that_is_wanted(void **state)
{
	struct remote *r = start_at_aws();
	struct errors_judgement j = {.mend = ERRORS_MEND_PAYLOAD};
	struct mend m = {0}, later = {0};
	struct conn conn = {.target_no = 0};
	struct object_env env;
	struct meta meta;

	meta_init(&meta);
	env = fill_in(&m, &conn);
	assert_false(env.sign_bodies);
	assert_true(mend_try(&m, r, &j, &meta));
	assert_false(mend_try(&m, r, &j, &meta));
	env = fill_in(&later, &conn);
	assert_true(env.sign_bodies);
	assert_false(mend_try(&later, r, &j, &meta));
	end_at_aws();
}

static bool
dislike_bodies(struct script *s, int fd, const struct heard *h)
{
	return answer_error(
		fd, "400 Bad Request", "", "XAmzContentSHA256Mismatch");
}

static void
drops_a_body_that_is_never_liked(void **state)
{
	f = fixture_open(dislike_bodies);
	struct entry e = store_entry(f, 1, "one");

	remote_upload(&f->remote, &e);
	assert_int_equal(f->remote.counts.dropped, 1);
	/* once with it mended, and as often as ever */
	assert_int_equal(
		script_count_heard(&f->server), RETRY_PUT_ATTEMPTS + 1);
	fixture_close(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_new_keys_from_the_file),
		cmocka_unit_test(reads_new_keys_for_all_who_ask_at_once),
		cmocka_unit_test(gives_up_with_the_same_keys),
		cmocka_unit_test(gives_up_when_the_new_keys_are_no_good),
		cmocka_unit_test(stays_on_while_new_keys_are_late),
		cmocka_unit_test(says_that_keys_are_late_and_then_why),
		cmocka_unit_test(connects_no_more_once_keys_are_too_late),
		cmocka_unit_test(signs_bodies_once_that_is_wanted),
		cmocka_unit_test(drops_a_body_that_is_never_liked),
	};

	return cmocka_run_group_tests_name("ask_keys", tests, NULL, NULL);
}
