/* Fetches and uploads, by way of ask.c, against a scripted store. What
 * is not taken or is given up is in test_ask_refusals.c, what can be mended in
 * test_ask_mend.c, the breaker in test_ask_breaker.c. */
#include "mirror/ask.h"

#include "remote_fixture.h"

#include <fcntl.h>

static struct fixture *f;

/* what goes well */

static bool
hold_one(struct script *s, int fd, const struct heard *h)
{
	return answer_object(fd, "", "package main");
}

static void
fetches_an_entry(void **state)
{
	struct entry e = {.action = action_of(1)};

	f = fixture_open(hold_one);
	assert_int_equal(fetch_one(f, 1), REMOTE_DONE);
	assert_true(is_in_directory(f, 1, "package main"));
	sha256_of(VIEW("package main"), &e.output);
	assert_true(is_shared(f, &e));
	assert_int_equal(f->remote.counts.fetched, 1);
	assert_int_equal(f->remote.counts.fetched_bytes, 12);
	assert_int_equal(f->remote.counts.requests, 1);
	assert_true(heard_starts(
		&f->server.heard[0], "GET /bucket/p/ac000100000000"));
	assert_said_nothing(f);
	fixture_close(f);
}

/* Go may ask for it in between, and would have it offered to the bucket. */
static void
what_is_fetched_is_shared_before_go_can_see_it(void **state)
{
	struct entry e = {.action = action_of(1)};
	char name[ENTRY_NAME_MAX];

	f = fixture_open(hold_one);
	entry_action_name(&e.action, name);
	assert_int_equal(mkdirat(f->dir.dir, "ac", 0700), 0);
	assert_int_equal(mkdirat(f->dir.dir, name, 0700), 0);
	assert_int_equal(fetch_one(f, 1), REMOTE_FAILED);
	sha256_of(VIEW("package main"), &e.output);
	assert_true(is_shared(f, &e));
	assert_said(f, 1, "cannot write to cache directory", "");
	assert_int_equal(unlinkat(f->dir.dir, name, AT_REMOVEDIR), 0);
	fixture_close(f);
}

static bool
hold_nothing(struct script *s, int fd, const struct heard *h)
{
	return answer_error(fd, "404 Not Found", "", "NoSuchKey");
}

static void
knows_what_is_absent(void **state)
{
	f = fixture_open(hold_nothing);
	assert_int_equal(fetch_one(f, 1), REMOTE_ABSENT);
	assert_int_equal(fetch_one(f, 2), REMOTE_ABSENT);
	assert_int_equal(f->remote.counts.absent, 2);
	assert_int_equal(script_count_conns(&f->server), 1);
	assert_said_nothing(f);
	fixture_close(f);
}

static bool
take_all(struct script *s, int fd, const struct heard *h)
{
	return answer_with(fd, "200 OK", "ETag: \"x\"\r\n", "");
}

static void
uploads_an_entry_once(void **state)
{
	f = fixture_open(take_all);
	struct entry e = store_entry(f, 1, "package main");

	remote_upload(&f->remote, &e);
	remote_upload(&f->remote, &e);
	assert_true(is_shared(f, &e));
	assert_int_equal(f->remote.counts.uploaded, 1);
	assert_int_equal(f->remote.counts.uploaded_bytes, 12);
	assert_int_equal(script_count_heard(&f->server), 1);
	assert_true(view_eq((struct view){f->server.heard[0].body,
				    f->server.heard[0].body_len},
		VIEW("package main")));
	fixture_close(f);
}

static void
drops_what_has_gone(void **state)
{
	f = fixture_open(take_all);
	struct entry e = {.action = action_of(1), .size = 3};

	remote_upload(&f->remote, &e);
	assert_int_equal(f->remote.counts.dropped, 1);
	assert_int_equal(script_count_heard(&f->server), 0);
	fixture_close(f);
}

/* another attempt */

static bool
close_every_second(struct script *s, int fd, const struct heard *h)
{
	return h->turn == 0 && hold_one(s, fd, h);
}

/* A kept connection that ends when it is used costs a retry, which is free:
 * there would be too few others. */
static void
replaces_a_dead_connection_for_nothing(void **state)
{
	f = fixture_open(close_every_second);
	for (unsigned i = 0; i < 120; i++) {
		assert_int_equal(fetch_one(f, i), REMOTE_DONE);
	}
	assert_int_equal(f->remote.counts.retries, 0);
	assert_said_nothing(f);
	fixture_close(f);
}

static bool
fail_first(struct script *s, int fd, const struct heard *h)
{
	if (h->number == 0) {
		return answer_error(
			fd, "500 Internal Error", "", "InternalError");
	}
	return heard_starts(h, "PUT") ? take_all(s, fd, h) : hold_one(s, fd, h);
}

static void
tries_again(void **state)
{
	f = fixture_open(fail_first);
	assert_int_equal(fetch_one(f, 1), REMOTE_DONE);
	assert_int_equal(f->remote.counts.retries, 1);
	assert_int_equal(f->remote.counts.requests, 2);
	assert_said_nothing(f);
	fixture_close(f);
}

