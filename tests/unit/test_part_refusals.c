/* Parts that are not what was asked for, and stores that refuse them. */
#include "part_fixture.h"

static struct fixture *f;

/* answers that are none */

/* Bytes 3 to 7 are asked for; what is sent with the line. */
struct lie {
	const char *range;
	const char *bytes;
	const char *why;
};

static const struct lie *lie;

static bool
tell_a_lie(struct script *s, int fd, const struct heard *h)
{
	send_part(fd, lie->range, view_of(lie->bytes), SIZE_MAX);
	return true;
}

#define NOT_TOLD "does not tell which part"
#define ANOTHER "another part"

static void
takes_exactly_what_it_asked_for(void **state)
{
	static const struct lie lies[] = {
		{"", "34567", NOT_TOLD},
		{"Content-Range: bytes 3-7/*\r\n", "34567", NOT_TOLD},
		{"Content-Range: bytes */20\r\n", "34567", NOT_TOLD},
		{"Content-Range: bytes 3-7\r\n", "34567", NOT_TOLD},
		{"Content-Range: lines 3-7/20\r\n", "34567", NOT_TOLD},
		{"Content-Range: bytes 3-7/7\r\n", "34567", NOT_TOLD},
		{"Content-Range: bytes 7-3/20\r\n", "34567", NOT_TOLD},
		{"Content-Range: bytes 3-7/20\r\n"
		 "Content-Range: bytes 3-7/20\r\n",
			"34567", NOT_TOLD},
		{"Content-Range: bytes 4-8/20\r\n", "45678", ANOTHER},
		{"Content-Range: bytes 3-6/7\r\n", "3456", "shorter"},
		{"Content-Range: bytes 3-6/20\r\n", "3456", ANOTHER},
		{"Content-Range: bytes 3-6/20\r\n", "34567", ANOTHER},
		{"Content-Range: bytes 3-8/20\r\n", "34567", ANOTHER},
		{"Content-Range: bytes 3-7/20\r\n", "345678", "as long as"},
		{"Content-Range: bytes 3-7/20\r\n", "3456", "as long as"},
		{"Content-Range: bytes 3-7/20\r\nContent-Encoding: gzip\r\n",
			"34567", "encoding"},
	};

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		lie = &lies[i];
		f = fixture_open(tell_a_lie);
		assert_int_equal(read_part(f, 3, 5), REMOTE_FAILED);
		assert_taken("");
		assert_said(f, 1, "object '" PART_KEY "': ", lie->why);
		assert_int_equal(f->remote.breaker[ERRORS_GET].failures, 0);
		fixture_close(f);
	}
}

static bool
send_too_much_in_chunks(struct script *s, int fd, const struct heard *h)
{
	say_text(fd, "HTTP/1.1 206 Partial Content\r\n"
		     "Content-Range: bytes 3-7/20\r\n"
		     "Transfer-Encoding: chunked\r\n\r\n"
		     "5\r\n34567\r\n1\r\n8\r\n0\r\n\r\n");
	return true;
}

static bool
send_too_little_in_chunks(struct script *s, int fd, const struct heard *h)
{
	say_text(fd,
		"HTTP/1.1 206 Partial Content\r\n"
		"Content-Range: bytes 3-7/20\r\n"
		"Transfer-Encoding: chunked\r\n\r\n4\r\n3456\r\n0\r\n\r\n");
	return true;
}

static void
counts_what_comes_in_chunks(void **state)
{
	f = fixture_open(send_too_much_in_chunks);
	assert_int_equal(read_part(f, 3, 5), REMOTE_FAILED);
	assert_taken("34567");
	assert_said(f, 1, "object '", "more comes");
	fixture_close(f);

	f = fixture_open(send_too_little_in_chunks);
	assert_int_equal(read_part(f, 3, 5), REMOTE_FAILED);
	assert_taken("3456");
	assert_said(f, 1, "object '", "less comes");
	fixture_close(f);
}

static bool
say_no_length(struct script *s, int fd, const struct heard *h)
{
	say_text(fd, "HTTP/1.1 200 OK\r\n\r\n" PART_OBJECT);
	return false;
}

