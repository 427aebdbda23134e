/* What a mirror does for a front; how it ends is in test_mirror_end.c. */
#include "mirror_fixture.h"

static struct fixture *f;

static int
set_up(void **state)
{
	store_clear();
	return 0;
}

/* gets */

static void
brings_what_the_bucket_holds(void **state)
{
	stock(1, "package main");
	f = mirror_open(store_answer);
	send_get(f, 1);
	assert_hears(f, LINK_FOUND, 1);
	assert_true(is_in_directory(f, 1, "package main"));
	send_get(f, 2);
	assert_hears(f, LINK_ABSENT, 2);
	assert_int_equal(f->line_count, 0);
	mirror_close(f);
}

static void
answers_every_get_once(void **state)
{
	enum { GETS = 300 };

	bool answered[GETS] = {false};

	for (unsigned i = 0; i < GETS; i += 3) {
		stock(i, "package main");
	}
	f = mirror_open(store_answer);
	for (unsigned i = 0; i < GETS; i++) {
		send_get(f, i);
	}
	for (unsigned i = 0; i < GETS; i++) {
		struct link_msg m = hear(f);
		unsigned n = m.action.byte[1] * 256u + m.action.byte[2];

		assert_true(n < GETS && !answered[n]);
		answered[n] = true;
		assert_int_equal(m.kind, n % 3 ? LINK_ABSENT : LINK_FOUND);
	}
	send_close(f, 1000);
	struct link_counts counts = hear_counts(f);

	assert_int_equal(counts.fetched, GETS / 3);
	assert_int_equal(counts.absent, GETS - GETS / 3);
	assert_int_equal(counts.failed_gets, 0);
	mirror_close(f);
}

static bool
say_nothing(struct script *s, int fd, const struct heard *h)
{
	return true;
}

static void
says_that_it_is_alive(void **state)
{
	struct link_msg m;

	f = mirror_open(say_nothing);
	send_get(f, 1);
	for (int i = 0; i < 2; i++) {
		do {
			assert_int_equal(
				link_receive(f->link[0], &m, FIXTURE_SOON_MS),
				LINK_OK);
		} while (m.kind == LINK_SAY);
		assert_int_equal(m.kind, LINK_ALIVE);
	}
	mirror_close(f);
}

static void
misses_at_once_without_keys(void **state)
{
	f = mirror_prepare(store_answer);
	take_keys_away(f);
	mirror_start(f);
	send_get(f, 1);
	assert_hears(f, LINK_ABSENT, 1);
	send_close(f, 1000);
	struct link_counts counts = hear_counts(f);

	assert_int_equal(counts.failed_gets, 1);
	assert_int_equal(counts.dropped, 0);
	assert_int_equal(f->line_count, 1);
	mirror_close(f);
}

static void
misses_at_once_without_a_directory(void **state)
{
	f = mirror_prepare(store_answer);
	mirror_setup.cache_dir = "/proc/none";
	mirror_start(f);
	send_get(f, 1);
	assert_hears(f, LINK_ABSENT, 1);
	assert_int_equal(f->line_count, 1);
	mirror_close(f);
	assert_int_equal(f->server.heard_count, 0);
}

static bool
want_new_keys(struct script *s, int fd, const struct heard *h)
{
	struct view signed_by = heard_header(h, "authorization");

	return view_find(signed_by, VIEW("=NEWKEY/")) < signed_by.n
		       ? store_answer(s, fd, h)
		       : answer_error(
				 fd, "400 Bad Request", "", "ExpiredToken");
}

/* Also where another file has taken the place of the first. */
static void
reads_new_keys_within_its_walls(void **state)
{
	stock(1, "package main");
	f = mirror_prepare(store_answer);
	take_keys_away(f);
	write_credentials(f, "OLDKEY", "old");
	mirror_start(f);
	send_get(f, 2);
	assert_hears(f, LINK_ABSENT, 2);
	script_change(&f->server, want_new_keys);
	write_credentials(f, "NEWKEY", "new");
	send_get(f, 1);
	assert_hears(f, LINK_FOUND, 1);
	mirror_close(f);
}

/* puts */

static void
uploads_before_it_says_that_it_has(void **state)
{
	f = mirror_open(store_answer);
	for (unsigned i = 0; i < 50; i++) {
		struct entry e = store_entry(f, i, "package main");

		send_entry(f, LINK_PUT, &e);
	}
	send_close(f, FIXTURE_SOON_MS);
	struct link_counts counts = hear_counts(f);

	assert_int_equal(counts.uploaded, 50);
	assert_int_equal(counts.uploaded_bytes, 50 * 12);
	assert_int_equal(counts.dropped, 0);
	assert_int_equal(counts.requests, 50);
	assert_int_equal(counts.goes_on, 0);
	for (unsigned i = 0; i < 50; i++) {
		assert_true(is_stored(i, "package main"));
	}
	mirror_close(f);
}

static void
uploads_nothing_where_it_may_only_read(void **state)
{
	f = mirror_prepare(store_answer);
	mirror_setup.read_only = true;
	mirror_start(f);
	struct entry e = store_entry(f, 1, "package main");

	send_entry(f, LINK_PUT, &e);
	send_entry(f, LINK_HELD, &e);
	send_entry(f, LINK_GAP, &e);
	send_close(f, FIXTURE_SOON_MS);
	struct link_counts counts = hear_counts(f);

	assert_int_equal(counts.uploaded + counts.dropped, 0);
	mirror_close(f);
	assert_int_equal(f->server.heard_count, 0);
}

