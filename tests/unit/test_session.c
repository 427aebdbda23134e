/* A session against scripted mirrors: the replies it writes are read back from
 * a file. */
#include "base/base64.h"
#include "front/session.h"
#include "os/clock.h"
#include "os/link_io.h"
#include "os/process.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

static struct cachedir dir;
static struct keeper keeper;
static struct session session;
static char replies[256 * 1024];

static void
begin(void)
{
	struct session_setup with = {
		.dir = &dir,
		.keeper = &keeper,
		.sharing = true,
		.drain_ms = 1000,
		.out_fd = memfd_create("replies", 0),
	};

	assert_true(with.out_fd >= 0);
	session_init(&session, &with);
}

static int
set_up(void **state)
{
	struct gs_err err;

	(void)state;
	keeper = (struct keeper){.link = -1};
	if (cachedir_open_temporary(&dir, "/tmp", &err) != GS_OK) {
		return -1;
	}
	begin();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	close(session.with.out_fd);
	if (keeper.link >= 0) {
		keeper_release(&keeper);
		process_kill(keeper.pid);
	}
	cachedir_remove(&dir);
	cachedir_close(&dir);
	return 0;
}

static enum gs_code
feed(const char *text)
{
	struct gs_err err;

	return session_feed(&session, view_of(text), &err);
}

/* Everything that was replied so far. */
static const char *
said(void)
{
	session_flush(&session);
	ssize_t n = pread(session.with.out_fd, replies, sizeof(replies) - 1, 0);

	assert_true(n >= 0);
	replies[n] = '\0';
	return replies;
}

static void
add_id(struct buf *out, const char *name, const char *of)
{
	struct id id;

	sha256_of(view_of(of), &id);
	buf_str(out, ",\"");
	buf_str(out, name);
	buf_str(out, "\":\"");
	base64_encode(out, id.byte, ID_LEN);
	buf_char(out, '"');
}

static const char *
get_text(int id, const char *action)
{
	static char text[512];
	struct buf out = BUF_OVER(text);

	buf_str(&out, "{\"ID\":");
	buf_uint(&out, (uint64_t)id);
	buf_str(&out, ",\"Command\":\"get\"");
	add_id(&out, "ActionID", action);
	buf_str(&out, "}\n\n");
	return buf_cstr(&out);
}

/* A put of body under action; declared is what the OutputID is made from. */
static const char *
put_text(int id, const char *action, const char *body, const char *declared)
{
	static char text[4096];
	struct buf out = BUF_OVER(text);

	buf_str(&out, "{\"ID\":");
	buf_uint(&out, (uint64_t)id);
	buf_str(&out, ",\"Command\":\"put\"");
	add_id(&out, "ActionID", action);
	add_id(&out, "OutputID", declared);
	if (body[0]) {
		buf_str(&out, ",\"BodySize\":");
		buf_uint(&out, strlen(body));
	}
	buf_str(&out, "}\n\n");
	if (body[0]) {
		buf_char(&out, '"');
		base64_encode(&out, body, strlen(body));
		buf_str(&out, "\"\n");
	}
	return buf_cstr(&out);
}

static bool
has(const char *needle)
{
	return strstr(said(), needle) != NULL;
}

/* A mirror that answers each get as its argument says. */
struct script {
	enum link_kind answer; /* 0: silence */
	bool dies;
};

static void
scripted_mirror(int link, void *arg)
{
	const struct script *script = arg;
	struct link_msg m;

	while (link_receive(link, &m, -1) == LINK_OK) {
		if (script->dies) {
			_exit(1);
		}
		if (m.kind == LINK_GET && script->answer) {
			m.kind = script->answer;
			link_send(link, &m, 1000);
		}
		if (m.kind == LINK_CLOSE) {
			m = (struct link_msg){.kind = LINK_CLOSED};
			m.counts.uploaded = 7;
			link_send(link, &m, 1000);
		}
	}
}

static void
with_mirror(struct script *script)
{
	keeper_start(&keeper, (struct service){scripted_mirror, script});
	assert_true(keeper.link >= 0);
}

/* Takes messages until nothing waits for the mirror. */
static void
settle(void)
{
	uint64_t deadline = clock_mono_ms() + 20000;
	struct link_msg m;

	while (session_is_waiting(&session)) {
		assert_true(clock_mono_ms() < deadline);
		switch (keeper_receive(&keeper, &m)) {
		case KEEPER_MESSAGE:
			session_hear(&session, &m);
			break;
		case KEEPER_LOST:
			session_lost_mirror(&session);
			break;
		case KEEPER_NOTHING:
			if (keeper_check(&keeper, true) == KEEPER_LOST) {
				session_lost_mirror(&session);
			}
			usleep(1000);
			break;
		}
	}
}

