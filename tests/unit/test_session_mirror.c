/* A session whose mirror is slow, wrong, or gone. */
#include "session_fixture.h"

static void
a_mirror_that_finds_nothing_gives_misses(void **state)
{
	struct script script = {.answer = LINK_ABSENT};

	(void)state;
	with_mirror(&script);
	assert_int_equal(feed(get_text(1, "a")), GS_OK);
	assert_int_equal(feed(get_text(2, "a")), GS_OK);
	assert_int_equal(feed(get_text(3, "b")), GS_OK);
	settle();
	assert_true(has("{\"ID\":1,\"Miss\":true}"));
	assert_true(has("{\"ID\":2,\"Miss\":true}"));
	assert_true(has("{\"ID\":3,\"Miss\":true}"));
}

/* What it would fetch could not be kept. */
static void
without_a_directory_nothing_is_asked_for(void **state)
{
	struct script script = {0};

	(void)state;
	with_mirror(&script);
	struct cachedir real = dir;

	dir = (struct cachedir){.dir = -1, .marks.fd = -1};
	assert_int_equal(feed(get_text(1, "a")), GS_OK);
	dir = real;
	assert_string_equal(said(), "{\"ID\":1,\"Miss\":true}\n");
}

/* The front believes what it sees in the directory, not what it is told. */
static void
a_mirror_that_lies_gives_misses(void **state)
{
	struct script script = {.answer = LINK_FOUND};

	(void)state;
	with_mirror(&script);
	assert_int_equal(feed(get_text(1, "a")), GS_OK);
	settle();
	assert_string_equal(said(), "{\"ID\":1,\"Miss\":true}\n");
}

static void
a_mirror_that_dies_gives_misses_and_is_replaced(void **state)
{
	struct script script = {.dies = true};

	(void)state;
	with_mirror(&script);
	for (int i = 1; i <= 6; i++) {
		assert_int_equal(feed(get_text(i, "a")), GS_OK);
		settle();
	}
	assert_true(has("{\"ID\":6,\"Miss\":true}"));
	assert_int_equal(keeper.starts, 1 + KEEPER_RESTARTS);
	assert_int_equal(keeper.link, -1);
}

static void
a_stopped_mirror_gives_misses_and_is_replaced(void **state)
{
	struct script script = {.answer = LINK_ABSENT};

	(void)state;
	with_mirror(&script);
	kill(keeper.pid, SIGSTOP);
	assert_int_equal(feed(get_text(1, "a")), GS_OK);
	settle();
	assert_string_equal(said(), "{\"ID\":1,\"Miss\":true}\n");
	assert_int_equal(keeper.starts, 2);
	assert_int_equal(feed(get_text(2, "a")), GS_OK);
	settle();
	assert_true(has("{\"ID\":2,\"Miss\":true}"));
	assert_int_equal(keeper.starts, 2);
}

/* A mirror that is alive and never answers. */
static void
a_get_has_a_deadline(void **state)
{
	struct script script = {0};
	uint64_t now = clock_mono_ms();

	(void)state;
	with_mirror(&script);
	assert_int_equal(feed(get_text(1, "a")), GS_OK);
	session_tick(&session, now + SESSION_PATIENCE_MS - 1);
	assert_string_equal(said(), "");
	session_tick(&session, clock_mono_ms() + SESSION_PATIENCE_MS);
	assert_string_equal(said(), "{\"ID\":1,\"Miss\":true}\n");
	assert_false(session_is_waiting(&session));
}

static void
a_mirror_that_never_answers_is_not_asked_for_ever(void **state)
{
	struct script script = {0};

	(void)state;
	with_mirror(&script);
	for (int i = 1; i <= SESSION_OVERDUE_MAX; i++) {
		assert_int_equal(feed(get_text(i, "a")), GS_OK);
		assert_true(session_is_waiting(&session));
		session_tick(&session, clock_mono_ms() + SESSION_PATIENCE_MS);
		assert_false(session_is_waiting(&session));
	}
	assert_int_equal(feed(get_text(77, "a")), GS_OK);
	assert_false(session_is_waiting(&session));
	assert_true(has("{\"ID\":77,\"Miss\":true}"));
}

/* An answer that comes too late, or that nobody asked for. */
static void
answers_that_nobody_waits_for_are_ignored(void **state)
{
	const enum link_kind kinds[] = {LINK_FOUND, LINK_ABSENT, LINK_ALIVE,
		LINK_CLOSED, LINK_GET, LINK_PUT, 0, 77};

	(void)state;
	assert_int_equal(feed(put_text(1, "a", "body", "body")), GS_OK);
	size_t before = strlen(said());

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		struct link_msg m = {.kind = kinds[i]};

		m.counts.dropped = UINT64_MAX;
		sha256_of(VIEW("a"), &m.action);
		session_hear(&session, &m);
	}
	assert_int_equal(strlen(said()), before);
	assert_false(session.ended);
	assert_int_equal(session.mirror_counts.dropped, 0);
}