static void
wants_to_know_the_length_of_the_whole(void **state)
{
	f = fixture_open(say_no_length);
	assert_int_equal(read_part(f, 0, 0), REMOTE_FAILED);
	assert_taken("");
	assert_said(f, 1, "object '", NOT_TOLD);
	fixture_close(f);
}

static bool
send_parts_unasked(struct script *s, int fd, const struct heard *h)
{
	send_part(fd, "Content-Range: bytes 0-19/20\r\n", VIEW(PART_OBJECT),
		SIZE_MAX);
	return true;
}

static void
takes_no_part_for_the_whole(void **state)
{
	f = fixture_open(send_parts_unasked);
	assert_int_equal(read_part(f, 0, 0), REMOTE_FAILED);
	assert_taken("");
	fixture_close(f);
}

static bool
ignore_ranges(struct script *s, int fd, const struct heard *h)
{
	return answer_object(fd, "", PART_OBJECT);
}

/* Said only to who wants to know, and not tried again. */
static void
asks_no_store_again_that_ignores_ranges(void **state)
{
	f = fixture_open(ignore_ranges);
	assert_int_equal(read_part(f, 3, 5), REMOTE_FAILED);
	assert_taken("");
	assert_int_equal(read_part(f, 0, 5), REMOTE_FAILED);
	assert_int_equal(script_count_heard(&f->server), 1);
	assert_said_nothing(f);
	assert_int_equal(fetch_one(f, 1), REMOTE_DONE);
	fixture_close(f);
}

static void
the_reader_may_dislike_it(void **state)
{
	f = fixture_open(hold_parts);
	reader_prepare(3, 5);
	reader.dislike = GS_BAD;
	assert_int_equal(remote_read(&f->remote, &reader.part), REMOTE_FAILED);
	assert_int_equal(reader.begun, 1);
	assert_said(f, 1, "a frame 'x': it is damaged", "");
	reader_prepare(3, 5);
	reader.dislike = GS_CLOSED;
	assert_int_equal(remote_read(&f->remote, &reader.part), REMOTE_FAILED);
	assert_int_equal(fixture_listen(f), 1);
	assert_int_equal(f->remote.breaker[ERRORS_GET].failures, 0);
	fixture_close(f);
}

/* refusals */

static bool
lack_all(struct script *s, int fd, const struct heard *h)
{
	return answer_error(fd, "404 Not Found", "", "NoSuchKey");
}

static void
knows_what_is_absent(void **state)
{
	f = fixture_open(lack_all);
	assert_int_equal(read_part(f, 0, 0), REMOTE_ABSENT);
	assert_int_equal(f->remote.counts.absent, 0);
	assert_said_nothing(f);
	script_change(&f->server, hold_parts);
	assert_int_equal(read_part(f, PART_TOTAL, 1), REMOTE_ABSENT);
	assert_taken("");
	assert_said_nothing(f);
	fixture_close(f);
}

static bool
deny_parts(struct script *s, int fd, const struct heard *h)
{
	return heard_starts(h, "GET /bucket/p/gocache-s3/") ||
			       heard_starts(h, "PUT /bucket/p/gocache-s3/")
		       ? answer_error(fd, "403 Forbidden", "", "AccessDenied")
		       : ignore_ranges(s, fd, h);
}

/* Without the right to list, the store says so of what is missing. */
static void
entries_are_had_where_parts_are_denied(void **state)
{
	f = fixture_open(deny_parts);
	assert_int_equal(read_part(f, 3, 5), REMOTE_REFUSED);
	assert_int_equal(read_part(f, 0, 0), REMOTE_REFUSED);
	assert_int_equal(script_count_heard(&f->server), 2);
	assert_said(f, 1,
		"cannot get from bucket 'bucket': ", "allow s3:GetObject");
	assert_int_equal(fetch_one(f, 1), REMOTE_DONE);
	fixture_close(f);
}

static bool
hang_up(struct script *s, int fd, const struct heard *h)
{
	return false;
}

