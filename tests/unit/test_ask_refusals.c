/* Answers that are none, what is given up, and local trouble. */
#include "mirror/ask.h"

#include "remote_fixture.h"

#include <fcntl.h>

static struct fixture *f;

static bool
hold_one(struct script *s, int fd, const struct heard *h)
{
	return answer_object(fd, "", "package main");
}

static bool
take_all(struct script *s, int fd, const struct heard *h)
{
	return answer_with(fd, "200 OK", "ETag: \"x\"\r\n", "");
}

/* answers that are none */

static bool
hold_another(struct script *s, int fd, const struct heard *h)
{
	char headers[128] = "x-amz-meta-actionid: ";
	struct buf more = buf_over(headers + 21, sizeof(headers) - 21);
	struct id other = action_of(99);

	buf_hex(&more, other.byte, ID_LEN);
	buf_str(&more, "\r\n");
	buf_cstr(&more);
	return answer_object(fd, headers, "package main");
}

static void
does_not_take_another_actions_object(void **state)
{
	f = fixture_open(hold_another);
	assert_int_equal(fetch_one(f, 1), REMOTE_FAILED);
	assert_int_equal(fetch_one(f, 99), REMOTE_DONE);
	assert_said(f, 1, "object 'ac0001", "it belongs to another action");
	fixture_close(f);
}

static bool
hold_a_damaged_one(struct script *s, int fd, const struct heard *h)
{
	return answer_with(fd, "200 OK",
		"x-amz-meta-time: 2024-05-06T07:08:09Z\r\n"
		"x-amz-meta-outputid: 0000000000000000000000000000000000"
		"000000000000000000000000000000\r\n",
		"package main");
}

static void
does_not_take_a_damaged_object(void **state)
{
	f = fixture_open(hold_a_damaged_one);
	assert_int_equal(fetch_one(f, 1), REMOTE_FAILED);
	assert_int_equal(fetch_one(f, 2), REMOTE_FAILED);
	assert_int_equal(script_count_heard(&f->server), 2);
	assert_said(f, 1, "object 'ac0001", "somebody or something altered it");
	fixture_close(f);
}

static bool
show_a_page(struct script *s, int fd, const struct heard *h)
{
	return answer_with(fd, "200 OK", "", "<html>Please log in.</html>");
}

/* The page of a hotel takes every PUT, and keeps nothing. */
static void
does_not_take_a_page_for_a_store(void **state)
{
	f = fixture_open(show_a_page);
	struct entry e = store_entry(f, 1, "package main");

	remote_upload(&f->remote, &e);
	assert_false(is_shared(f, &e));
	assert_int_equal(f->remote.counts.dropped, 1);
	assert_said(f, 1, "cannot put into bucket 'bucket': ",
		" says 200: this is not an answer of S3");
	assert_int_equal(fetch_one(f, 2), REMOTE_FAILED);
	fixture_close(f);
}

/* what is given up */

static bool
lack_the_bucket(struct script *s, int fd, const struct heard *h)
{
	return answer_error(fd, "404 Not Found", "x-amz-request-id: 17B5\r\n",
		"NoSuchBucket");
}

static void
gives_up_a_bucket_that_is_not_there(void **state)
{
	f = fixture_open(lack_the_bucket);
	struct entry e = store_entry(f, 1, "package main");

	assert_int_equal(fetch_one(f, 1), REMOTE_FAILED);
	assert_false(remote_is_on(&f->remote));
	assert_int_equal(fetch_one(f, 2), REMOTE_FAILED);
	remote_upload(&f->remote, &e);
	assert_int_equal(script_count_heard(&f->server), 1);
	assert_int_equal(remote_counts(&f->remote).connections, 1);
	assert_said(f, 1, "cannot get from bucket 'bucket': http://127.0.0.1:",
		" says NoSuchBucket: create it or set -bucket (request 17B5)");
	fixture_close(f);
}

static bool
deny_puts(struct script *s, int fd, const struct heard *h)
{
	return heard_starts(h, "PUT")
		       ? answer_error(fd, "403 Forbidden", "", "AccessDenied")
		       : hold_one(s, fd, h);
}

static void
gives_up_puts_that_are_denied(void **state)
{
	f = fixture_open(deny_puts);
	for (unsigned i = 0; i < 3; i++) {
		struct entry e = store_entry(f, i, "package main");

		remote_upload(&f->remote, &e);
	}
	assert_int_equal(script_count(&f->server, "PUT"), 1);
	assert_int_equal(f->remote.counts.dropped, 3);
	assert_int_equal(fetch_one(f, 9), REMOTE_DONE);
	assert_said(f, 1, "cannot put into bucket", "or set -read-only");
	fixture_close(f);
}