/* What lines reach standard error while the mirror says so many. */
static size_t
lines_relayed(int count, uint32_t level)
{
	char text[64 * 1024];
	int pipes[2];
	int before = dup(STDERR_FILENO);

	assert_int_equal(pipe(pipes), 0);
	dup2(pipes[1], STDERR_FILENO);
	for (int i = 0; i < count; i++) {
		struct link_msg m = {.kind = LINK_SAY, .level = level};

		snprintf(m.text, sizeof(m.text), "line %d %d", (int)level, i);
		session_hear(&session, &m);
	}
	dup2(before, STDERR_FILENO);
	close(before);
	close(pipes[1]);
	ssize_t n = read(pipes[0], text, sizeof(text));
	size_t lines = 0;

	close(pipes[0]);
	for (ssize_t i = 0; i < n; i++) {
		lines += text[i] == '\n';
	}
	return lines;
}

static void
a_flood_of_lines_is_cut(void **state)
{
	(void)state;
	assert_int_equal(lines_relayed(SESSION_SAID_MAX - 1, LOG_WARNING),
		SESSION_SAID_MAX - 1);
	assert_int_equal(lines_relayed(1000, LOG_ERROR), 1);
}

static void
lines_of_an_unknown_level_are_information(void **state)
{
	(void)state;
	assert_int_equal(lines_relayed(3, 77), 0);
	assert_int_equal(lines_relayed(3, LOG_INFO), 0);
	assert_int_equal(lines_relayed(3, LOG_WARNING), 3);
}

/* More gets than may wait: the rest are misses at once. */
static void
a_flood_of_gets_is_answered(void **state)
{
	struct script script = {.answer = LINK_ABSENT};

	(void)state;
	with_mirror(&script);
	kill(keeper.pid, SIGSTOP);
	for (int i = 1; i <= PENDING_GETS_MAX + 1; i++) {
		assert_int_equal(feed(get_text(i, "same")), GS_OK);
	}
	assert_true(has("{\"ID\":4097,\"Miss\":true}"));
	assert_int_equal(session.gets.count, PENDING_GETS_MAX);
}

/* A mirror that does not read costs no time, however much there is for it. */
static void
a_slow_mirror_does_not_slow_the_front(void **state)
{
	struct script script = {.answer = LINK_ABSENT};
	char action[16];

	(void)state;
	with_mirror(&script);
	kill(keeper.pid, SIGSTOP);
	uint64_t begin = clock_mono_ms();

	for (int i = 1; i <= 10000; i++) {
		snprintf(action, sizeof(action), "%d", i);
		assert_int_equal(feed(get_text(i, action)), GS_OK);
		if (i % 600 == 0) {
			keeper_flush(&keeper);
		}
	}
	assert_true(clock_mono_ms() - begin < 60000);
	assert_true(has("{\"ID\":10000,\"Miss\":true}"));
	kill(keeper.pid, SIGCONT);
	settle();
	assert_int_equal(session.counts.misses, 10000);
}

static void
puts_that_do_not_fit_are_counted(void **state)
{
	struct script script = {0};
	const struct entry none = {.size = 0};

	(void)state;
	with_mirror(&script);
	kill(keeper.pid, SIGSTOP);
	assert_int_equal(feed(put_text(1, "a", "a", "a")), GS_OK);
	while (keeper_tell(&keeper, LINK_PUT, &none)) {
	}
	assert_int_equal(feed(put_text(2, "b", "b", "b")), GS_OK);
	assert_true(has("{\"ID\":2,\"DiskPath\""));
	assert_int_equal(session.counts.told, 1);
	assert_int_equal(session.counts.untold, 1);
	assert_int_equal(feed(close_text), GS_OK); /* for it there is room */
	assert_false(session.ended);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_mirror_that_finds_nothing_gives_misses),
		TEST(without_a_directory_nothing_is_asked_for),
		TEST(a_mirror_that_lies_gives_misses),
		TEST(a_mirror_that_dies_gives_misses_and_is_replaced),
		TEST(a_stopped_mirror_gives_misses_and_is_replaced),
		TEST(a_get_has_a_deadline),
		TEST(a_mirror_that_never_answers_is_not_asked_for_ever),
		TEST(answers_that_nobody_waits_for_are_ignored),
		TEST(a_flood_of_lines_is_cut),
		TEST(lines_of_an_unknown_level_are_information),
		TEST(a_flood_of_gets_is_answered),
		TEST(a_slow_mirror_does_not_slow_the_front),
		TEST(puts_that_do_not_fit_are_counted),
	};

	process_signals();
	return cmocka_run_group_tests_name("session_mirror", tests, NULL, NULL);
}
