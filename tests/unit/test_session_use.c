/* What a session tells the mirror of the entries that go uses. */
#include "session_fixture.h"

#include <sys/socket.h>

static int mirror; /* its end of the link */

static int
set_up_link(void **state)
{
	int ends[2];

	if (set_up(state) != 0 ||
		socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0) {
		return -1;
	}
	keeper.link = ends[0];
	mirror = ends[1];
	session.with.reporting = true;
	return 0;
}

static int
tear_down_link(void **state)
{
	close(keeper.link);
	keeper.link = -1;
	close(mirror);
	return tear_down(state);
}

static struct id
id_of(const char *text)
{
	struct id id;

	sha256_of(view_of(text), &id);
	return id;
}

static void
put(const char *action, const char *body)
{
	assert_int_equal(feed(put_text(1, action, body, body)), GS_OK);
}

static void
get(const char *action)
{
	assert_int_equal(feed(get_text(2, action)), GS_OK);
}

/* The bucket has it. */
static void
share(const char *action, const char *body)
{
	struct view place = {
		(const char *)session.with.place.byte, sizeof(struct id)};
	struct id a = id_of(action), o = id_of(body);

	cachedir_set_shared(&dir, place, &a, &o);
}

/* The next message that the mirror gets is this one. */
static void
assert_told(enum link_kind kind, const char *action, const char *body)
{
	struct id a = id_of(action), o = id_of(body);
	struct link_msg m;

	assert_int_equal(link_receive(mirror, &m, 0), LINK_OK);
	assert_int_equal(m.kind, kind);
	assert_true(id_eq(&m.action, &a));
	if (kind != LINK_GET) {
		assert_true(id_eq(&m.output, &o));
		assert_int_equal(m.size, strlen(body));
		assert_true(m.time_ns > 0);
	}
}

static void
assert_told_nothing(void)
{
	struct link_msg m;

	assert_int_equal(link_receive(mirror, &m, 0), LINK_AGAIN);
}

static void
send_all(void)
{
	assert_int_equal(outbox_flush(&keeper.outbox, keeper.link), LINK_OK);
}

static void
each_use_is_told_once_and_in_order(void **state)
{
	(void)state;
	put("a", "1");
	share("a", "1");
	put("b", "2");
	get("b");
	get("a");
	get("b");
	put("a", "1");
	send_all();
	assert_told(LINK_PUT, "a", "1");
	assert_told(LINK_PUT, "b", "2");
	assert_told(LINK_HELD, "b", "2");
	assert_told(LINK_USED, "a", "1");
	assert_told(LINK_HELD, "b", "2");
	assert_told(LINK_USED, "a", "1");
	assert_told_nothing();
}

static void
what_the_mirror_found_is_used(void **state)
{
	struct link_msg found = {.kind = LINK_FOUND, .action = id_of("a")};
	struct gs_err err;
	struct entry e = {
		.action = id_of("a"), .output = id_of("1"), .size = 1};

	(void)state;
	get("a");
	get("a");
	put("b", "1"); /* the body, which both have */
	e.time_ns = 5;
	assert_int_equal(cachedir_put(&dir, &e, &err), GS_OK);
	session_hear(&session, &found);
	session_hear(&session, &found);
	send_all();
	assert_told(LINK_GET, "a", "");
	assert_told(LINK_PUT, "b", "1");
	assert_told(LINK_USED, "a", "1");
	assert_told_nothing();
	assert_int_equal(session.counts.remote_hits, 2);
}

static void
what_was_not_got_is_not_used(void **state)
{
	struct link_msg found = {.kind = LINK_FOUND, .action = id_of("a")};
	struct link_msg absent = {.kind = LINK_ABSENT, .action = id_of("b")};

	(void)state;
	get("a");
	get("b");
	session_hear(&session, &found);
	session_hear(&session, &absent);
	send_all();
	assert_told(LINK_GET, "a", "");
	assert_told(LINK_GET, "b", "");
	assert_told_nothing();
	assert_int_equal(session.counts.misses, 2);
}

/* Nobody wants to know: only what the bucket may lack is told. */
static void
uses_are_not_told_unasked(void **state)
{
	(void)state;
	session.with.reporting = false;
	put("a", "1");
	share("a", "1");
	put("b", "2");
	get("a");
	get("b");
	put("a", "1");
	send_all();
	assert_told(LINK_PUT, "a", "1");
	assert_told(LINK_PUT, "b", "2");
	assert_told(LINK_HELD, "b", "2");
	assert_told_nothing();
}

static void
uses_go_with_the_next_urgent_message(void **state)
{
	(void)state;
	put("a", "1");
	keeper_flush(&keeper);
	assert_told(LINK_PUT, "a", "1");
	share("a", "1");
	get("a");
	keeper_flush(&keeper);
	assert_told_nothing();
	get("b");
	keeper_flush(&keeper);
	assert_told(LINK_USED, "a", "1");
	assert_told(LINK_GET, "b", "");
	get("a");
	assert_int_equal(feed(close_text), GS_OK);
	keeper_flush(&keeper);
	assert_told(LINK_USED, "a", "1");
	assert_false(keeper_has_more(&keeper));
}

#define LINKED(name)                                                           \
	cmocka_unit_test_setup_teardown(name, set_up_link, tear_down_link)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LINKED(each_use_is_told_once_and_in_order),
		LINKED(what_the_mirror_found_is_used),
		LINKED(what_was_not_got_is_not_used),
		LINKED(uses_are_not_told_unasked),
		LINKED(uses_go_with_the_next_urgent_message),
	};

	return cmocka_run_group_tests_name("session_use", tests, NULL, NULL);
}