static void
the_last_put_of_an_action_wins(void **state)
{
	static const char *const text[] = {"a", "b", "c", "d", "e", "f"};

	f = mirror_open(store_answer);
	for (unsigned i = 0; i < 6; i++) {
		struct entry e = store_entry(f, 1, text[i]);

		e.time_ns -= i; /* whatever the clock says */
		send_entry(f, LINK_PUT, &e);
	}
	send_close(f, FIXTURE_SOON_MS);
	assert_int_equal(hear_counts(f).dropped, 0);
	assert_true(is_stored(1, "f"));
	mirror_close(f);
}

/* older entries */

static void
offers_older_entries_that_the_bucket_lacks(void **state)
{
	stock(1, "package main");
	f = mirror_open(store_answer);
	struct entry held = store_entry(f, 1, "package main"),
		     lacking = store_entry(f, 2, "package lost");

	send_entry(f, LINK_HELD, &held);
	send_entry(f, LINK_HELD, &lacking);
	end_link(f); /* the census is still to come */
	await_end(FIXTURE_SOON_MS);
	assert_true(is_stored(2, "package lost"));
	assert_true(is_shared(f, &held));
	assert_true(is_shared(f, &lacking));
	assert_int_equal(script_count(&f->server, "PUT"), 1);
	assert_int_equal(script_count(&f->server, "GET /bucket?"), 1);
	fixture_close(f);
}

static bool
deny_lists(struct script *s, int fd, const struct heard *h)
{
	return heard_starts(h, "GET /bucket?")
		       ? answer_error(fd, "403 Forbidden", "", "AccessDenied")
		       : store_answer(s, fd, h);
}

/* They are offered again by a later run, which may list. */
static void
leaves_older_entries_alone_without_a_census(void **state)
{
	f = mirror_open(deny_lists);
	struct entry e = store_entry(f, 1, "package main");

	send_entry(f, LINK_HELD, &e);
	end_link(f);
	await_end(FIXTURE_SOON_MS);
	assert_false(is_shared(f, &e));
	assert_int_equal(script_count(&f->server, "PUT"), 0);
	fixture_close(f);
}

/* Even though the bucket lacked both when it was listed. */
static void
an_older_entry_does_not_replace_a_newer_one(void **state)
{
	f = mirror_open(store_answer);
	struct entry other = store_entry(f, 2, "other"),
		     old = store_entry(f, 1, "old"),
		     new = store_entry(f, 1, "new");

	send_entry(f, LINK_HELD, &other);
	script_await(&f->server, 2); /* listed, uploaded */
	send_entry(f, LINK_HELD, &old);
	send_entry(f, LINK_PUT, &new);
	end_link(f);
	await_end(FIXTURE_SOON_MS);
	assert_true(is_stored(1, "new"));
	assert_int_equal(script_count(&f->server, "PUT"), 2);
	fixture_close(f);
}

/* go does not wait for them */
static void
close_does_not_wait_for_older_entries(void **state)
{
	uint64_t began = clock_mono_ms();

	f = mirror_open(say_nothing);
	struct entry e = store_entry(f, 1, "package main");

	send_entry(f, LINK_HELD, &e);
	send_close(f, FIXTURE_SOON_MS);
	struct link_counts counts = hear_counts(f);

	assert_int_equal(counts.dropped, 0);
	assert_int_equal(counts.goes_on, 1);
	assert_true(clock_mono_ms() - began < FIXTURE_SOON_MS / 2);
	kill(mirror_pid, SIGTERM);
	kill(mirror_pid, SIGINT);
	mirror_close(f);
}

static bool
list_never(struct script *s, int fd, const struct heard *h)
{
	return heard_starts(h, "GET /bucket?") || store_answer(s, fd, h);
}

/* More of them than there ever are putters. */
static void
new_entries_do_not_wait_for_the_list_that_older_ones_need(void **state)
{
	uint64_t began = clock_mono_ms();

	f = mirror_open(list_never);
	for (unsigned i = 0; i < 200; i++) {
		struct entry held = store_entry(f, i, "package main");

		send_entry(f, LINK_HELD, &held);
	}
	script_await(&f->server, 1);
	struct entry new = store_entry(f, 200, "package new");

	send_entry(f, LINK_PUT, &new);
	send_close(f, FIXTURE_SOON_MS);
	assert_int_equal(hear_counts(f).uploaded, 1);
	assert_true(clock_mono_ms() - began <
		    conn_usual_patience.answer_ms * 3 / 4);
	kill(mirror_pid, SIGTERM);
	kill(mirror_pid, SIGINT);
	mirror_close(f);
}

#define TEST(f) cmocka_unit_test_setup(f, set_up)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(brings_what_the_bucket_holds),
		TEST(answers_every_get_once),
		TEST(says_that_it_is_alive),
		TEST(misses_at_once_without_keys),
		TEST(misses_at_once_without_a_directory),
		TEST(reads_new_keys_within_its_walls),
		TEST(uploads_before_it_says_that_it_has),
		TEST(uploads_nothing_where_it_may_only_read),
		TEST(the_last_put_of_an_action_wins),
		TEST(offers_older_entries_that_the_bucket_lacks),
		TEST(leaves_older_entries_alone_without_a_census),
		TEST(an_older_entry_does_not_replace_a_newer_one),
		TEST(close_does_not_wait_for_older_entries),
		TEST(new_entries_do_not_wait_for_the_list_that_older_ones_need),
	};

	return cmocka_run_group_tests_name("mirror", tests, NULL, NULL);
}
