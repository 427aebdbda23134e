#include "front/keeper.h"
#include "os/clock.h"
#include "os/process.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static struct keeper keeper;
static const struct entry none = {.size = 0};

static void
answer_everything(int link, void *arg)
{
	struct link_msg m;

	while (link_receive(link, &m, -1) == LINK_OK) {
		m.kind = LINK_ABSENT;
		link_send(link, &m, 1000);
	}
}

static void
end_at_once(int link, void *arg)
{
}

static void
send_garbage(int link, void *arg)
{
	struct link_msg m;

	link_receive(link, &m, -1);
	m.kind = LINK_ABSENT;
	link_send(link, &m, 1000);
	if (write(link, "garbage", 7) == 7) {
		pause();
	}
}

/* Its exit status is the number of messages that it got, in thousands. */
static void
read_late(int link, void *arg)
{
	struct link_msg m;
	int count = 0;

	poll(NULL, 0, 200);
	while (link_receive(link, &m, -1) == LINK_OK) {
		count++;
	}
	_exit(count / 1000);
}

/* The first one is lost, the second one's exit status counts the gaps and, in
 * tens, the uses that it was told of. */
static void
count_the_second_time(int link, void *arg)
{
	struct link_msg m;
	int count = 0;

	while (keeper.starts > 1 && link_receive(link, &m, -1) == LINK_OK) {
		count += m.kind == LINK_GAP ? 1 : 10;
	}
	_exit(count);
}

static void
start(void (*run)(int link, void *arg), void *arg)
{
	keeper_start(&keeper, (struct service){run, arg});
	assert_true(keeper.link >= 0);
	assert_int_equal(keeper.starts, 1);
}

/* Waits for the next event. */
static enum keeper_event
next(struct link_msg *m)
{
	struct pollfd p = {.fd = keeper.link, .events = POLLIN};

	keeper_flush(&keeper);
	assert_int_equal(poll(&p, 1, 10000), 1);
	return keeper_receive(&keeper, m);
}

static void
assert_gone(pid_t pid)
{
	assert_true(kill(pid, 0) != 0 && errno == ESRCH);
}

static int
tear_down(void **state)
{
	if (keeper_release(&keeper, 0)) {
		process_kill(keeper.pid);
	}
	return 0;
}

static void
a_mirror_is_told_and_heard(void **state)
{
	struct link_msg m;

	start(answer_everything, NULL);
	assert_int_equal(keeper_receive(&keeper, &m), KEEPER_NOTHING);
	assert_false(keeper_has_more(&keeper));
	assert_true(keeper_tell(&keeper, LINK_GET, &none));
	assert_true(keeper_has_more(&keeper));
	assert_int_equal(next(&m), KEEPER_MESSAGE);
	assert_int_equal(m.kind, LINK_ABSENT);
	assert_false(keeper_has_more(&keeper));
}

static void
a_mirror_that_ends_is_lost_and_replaced(void **state)
{
	struct link_msg m;

	start(end_at_once, NULL);
	for (unsigned i = 1; i <= KEEPER_RESTARTS + 1; i++) {
		pid_t pid = keeper.pid;

		assert_int_equal(keeper.starts, i);
		assert_int_equal(next(&m), KEEPER_LOST);
		assert_int_equal(keeper.link, -1);
		assert_gone(pid);
		keeper_restart(&keeper);
	}
	assert_int_equal(keeper.starts, KEEPER_RESTARTS + 1);
	assert_int_equal(keeper.link, -1);
	assert_false(keeper_tell(&keeper, LINK_GET, &none));
	assert_int_equal(keeper_receive(&keeper, &m), KEEPER_NOTHING);
	assert_int_equal(keeper_check(&keeper, true), KEEPER_NOTHING);
	keeper_flush(&keeper);
	assert_false(keeper_has_more(&keeper));
	assert_false(keeper_release(&keeper, 1000));
}

static void
a_mirror_that_sends_garbage_is_killed(void **state)
{
	struct link_msg m;

	start(send_garbage, NULL);
	pid_t pid = keeper.pid;

	assert_true(keeper_tell(&keeper, LINK_GET, &none));
	assert_int_equal(next(&m), KEEPER_MESSAGE);
	assert_int_equal(next(&m), KEEPER_LOST);
	assert_gone(pid);
}

/* What it was to be told goes with it: a new one knows nothing of those who
 * waited. */
static void
a_lost_mirror_leaves_no_orders(void **state)
{
	struct link_msg m;

	start(end_at_once, NULL);
	poll(NULL, 0, 50);
	assert_true(keeper_tell(&keeper, LINK_GET, &none));
	assert_int_equal(next(&m), KEEPER_LOST);
	keeper_restart(&keeper);
	assert_false(keeper_has_more(&keeper));
}

/* Nor of what was used before. */
static void
a_new_mirror_is_told_of_the_gap(void **state)
{
	struct link_msg m;
	int status;

	start(count_the_second_time, NULL);
	assert_false(keeper.outbox.gap);
	assert_int_equal(next(&m), KEEPER_LOST);
	keeper_restart(&keeper);
	assert_true(keeper_tell(&keeper, LINK_USED, &none));
	assert_true(keeper_tell(&keeper, LINK_USED, &none));
	assert_true(keeper_release(&keeper, 10000));
	assert_int_equal(waitpid(keeper.pid, &status, 0), keeper.pid);
	assert_int_equal(WEXITSTATUS(status), 21);
}

