/* Parts of objects that are no entries: what goes well, and what is resumed.
 * Answers that are none, and refusals, are in test_part_refusals.c, files that
 * are sent in test_part_write.c. */
#include "part_fixture.h"

static struct fixture *f;

static void
reads_a_range(void **state)
{
	f = fixture_open(hold_parts);
	assert_int_equal(read_part(f, 3, 5), REMOTE_DONE);
	assert_taken("34567");
	assert_int_equal(reader.total, PART_TOTAL);
	assert_int_equal(f->remote.counts.requests, 1);
	assert_int_equal(f->remote.counts.fetched, 0);
	assert_true(heard_starts(&f->server.heard[0],
		"GET /bucket/p/" PART_KEY " HTTP/1.1\r\n"));
	assert_true(view_eq(
		heard_header(&f->server.heard[0], "range"), VIEW("bytes=3-7")));
	assert_said_nothing(f);
	fixture_close(f);
}

static void
reads_the_whole(void **state)
{
	f = fixture_open(hold_parts);
	assert_int_equal(read_part(f, 0, 0), REMOTE_DONE);
	assert_taken(PART_OBJECT);
	assert_int_equal(reader.total, PART_TOTAL);
	assert_int_equal(heard_header(&f->server.heard[0], "range").n, 0);
	fixture_close(f);
}

static void
reads_the_first_and_the_last_byte(void **state)
{
	f = fixture_open(hold_parts);
	assert_int_equal(read_part(f, 0, 1), REMOTE_DONE);
	assert_taken("0");
	assert_int_equal(read_part(f, PART_TOTAL - 1, 1), REMOTE_DONE);
	assert_taken("j");
	assert_int_equal(read_part(f, 0, PART_TOTAL), REMOTE_DONE);
	assert_taken(PART_OBJECT);
	assert_int_equal(script_count_conns(&f->server), 1);
	fixture_close(f);
}

static bool
hold_nothing_in_it(struct script *s, int fd, const struct heard *h)
{
	return answer_with(fd, "200 OK", "", "");
}

static void
reads_an_empty_object(void **state)
{
	f = fixture_open(hold_nothing_in_it);
	assert_int_equal(read_part(f, 0, 0), REMOTE_DONE);
	assert_taken("");
	fixture_close(f);
}

static bool
ignore_ranges(struct script *s, int fd, const struct heard *h)
{
	return answer_with(fd, "200 OK", "", PART_OBJECT);
}

static void
a_range_may_be_the_whole(void **state)
{
	f = fixture_open(ignore_ranges);
	assert_int_equal(read_part(f, 0, PART_TOTAL), REMOTE_DONE);
	assert_taken(PART_OBJECT);
	fixture_close(f);
}

/* another attempt */

static bool
cut_first(struct script *s, int fd, const struct heard *h)
{
	return send_range(fd, h, h->number == 0 ? 4 : SIZE_MAX);
}

static void
goes_on_where_it_was_cut_off(void **state)
{
	f = fixture_open(cut_first);
	assert_int_equal(read_part(f, 5, 10), REMOTE_DONE);
	assert_taken("56789abcde");
	assert_int_equal(reader.begun, 2);
	assert_true(view_eq(heard_header(&f->server.heard[1], "range"),
		VIEW("bytes=9-14")));
	assert_int_equal(f->remote.counts.retries, 1);
	assert_said_nothing(f);
	fixture_close(f);
}

static bool
cut_the_whole(struct script *s, int fd, const struct heard *h)
{
	if (h->number > 0) {
		return hold_parts(s, fd, h);
	}
	say_text(fd, "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n0123");
	return false;
}

static void
goes_on_with_a_whole_one_by_range(void **state)
{
	f = fixture_open(cut_the_whole);
	assert_int_equal(read_part(f, 0, 0), REMOTE_DONE);
	assert_taken(PART_OBJECT);
	assert_true(view_eq(heard_header(&f->server.heard[1], "range"),
		VIEW("bytes=4-19")));
	fixture_close(f);
}

static bool
change_meanwhile(struct script *s, int fd, const struct heard *h)
{
	if (h->number == 0) {
		return send_range(fd, h, 4);
	}
	send_part(fd, "Content-Range: bytes 9-14/21\r\n", VIEW("UVWXYZ"), 6);
	return true;
}

static void
does_not_mix_two_objects(void **state)
{
	f = fixture_open(change_meanwhile);
	assert_int_equal(read_part(f, 5, 10), REMOTE_FAILED);
	assert_taken("5678");
	assert_said(f, 1, "object '" PART_KEY "'", "it changed");
	fixture_close(f);
}

static bool
lose_the_end_of_chunks(struct script *s, int fd, const struct heard *h)
{
	say_text(fd, "HTTP/1.1 206 Partial Content\r\n"
		     "Content-Range: bytes 3-7/20\r\n"
		     "Transfer-Encoding: chunked\r\n\r\n5\r\n34567\r\n");
	return false;
}