static bool
deny_all(struct script *s, int fd, const struct heard *h)
{
	return answer_error(fd, "403 Forbidden", "", "AccessDenied");
}

/* One key may be denied, or missing, and the next one not. */
static void
goes_on_with_gets_that_are_denied(void **state)
{
	f = fixture_open(deny_all);
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(fetch_one(f, i), REMOTE_REFUSED);
	}
	assert_int_equal(script_count(&f->server, "GET"), 5);
	assert_said(f, 1, "cannot get from bucket", "s3:ListBucket");
	fixture_close(f);
}

static void
does_not_speak_of_lists_that_are_denied(void **state)
{
	f = fixture_open(deny_all);
	assert_int_equal(list_keys(f), REMOTE_FAILED);
	assert_int_equal(list_keys(f), REMOTE_FAILED);
	assert_int_equal(script_count_heard(&f->server), 1);
	assert_said_nothing(f);
	fixture_close(f);
}

static bool
refuse_the_method(struct script *s, int fd, const struct heard *h)
{
	return answer_with(fd, "405 Method Not Allowed", "", "");
}

static void
gives_up_gets_that_nobody_answers(void **state)
{
	f = fixture_open(refuse_the_method);
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(fetch_one(f, i), REMOTE_FAILED);
	}
	assert_int_equal(script_count(&f->server, "GET"), 1);
	fixture_close(f);
}

/* local trouble */

static void
blames_the_disk_for_the_disk(void **state)
{
	f = fixture_open(hold_one);
	int dir = f->dir.dir;

	f->dir.dir = -1;
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(fetch_one(f, i), REMOTE_FAILED);
	}
	f->dir.dir = dir;
	assert_said(f, 1, "no cache directory", "");
	assert_int_equal(fetch_one(f, 9), REMOTE_DONE); /* no breaker */
	fixture_close(f);
}

static void
does_not_upload_what_was_altered(void **state)
{
	char path[256];
	struct buf out = BUF_OVER(path);

	f = fixture_open(take_all);
	struct entry e = store_entry(f, 1, "package main");

	cachedir_body_path(&f->dir, &e.output, &out);
	int fd = open(buf_cstr(&out), O_WRONLY);

	assert_int_equal(pwrite(fd, "P", 1, 0), 1);
	close(fd);
	remote_upload(&f->remote, &e);
	assert_int_equal(f->remote.counts.dropped, 1);
	assert_int_equal(f->remote.counts.retries, 0);
	assert_said(f, 1, "did not upload body '", "its file was altered");
	fixture_close(f);
}

static void
says_nothing_of_cancelled_fetches(void **state)
{
	f = fixture_open(hold_one);
	remote_cancel_fetches(&f->remote);
	assert_int_equal(fetch_one(f, 1), REMOTE_FAILED);
	assert_int_equal(script_count_heard(&f->server), 0);
	assert_said_nothing(f);
	fixture_close(f);
}

static void
is_off_without_a_configuration(void **state)
{
	f = fixture_prepare(hold_one);
	take_keys_away(f);
	fixture_start(f);
	assert_false(remote_is_on(&f->remote));
	assert_int_equal(fetch_one(f, 1), REMOTE_FAILED);
	assert_int_equal(remote_counts(&f->remote).connections, 0);
	assert_int_equal(fixture_listen(f), 1);
	fixture_close(f);
}

static void
is_off_without_a_bucket_or_a_directory(void **state)
{
	f = fixture_prepare(hold_one);
	f->input.bucket = "";
	fixture_start(f);
	assert_false(remote_is_on(&f->remote));
	fixture_close(f);

	f = fixture_prepare(hold_one);
	int dir = f->dir.dir;

	f->dir.dir = -1;
	fixture_start(f);
	f->dir.dir = dir;
	assert_false(remote_is_on(&f->remote));
	assert_said_nothing(f);
	fixture_close(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(does_not_take_another_actions_object),
		cmocka_unit_test(does_not_take_a_damaged_object),
		cmocka_unit_test(does_not_take_a_page_for_a_store),
		cmocka_unit_test(gives_up_a_bucket_that_is_not_there),
		cmocka_unit_test(gives_up_puts_that_are_denied),
		cmocka_unit_test(goes_on_with_gets_that_are_denied),
		cmocka_unit_test(does_not_speak_of_lists_that_are_denied),
		cmocka_unit_test(gives_up_gets_that_nobody_answers),
		cmocka_unit_test(blames_the_disk_for_the_disk),
		cmocka_unit_test(does_not_upload_what_was_altered),
		cmocka_unit_test(says_nothing_of_cancelled_fetches),
		cmocka_unit_test(is_off_without_a_configuration),
		cmocka_unit_test(is_off_without_a_bucket_or_a_directory),
	};

	return cmocka_run_group_tests_name("ask_refusals", tests, NULL, NULL);
}
