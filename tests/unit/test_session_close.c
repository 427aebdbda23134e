/* How a session ends. */
#include "session_fixture.h"

static void
a_close_waits_for_the_mirror(void **state)
{
	struct script script = {.answer = LINK_ABSENT};

	(void)state;
	with_mirror(&script);
	assert_int_equal(feed(close_text), GS_OK);
	assert_true(session_is_waiting(&session));
	settle();
	assert_string_equal(said(), "{\"ID\":9}\n");
	assert_true(session.ended);
	assert_int_equal(session.close, SESSION_CLOSED_IN_TIME);
	assert_int_equal(session.mirror_counts.uploaded, 7);
}

static void
a_close_without_a_mirror_is_answered(void **state)
{
	(void)state;
	assert_int_equal(feed(close_text), GS_OK);
	assert_string_equal(said(), "{\"ID\":9}\n");
	assert_true(session.ended);
	assert_int_equal(session.close, SESSION_CLOSED_BLINDLY);
}

static void
a_close_ends_with_its_mirror(void **state)
{
	struct script script = {.dies = true};

	(void)state;
	with_mirror(&script);
	assert_int_equal(feed(close_text), GS_OK);
	settle();
	assert_string_equal(said(), "{\"ID\":9}\n");
	assert_int_equal(session.close, SESSION_CLOSED_BLINDLY);
	assert_int_equal(keeper.starts, 1);
}

/* It may say that it is alive as long as it likes. */
static void
a_close_has_a_deadline(void **state)
{
	struct script script = {.stays_open = true};

	(void)state;
	with_mirror(&script);
	assert_int_equal(feed(close_text), GS_OK);
	session_tick(&session, session.drained_ms + SESSION_CLOSE_GRACE_MS - 1);
	assert_false(session.ended);
	session_tick(&session, session.drained_ms + SESSION_CLOSE_GRACE_MS);
	assert_true(session.ended);
	assert_string_equal(said(), "{\"ID\":9}\n");
	assert_int_equal(session.close, SESSION_CLOSED_BLINDLY);
}

static void
an_interrupt_moves_the_deadline(void **state)
{
	struct script script = {.stays_open = true};

	(void)state;
	with_mirror(&script);
	session.with.drain_ms = 600000;
	assert_int_equal(feed(close_text), GS_OK);
	session_interrupt(&session, 50);
	assert_true(session.drained_ms <= clock_mono_ms() + 50);
	session_interrupt(&session, 100); /* never to a later time */
	assert_true(session.drained_ms <= clock_mono_ms() + 50);
}

static void
an_interrupt_shortens_a_later_close(void **state)
{
	struct script script = {.stays_open = true};

	(void)state;
	with_mirror(&script);
	session.with.drain_ms = 600000;
	session_interrupt(&session, 50);
	assert_int_equal(feed(close_text), GS_OK);
	assert_true(session.drained_ms <= clock_mono_ms() + 50);
}

static void
assert_waits_for_mirror(size_t n, enum link_kind kind, uint64_t size)
{
	assert_int_equal(keeper.outbox.note[n].kind, kind);
	assert_int_equal(keeper.outbox.note[n].entry.size, size);
}

static void
an_interrupt_is_told_to_the_mirror(void **state)
{
	struct script script = {.stays_open = true};

	(void)state;
	with_mirror(&script);
	assert_int_equal(feed(close_text), GS_OK);
	session_interrupt(&session, 50);
	session_interrupt(&session, 0);
	assert_int_equal(keeper.outbox.count, 3);
	assert_waits_for_mirror(0, LINK_CLOSE, 1000);
	assert_waits_for_mirror(1, LINK_HURRY, 50);
	assert_waits_for_mirror(2, LINK_HURRY, 0);
	assert_true(keeper_has_more(&keeper));
}

static void
a_second_close_is_answered_too(void **state)
{
	struct script script = {.answer = LINK_ABSENT};

	(void)state;
	with_mirror(&script);
	assert_int_equal(feed(close_text), GS_OK);
	assert_int_equal(feed("{\"ID\":10,\"Command\":\"close\"}\n"), GS_OK);
	settle();
	assert_true(has("{\"ID\":9}\n"));
	assert_true(has("{\"ID\":10}\n"));
}