static void
needs_no_end_behind_the_last_byte(void **state)
{
	f = fixture_open(lose_the_end_of_chunks);
	assert_int_equal(read_part(f, 3, 5), REMOTE_DONE);
	assert_taken("34567");
	assert_int_equal(reader.begun, 1);
	assert_int_equal(script_count_heard(&f->server), 1);
	assert_said_nothing(f);
	fixture_close(f);
}

static bool
fail_first(struct script *s, int fd, const struct heard *h)
{
	return h->number == 0
		       ? answer_error(fd, "503 Slow Down", "", "SlowDown")
		       : hold_parts(s, fd, h);
}

static void
tries_again(void **state)
{
	f = fixture_open(fail_first);
	assert_int_equal(read_part(f, 3, 5), REMOTE_DONE);
	assert_taken("34567");
	assert_int_equal(f->remote.counts.retries, 1);
	fixture_close(f);
}

/* A line that is slow, and then cut. */
static bool
cut_first_after_a_while(struct script *s, int fd, const struct heard *h)
{
	if (h->number > 0) {
		return hold_parts(s, fd, h);
	}
	send_part(
		fd, "Content-Range: bytes 5-14/20\r\n", VIEW("56789abcde"), 0);
	for (size_t i = 0; i < 4; i++) {
		usleep((BREAKER_STALL_MS / 4 + 50) * 1000);
		say_bytes(fd, PART_OBJECT + 5 + i, 1);
	}
	return false;
}

static void
time_in_which_bytes_come_is_not_lost(void **state)
{
	f = fixture_open(cut_first_after_a_while);
	assert_int_equal(read_part(f, 5, 10), REMOTE_DONE);
	assert_taken("56789abcde");
	assert_int_equal(f->remote.counts.retries, 1);
	assert_false(breaker_is_open(&f->remote.breaker[ERRORS_GET]));
	fixture_close(f);
}

static bool
give_a_byte_each(struct script *s, int fd, const struct heard *h)
{
	return send_range(fd, h, 1);
}

static bool
give_a_head_each(struct script *s, int fd, const struct heard *h)
{
	return send_range(fd, h, 0);
}

static void
only_parts_of_which_nothing_comes_open_the_breaker(void **state)
{
	f = fixture_open(give_a_byte_each);
	for (unsigned i = 0; i < BREAKER_FAILURES; i++) {
		assert_int_equal(read_part(f, 5, 10), REMOTE_FAILED);
		assert_taken("56");
	}
	assert_false(breaker_is_open(&f->remote.breaker[ERRORS_GET]));
	script_change(&f->server, give_a_head_each);
	for (unsigned i = 0; i < BREAKER_FAILURES; i++) {
		assert_int_equal(read_part(f, 5, 10), REMOTE_FAILED);
	}
	assert_true(breaker_is_open(&f->remote.breaker[ERRORS_GET]));
	fixture_close(f);
}

/* nobody wants it */

static void
asks_only_while_it_is_wanted(void **state)
{
	f = fixture_open(cut_first);
	reader_prepare(5, 10);
	reader.begin_max = 1;
	assert_int_equal(remote_read(&f->remote, &reader.part), REMOTE_FAILED);
	assert_int_equal(script_count_heard(&f->server), 1);
	assert_int_equal(f->remote.breaker[ERRORS_GET].failures, 0);
	assert_said_nothing(f);
	fixture_close(f);
}

static void
asks_for_nothing_when_cancelled(void **state)
{
	f = fixture_open(hold_parts);
	remote_cancel_fetches(&f->remote);
	assert_int_equal(read_part(f, 3, 5), REMOTE_FAILED);
	assert_int_equal(reader.begun, 0);
	assert_int_equal(script_count_heard(&f->server), 0);
	fixture_close(f);
}

static bool
cancel_meanwhile(struct script *s, int fd, const struct heard *h)
{
	remote_cancel_fetches(&f->remote);
	return hold_parts(s, fd, h);
}

static void
ends_early_when_cancelled(void **state)
{
	f = fixture_open(cancel_meanwhile);
	assert_int_equal(read_part(f, 3, 5), REMOTE_FAILED);
	assert_taken("");
	assert_said_nothing(f);
	fixture_close(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_range),
		cmocka_unit_test(reads_the_whole),
		cmocka_unit_test(reads_the_first_and_the_last_byte),
		cmocka_unit_test(reads_an_empty_object),
		cmocka_unit_test(a_range_may_be_the_whole),
		cmocka_unit_test(goes_on_where_it_was_cut_off),
		cmocka_unit_test(goes_on_with_a_whole_one_by_range),
		cmocka_unit_test(does_not_mix_two_objects),
		cmocka_unit_test(needs_no_end_behind_the_last_byte),
		cmocka_unit_test(tries_again),
		cmocka_unit_test(time_in_which_bytes_come_is_not_lost),
		cmocka_unit_test(
			only_parts_of_which_nothing_comes_open_the_breaker),
		cmocka_unit_test(asks_only_while_it_is_wanted),
		cmocka_unit_test(asks_for_nothing_when_cancelled),
		cmocka_unit_test(ends_early_when_cancelled),
	};

	return cmocka_run_group_tests_name("part", tests, NULL, NULL);
}