static bool
cut_first(struct script *s, int fd, const struct heard *h)
{
	if (h->number > 0) {
		return hold_one(s, fd, h);
	}
	say_text(fd, "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n"
		     "x-amz-meta-time: 2024-05-06T07:08:09Z\r\n"
		     "x-amz-meta-outputid: 0000000000000000000000000000000000"
		     "000000000000000000000000000000\r\n\r\npack");
	return false;
}

static void
tries_again_after_half_a_body(void **state)
{
	f = fixture_open(cut_first);
	assert_int_equal(fetch_one(f, 1), REMOTE_DONE);
	assert_true(is_in_directory(f, 1, "package main"));
	assert_said_nothing(f);
	fixture_close(f);
}

static bool
fail_always(struct script *s, int fd, const struct heard *h)
{
	return answer_error(fd, "500 Internal Error", "", "InternalError");
}

static void
tries_so_often_and_no_more(void **state)
{
	f = fixture_open(fail_always);
	struct entry e = store_entry(f, 1, "package main");

	assert_int_equal(fetch_one(f, 1), REMOTE_FAILED);
	assert_int_equal(script_count(&f->server, "GET"), RETRY_GET_ATTEMPTS);
	remote_upload(&f->remote, &e);
	assert_int_equal(script_count(&f->server, "PUT"), RETRY_PUT_ATTEMPTS);
	assert_int_equal(f->remote.counts.failed_gets, 1);
	assert_int_equal(f->remote.counts.dropped, 1);
	assert_false(is_shared(f, &e));
	assert_said(f, 2, "cannot put into bucket 'bucket': http://127.0.0.1:",
		" says InternalError: the store is in trouble");
	fixture_close(f);
}

static bool
hang_up(struct script *s, int fd, const struct heard *h)
{
	return false;
}

/* A new connection that ends without an answer is no kept one. */
static void
pays_for_a_new_connection_that_ends(void **state)
{
	f = fixture_open(hang_up);
	assert_int_equal(fetch_one(f, 1), REMOTE_FAILED);
	assert_int_equal(script_count_heard(&f->server), RETRY_GET_ATTEMPTS);
	assert_int_equal(f->remote.counts.retries, RETRY_GET_ATTEMPTS - 1);
	fixture_close(f);
}

static bool
say_nothing(struct script *s, int fd, const struct heard *h)
{
	return true;
}

/* Somebody waits for a get, nobody for a put. */
static void
tries_again_after_silence_for_puts_alone(void **state)
{
	f = fixture_prepare(say_nothing);
	f->patience.answer_ms = f->patience.stored_ms = 50;
	fixture_start(f);
	struct entry e = store_entry(f, 1, "package main");

	assert_int_equal(fetch_one(f, 1), REMOTE_FAILED);
	assert_int_equal(script_count(&f->server, "GET"), 1);
	remote_upload(&f->remote, &e);
	assert_int_equal(script_count(&f->server, "PUT"), RETRY_PUT_ATTEMPTS);
	assert_said(f, 1, "no answer in time from 'http://127.0.0.1:", "");
	fixture_close(f);
}

static bool
take_one_on_each_connection(struct script *s, int fd, const struct heard *h)
{
	return h->turn > 0 || take_all(s, fd, h);
}

/* A silent connection is no dead one: it was used before, and still each
 * attempt counts. */
static void
pays_for_silence_on_a_kept_connection(void **state)
{
	f = fixture_prepare(take_one_on_each_connection);
	f->patience.stored_ms = 2000;
	fixture_start(f);
	struct entry e = store_entry(f, 1, "one"),
		     other = store_entry(f, 2, "two");

	remote_upload(&f->remote, &e);
	remote_upload(&f->remote, &other);
	assert_int_equal(f->remote.counts.uploaded, 2);
	assert_int_equal(f->remote.counts.retries, 1);
	fixture_close(f);
}

static void
obeys_the_configured_number_of_attempts(void **state)
{
	static char attempts[] = "AWS_MAX_ATTEMPTS=1";

	f = fixture_prepare(fail_first);
	f->env[3] = attempts;
	fixture_start(f);
	assert_int_equal(fetch_one(f, 1), REMOTE_FAILED);
	fixture_close(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fetches_an_entry),
		cmocka_unit_test(
			what_is_fetched_is_shared_before_go_can_see_it),
		cmocka_unit_test(knows_what_is_absent),
		cmocka_unit_test(uploads_an_entry_once),
		cmocka_unit_test(drops_what_has_gone),
		cmocka_unit_test(replaces_a_dead_connection_for_nothing),
		cmocka_unit_test(tries_again),
		cmocka_unit_test(tries_again_after_half_a_body),
		cmocka_unit_test(tries_so_often_and_no_more),
		cmocka_unit_test(pays_for_a_new_connection_that_ends),
		cmocka_unit_test(tries_again_after_silence_for_puts_alone),
		cmocka_unit_test(pays_for_silence_on_a_kept_connection),
		cmocka_unit_test(obeys_the_configured_number_of_attempts),
	};

	return cmocka_run_group_tests_name("ask", tests, NULL, NULL);
}