static void
a_silent_mirror_is_given_up(void **state)
{
	start(answer_everything, NULL);
	pid_t pid = keeper.pid;

	kill(pid, SIGSTOP);
	keeper.heard_ms = clock_mono_ms() - LINK_SILENCE_MS + 1000;
	assert_int_equal(keeper_check(&keeper, true), KEEPER_NOTHING);
	keeper.heard_ms = clock_mono_ms() - LINK_SILENCE_MS;
	assert_int_equal(keeper_check(&keeper, true), KEEPER_LOST);
	assert_gone(pid);
}

static void
silence_counts_only_while_somebody_waits(void **state)
{
	start(answer_everything, NULL);
	keeper.heard_ms = clock_mono_ms() - LINK_SILENCE_MS;
	assert_int_equal(keeper_check(&keeper, false), KEEPER_NOTHING);
	assert_int_equal(keeper_check(&keeper, true), KEEPER_NOTHING);
}

/* A machine that slept, or Ctrl-Z and fg. */
static void
silence_does_not_count_while_we_were_paused(void **state)
{
	start(answer_everything, NULL);
	keeper.heard_ms = keeper.looked_ms = clock_mono_ms() - 60000;
	assert_int_equal(keeper_check(&keeper, true), KEEPER_NOTHING);
	assert_int_equal(keeper_check(&keeper, true), KEEPER_NOTHING);
}

static void
a_mirror_that_does_not_read_costs_no_time(void **state)
{
	start(answer_everything, NULL);
	kill(keeper.pid, SIGSTOP);
	uint64_t begin = clock_mono_ms();
	size_t told = 0;

	while (keeper_tell(&keeper, LINK_PUT, &none)) {
		told++;
	}
	assert_true(told >= OUTBOX_MAX - 1);
	assert_true(keeper.outbox.gap);
	assert_false(keeper_tell(&keeper, LINK_GET, &none));
	assert_true(keeper_tell(&keeper, LINK_CLOSE, &none));
	assert_true(clock_mono_ms() - begin < 20000);
}

static void
room_that_is_made_leaves_no_gap(void **state)
{
	start(answer_everything, NULL);
	while (outbox_add(&keeper.outbox, LINK_USED, &none)) {
	}
	assert_true(keeper_tell(&keeper, LINK_USED, &none));
	assert_false(keeper.outbox.gap);
}

static void
tell_thousands(int thousands)
{
	for (int i = 0; i < 1000 * thousands; i++) {
		assert_true(keeper_tell(&keeper, LINK_PUT, &none));
	}
}

static void
what_can_wait_gathers(void **state)
{
	start(read_late, NULL);
	for (int i = 1; i < OUTBOX_BATCH; i++) {
		assert_true(keeper_tell(&keeper, LINK_USED, &none));
		assert_false(keeper_has_more(&keeper));
		keeper_flush(&keeper);
	}
	assert_int_equal(keeper.outbox.count, OUTBOX_BATCH - 1);
	assert_true(keeper_tell(&keeper, LINK_USED, &none));
	assert_true(keeper_has_more(&keeper));
	keeper_flush(&keeper);
	assert_int_equal(keeper.outbox.count, 0);
}

/* What waits for more of its kind is not forgotten at the end. */
static void
a_release_sends_what_has_gathered(void **state)
{
	int status;

	start(read_late, NULL);
	for (int i = 0; i < 1000; i++) {
		assert_true(keeper_tell(&keeper, LINK_USED, &none));
		if (i < 990) {
			keeper_flush(&keeper);
		}
	}
	assert_true(keeper_release(&keeper, 10000));
	assert_int_equal(waitpid(keeper.pid, &status, 0), keeper.pid);
	assert_int_equal(WEXITSTATUS(status), 1);
}

static void
a_release_waits_until_all_is_read(void **state)
{
	int status;

	start(read_late, NULL);
	tell_thousands(5);
	assert_true(keeper_release(&keeper, 10000));
	assert_int_equal(waitpid(keeper.pid, &status, 0), keeper.pid);
	assert_int_equal(WEXITSTATUS(status), 5);
}

static void
a_release_waits_for_so_long_only(void **state)
{
	start(answer_everything, NULL);
	kill(keeper.pid, SIGSTOP);
	tell_thousands(5);
	uint64_t begin = clock_mono_ms();

	assert_true(keeper_release(&keeper, 50));
	assert_in_range(clock_mono_ms() - begin, 49, 5000);
	process_kill(keeper.pid);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(
			a_mirror_is_told_and_heard, tear_down),
		cmocka_unit_test_teardown(
			a_mirror_that_ends_is_lost_and_replaced, tear_down),
		cmocka_unit_test_teardown(
			a_mirror_that_sends_garbage_is_killed, tear_down),
		cmocka_unit_test_teardown(
			a_lost_mirror_leaves_no_orders, tear_down),
		cmocka_unit_test_teardown(
			a_new_mirror_is_told_of_the_gap, tear_down),
		cmocka_unit_test_teardown(
			a_silent_mirror_is_given_up, tear_down),
		cmocka_unit_test_teardown(
			silence_counts_only_while_somebody_waits, tear_down),
		cmocka_unit_test_teardown(
			silence_does_not_count_while_we_were_paused, tear_down),
		cmocka_unit_test_teardown(
			a_mirror_that_does_not_read_costs_no_time, tear_down),
		cmocka_unit_test_teardown(
			room_that_is_made_leaves_no_gap, tear_down),
		cmocka_unit_test_teardown(what_can_wait_gathers, tear_down),
		cmocka_unit_test_teardown(
			a_release_sends_what_has_gathered, tear_down),
		cmocka_unit_test_teardown(
			a_release_waits_until_all_is_read, tear_down),
		cmocka_unit_test_teardown(
			a_release_waits_for_so_long_only, tear_down),
	};

	process_signals();
	return cmocka_run_group_tests_name("keeper", tests, NULL, NULL);
}