/* While it waits, what can be answered from here is; nothing else is asked
 * for. */
static void
requests_during_a_close_are_answered(void **state)
{
	struct script script = {.stays_open = true};

	(void)state;
	with_mirror(&script);
	assert_int_equal(feed(close_text), GS_OK);
	assert_int_equal(feed(put_text(10, "a", "body", "body")), GS_OK);
	assert_int_equal(feed(get_text(11, "a")), GS_OK);
	assert_int_equal(feed(get_text(12, "b")), GS_OK);
	assert_true(has("{\"ID\":10,\"DiskPath\":\"/"));
	assert_true(has("{\"ID\":11,\"OutputID\""));
	assert_true(has("{\"ID\":12,\"Miss\":true}"));
	assert_false(has("{\"ID\":9}"));
}

static void
requests_after_the_end_are_not_looked_at(void **state)
{
	(void)state;
	assert_int_equal(feed(close_text), GS_OK);
	assert_int_equal(feed(get_text(10, "a")), GS_OK);
	assert_int_equal(feed("nonsense"), GS_OK);
	assert_string_equal(said(), "{\"ID\":9}\n");
}

/* In one write, too. */
static void
a_close_ends_what_follows_it(void **state)
{
	char text[1024];

	(void)state;
	snprintf(text, sizeof(text), "%s%s", close_text, get_text(10, "a"));
	assert_int_equal(feed(text), GS_OK);
	assert_string_equal(said(), "{\"ID\":9}\n");
}

/* go must not be left waiting for them. */
static void
gets_that_wait_are_answered_before_the_close(void **state)
{
	struct script script = {0};

	(void)state;
	with_mirror(&script);
	assert_int_equal(feed(get_text(1, "a")), GS_OK);
	assert_int_equal(feed(get_text(2, "a")), GS_OK);
	assert_int_equal(feed(close_text), GS_OK);
	settle();
	const char *first = strstr(said(), "{\"ID\":1,\"Miss\":true}");

	assert_non_null(first);
	assert_true(has("{\"ID\":2,\"Miss\":true}"));
	assert_true(strstr(replies, "{\"ID\":9}") > first);
}

/* Nobody reads what we say: the end, and no half of a put is left. */
static void
replies_that_cannot_be_written_end_it(void **state)
{
	int pipes[2];
	char name[ENTRY_NAME_MAX];

	(void)state;
	const char *text = put_text(1, "a", "body", "body");

	assert_int_equal(pipe(pipes), 0);
	close(pipes[0]);
	close(session.with.out_fd);
	session.with.out_fd = pipes[1];
	assert_int_equal(feed("{\"ID\":5,\"Command\":\"dance\"}\n"), GS_OK);
	assert_int_equal(
		session_feed(&session, (struct view){text, strlen(text) - 4},
			&(struct gs_err){0}),
		GS_OK);
	assert_int_equal(session.body.place, BODY_STORED);
	snprintf(name, sizeof(name), "%s", session.body.file.temp);
	assert_int_equal(faccessat(dir.dir, name, F_OK, 0), 0);
	session_flush(&session);
	assert_true(session.ended);
	session_end(&session);
	assert_int_not_equal(faccessat(dir.dir, name, F_OK, 0), 0);
	session_end(&session);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_close_waits_for_the_mirror),
		TEST(a_close_without_a_mirror_is_answered),
		TEST(a_close_ends_with_its_mirror),
		TEST(a_close_has_a_deadline),
		TEST(an_interrupt_moves_the_deadline),
		TEST(an_interrupt_shortens_a_later_close),
		TEST(an_interrupt_is_told_to_the_mirror),
		TEST(a_second_close_is_answered_too),
		TEST(requests_during_a_close_are_answered),
		TEST(requests_after_the_end_are_not_looked_at),
		TEST(a_close_ends_what_follows_it),
		TEST(gets_that_wait_are_answered_before_the_close),
		TEST(replies_that_cannot_be_written_end_it),
	};

	process_signals();
	return cmocka_run_group_tests_name("session_close", tests, NULL, NULL);
}
