#include "front/outbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

static struct outbox outbox;
static int ends[2];

static int
set_up(void **state)
{
	outbox_clear(&outbox);
	return socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends);
}

static int
tear_down(void **state)
{
	close(ends[0]);
	return close(ends[1]);
}

static bool
add(enum link_kind kind, uint64_t n)
{
	const struct entry e = {
		.action = {{1}}, .output = {{2}}, .size = n, .time_ns = -5};

	return outbox_add(&outbox, kind, &e);
}

static uint64_t
receive(enum link_kind kind)
{
	struct link_msg m;

	assert_int_equal(link_receive(ends[1], &m, 0), LINK_OK);
	assert_int_equal(m.kind, kind);
	assert_int_equal(m.action.byte[0], 1);
	assert_int_equal(m.output.byte[0], 2);
	assert_int_equal(m.time_ns, -5);
	return m.size;
}

static void
what_is_added_is_sent_in_order(void **state)
{
	struct link_msg m;

	assert_true(add(LINK_USED, 0));
	assert_true(add(LINK_GET, 1));
	assert_true(add(LINK_PUT, 2));
	assert_int_equal(link_receive(ends[1], &m, 0), LINK_AGAIN);
	assert_int_equal(outbox_flush(&outbox, ends[0]), LINK_OK);
	assert_int_equal(receive(LINK_USED), 0);
	assert_int_equal(receive(LINK_GET), 1);
	assert_int_equal(receive(LINK_PUT), 2);
	assert_int_equal(outbox.count, 0);
	assert_int_equal(outbox_flush(&outbox, ends[0]), LINK_OK);
	assert_int_equal(link_receive(ends[1], &m, 0), LINK_AGAIN);
}

/* Round and round, with a link that takes a part each time. */
static void
nothing_is_lost_when_there_is_no_room(void **state)
{
	const uint64_t all = 3 * OUTBOX_MAX;
	uint64_t added = 0, got = 0;
	struct link_msg m;

	while (got < all) {
		while (added < all && add(LINK_HELD, added)) {
			added++;
		}
		enum link_result sent = outbox_flush(&outbox, ends[0]);

		assert_true(sent == LINK_OK || sent == LINK_AGAIN);
		assert_true(sent == LINK_AGAIN || outbox.count == 0);
		while (link_receive(ends[1], &m, 0) == LINK_OK) {
			assert_int_equal(m.size, got);
			got++;
		}
	}
	assert_int_equal(outbox.count, 0);
	assert_int_equal(outbox.first, 0);
}

static void
the_last_place_is_for_the_close(void **state)
{
	for (uint64_t i = 0; i < OUTBOX_MAX - 1; i++) {
		assert_true(add(LINK_GET, i));
	}
	assert_false(add(LINK_GET, 1));
	assert_false(add(LINK_PUT, 1));
	assert_true(add(LINK_CLOSE, 1));
	assert_false(add(LINK_CLOSE, 1));
}

static void
what_can_be_lost_leaves_room(void **state)
{
	for (uint64_t i = 0; i < OUTBOX_IDLE_MAX; i++) {
		assert_true(add(i % 2 ? LINK_USED : LINK_HELD, i));
	}
	assert_false(add(LINK_USED, 1));
	assert_false(add(LINK_HELD, 1));
	assert_true(add(LINK_PUT, 1));
	assert_false(add(LINK_USED, 1));
}

static void
a_batch_or_something_urgent_is_due(void **state)
{
	assert_false(outbox_is_due(&outbox));
	for (uint64_t i = 1; i < OUTBOX_BATCH; i++) {
		assert_true(add(i % 2 ? LINK_USED : LINK_HELD, i));
		assert_false(outbox_is_due(&outbox));
	}
	assert_true(add(LINK_USED, 1));
	assert_true(outbox_is_due(&outbox));
	assert_int_equal(outbox_flush(&outbox, ends[0]), LINK_OK);
	assert_false(outbox_is_due(&outbox));
	for (enum link_kind kind = LINK_GET; kind <= LINK_CLOSE; kind++) {
		bool urgent = kind != LINK_USED && kind != LINK_HELD;

		assert_true(add(kind, 1));
		assert_int_equal(outbox_is_due(&outbox), urgent);
		assert_true(add(LINK_USED, 1));
		assert_int_equal(outbox_is_due(&outbox), urgent);
		assert_int_equal(outbox_flush(&outbox, ends[0]), LINK_OK);
		assert_false(outbox_is_due(&outbox));
	}
	assert_true(add(LINK_GET, 1));
	outbox_clear(&outbox);
	assert_false(outbox_is_due(&outbox));
}

static void
a_gap_is_told_first_and_once(void **state)
{
	struct link_msg m;

	assert_true(add(LINK_PUT, 1));
	outbox.gap = true;
	assert_int_equal(outbox_flush(&outbox, ends[0]), LINK_OK);
	assert_false(outbox.gap);
	assert_int_equal(link_receive(ends[1], &m, 0), LINK_OK);
	assert_int_equal(m.kind, LINK_GAP);
	assert_int_equal(receive(LINK_PUT), 1);
	assert_true(add(LINK_PUT, 2));
	assert_int_equal(outbox_flush(&outbox, ends[0]), LINK_OK);
	assert_int_equal(receive(LINK_PUT), 2);
	assert_int_equal(link_receive(ends[1], &m, 0), LINK_AGAIN);
}

/* A gap alone wakes nobody. */
static void
a_gap_can_wait(void **state)
{
	outbox.gap = true;
	assert_false(outbox_is_due(&outbox));
	outbox_clear(&outbox);
	assert_false(outbox.gap);
}

static void
a_gap_waits_for_room(void **state)
{
	const struct link_msg filler = {.kind = LINK_USED};
	struct link_msg m;

	while (link_send(ends[0], &filler, 0) == LINK_OK) {
	}
	assert_true(add(LINK_PUT, 1));
	outbox.gap = true;
	assert_int_equal(outbox_flush(&outbox, ends[0]), LINK_AGAIN);
	assert_true(outbox.gap);
	assert_int_equal(outbox.count, 1);
	while (link_receive(ends[1], &m, 0) == LINK_OK) {
	}
	assert_int_equal(outbox_flush(&outbox, ends[0]), LINK_OK);
	assert_int_equal(link_receive(ends[1], &m, 0), LINK_OK);
	assert_int_equal(m.kind, LINK_GAP);
	assert_int_equal(receive(LINK_PUT), 1);
}

static void
an_end_is_noticed(void **state)
{
	assert_true(add(LINK_GET, 1));
	shutdown(ends[1], SHUT_RDWR);
	assert_int_equal(outbox_flush(&outbox, ends[0]), LINK_ENDED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_added_is_sent_in_order),
		TEST(nothing_is_lost_when_there_is_no_room),
		TEST(the_last_place_is_for_the_close),
		TEST(what_can_be_lost_leaves_room),
		TEST(a_batch_or_something_urgent_is_due),
		TEST(a_gap_is_told_first_and_once),
		TEST(a_gap_can_wait),
		TEST(a_gap_waits_for_room),
		TEST(an_end_is_noticed),
	};

	return cmocka_run_group_tests_name("outbox", tests, NULL, NULL);
}