/* Whatever lies in the cache directory is had without the network. */
static void
trouble_is_said_once_an_entry_is_wanted(void **state)
{
	f = fixture_open(hang_up);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(read_part(f, 3, 5), REMOTE_FAILED);
	}
	assert_int_equal(fixture_listen(f), 0);
	assert_int_equal(fetch_one(f, 1), REMOTE_FAILED);
	assert_int_equal(fixture_listen(f), 1);
	fixture_close(f);
}

static bool
deny_all(struct script *s, int fd, const struct heard *h)
{
	return answer_error(fd, "403 Forbidden", "", "AccessDenied");
}

static void
denial_is_said_once(void **state)
{
	f = fixture_open(deny_all);
	assert_int_equal(read_part(f, 3, 5), REMOTE_REFUSED);
	assert_int_equal(fetch_one(f, 1), REMOTE_REFUSED);
	assert_int_equal(fixture_listen(f), 1);
	fixture_close(f);
}

static bool
have_no_such_method(struct script *s, int fd, const struct heard *h)
{
	return heard_starts(h, "GET /bucket/p/gocache-s3/")
		       ? answer_error(fd, "501 Not Implemented", "",
				 "NotImplemented")
		       : ignore_ranges(s, fd, h);
}

static void
parts_alone_are_given_up(void **state)
{
	f = fixture_open(have_no_such_method);
	assert_int_equal(read_part(f, 3, 5), REMOTE_FAILED);
	size_t heard = script_count_heard(&f->server);

	assert_int_equal(read_part(f, 3, 5), REMOTE_FAILED);
	assert_int_equal(script_count_heard(&f->server), heard);
	assert_int_equal(fetch_one(f, 1), REMOTE_DONE);
	assert_said_nothing(f);
	fixture_close(f);
}

static bool
fail_always(struct script *s, int fd, const struct heard *h)
{
	return answer_error(fd, "500 Internal Error", "", "InternalError");
}

static void
a_sick_store_is_left_alone(void **state)
{
	f = fixture_open(fail_always);
	for (unsigned i = 0; i < BREAKER_FAILURES; i++) {
		assert_int_equal(read_part(f, 3, 5), REMOTE_FAILED);
	}
	assert_int_equal(script_count_heard(&f->server),
		BREAKER_FAILURES * RETRY_GET_ATTEMPTS);
	assert_int_equal(read_part(f, 3, 5), REMOTE_FAILED);
	assert_int_equal(script_count_heard(&f->server),
		BREAKER_FAILURES * RETRY_GET_ATTEMPTS);
	assert_said_nothing(f);
	fixture_close(f);
}

static bool
lack_the_bucket(struct script *s, int fd, const struct heard *h)
{
	return answer_error(fd, "404 Not Found", "", "NoSuchBucket");
}

static void
a_missing_bucket_turns_all_off(void **state)
{
	f = fixture_open(lack_the_bucket);
	assert_int_equal(read_part(f, 0, 0), REMOTE_FAILED);
	assert_false(remote_is_on(&f->remote));
	assert_said(f, 1, "cannot get from bucket 'bucket': ", "NoSuchBucket");
	fixture_close(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_exactly_what_it_asked_for),
		cmocka_unit_test(counts_what_comes_in_chunks),
		cmocka_unit_test(wants_to_know_the_length_of_the_whole),
		cmocka_unit_test(takes_no_part_for_the_whole),
		cmocka_unit_test(asks_no_store_again_that_ignores_ranges),
		cmocka_unit_test(the_reader_may_dislike_it),
		cmocka_unit_test(knows_what_is_absent),
		cmocka_unit_test(entries_are_had_where_parts_are_denied),
		cmocka_unit_test(denial_is_said_once),
		cmocka_unit_test(trouble_is_said_once_an_entry_is_wanted),
		cmocka_unit_test(parts_alone_are_given_up),
		cmocka_unit_test(a_sick_store_is_left_alone),
		cmocka_unit_test(a_missing_bucket_turns_all_off),
	};

	return cmocka_run_group_tests_name("part_refusals", tests, NULL, NULL);
}