static void
a_get_without_a_mirror_is_a_miss(void **state)
{
	(void)state;
	assert_int_equal(feed(get_text(1, "a")), GS_OK);
	assert_string_equal(said(), "{\"ID\":1,\"Miss\":true}\n");
}

static void
a_put_is_a_hit_for_the_next_get(void **state)
{
	(void)state;
	assert_int_equal(feed(put_text(1, "a", "body", "body")), GS_OK);
	assert_int_equal(feed(get_text(2, "a")), GS_OK);
	assert_true(has("{\"ID\":1,\"DiskPath\":\"/"));
	assert_true(has("{\"ID\":2,"));
	assert_true(has("\"Size\":4"));
	assert_true(has("\"Time\":\""));
	assert_false(has("Miss"));
}

static void
an_empty_put_is_a_hit_too(void **state)
{
	(void)state;
	assert_int_equal(feed(put_text(1, "a", "", "")), GS_OK);
	assert_int_equal(feed(get_text(2, "a")), GS_OK);
	assert_false(has("Miss"));
	assert_true(has("\"Size\":0"));
}

/* The put is answered with success, and nothing can be got. */
static void
a_body_that_does_not_hash_is_answered_and_lost(void **state)
{
	(void)state;
	assert_int_equal(feed(put_text(1, "a", "body", "other")), GS_OK);
	assert_int_equal(feed(get_text(2, "a")), GS_OK);
	assert_true(has("{\"ID\":1,\"DiskPath\":\"/"));
	assert_false(has("Err"));
	assert_true(has("{\"ID\":2,\"Miss\":true}"));
}

static void
a_cut_body_is_not_answered(void **state)
{
	char text[8192];

	(void)state;
	snprintf(text, sizeof(text), "%s", put_text(1, "a", "body", "body"));
	*strrchr(text, '"') = '\0'; /* ends within the body */
	assert_int_equal(feed(text), GS_OK);
	assert_int_equal(feed(get_text(2, "a")), GS_OK);
	assert_string_equal(said(), "{\"ID\":2,\"Miss\":true}\n");
}

static void
an_unknown_command_gets_an_error(void **state)
{
	(void)state;
	assert_int_equal(feed("{\"ID\":5,\"Command\":\"dance\"}\n\n"), GS_OK);
	assert_string_equal(said(), "{\"ID\":5,\"Err\":\"unknown command\"}\n");
}

static void
nonsense_is_refused(void **state)
{
	(void)state;
	assert_int_equal(feed("nonsense\n"), GS_BAD);
}

static void
a_put_without_a_directory_goes_to_memory(void **state)
{
	char path[64];

	(void)state;
	struct cachedir real = dir;

	dir = (struct cachedir){.dir = -1, .marks.fd = -1, .path = "/none"};
	assert_int_equal(feed(put_text(1, "a", "body", "body")), GS_OK);
	dir = real;
	snprintf(path, sizeof(path), "\"/proc/%d/fd/", (int)getpid());
	assert_true(has(path));
}

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
}

static void
a_close_waits_for_the_mirror(void **state)
{
	struct script script = {.answer = LINK_ABSENT};

	(void)state;
	with_mirror(&script);
	assert_int_equal(feed("{\"ID\":9,\"Command\":\"close\"}\n\n"), GS_OK);
	assert_true(session_is_waiting(&session));
	settle();
	assert_string_equal(said(), "{\"ID\":9}\n");
	assert_true(session.ended);
	assert_int_equal(session.mirror_counts.uploaded, 7);
}

static void
a_close_without_a_mirror_is_answered(void **state)
{
	(void)state;
	assert_int_equal(feed("{\"ID\":9,\"Command\":\"close\"}\n\n"), GS_OK);
	assert_string_equal(said(), "{\"ID\":9}\n");
	assert_true(session.ended);
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_get_without_a_mirror_is_a_miss),
		TEST(a_put_is_a_hit_for_the_next_get),
		TEST(an_empty_put_is_a_hit_too),
		TEST(a_body_that_does_not_hash_is_answered_and_lost),
		TEST(a_cut_body_is_not_answered),
		TEST(an_unknown_command_gets_an_error),
		TEST(nonsense_is_refused),
		TEST(a_put_without_a_directory_goes_to_memory),
		TEST(a_mirror_that_finds_nothing_gives_misses),
		TEST(a_mirror_that_lies_gives_misses),
		TEST(a_mirror_that_dies_gives_misses_and_is_replaced),
		TEST(a_stopped_mirror_gives_misses_and_is_replaced),
		TEST(a_close_waits_for_the_mirror),
		TEST(a_close_without_a_mirror_is_answered),
		TEST(a_flood_of_gets_is_answered),
	};

	process_signals();
	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
