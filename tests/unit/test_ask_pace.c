/* How many requests are under way at once, after a store has asked for fewer. */
#include "part_fixture.h"

enum { AT_ONCE = 8, ENTRIES_EACH = 4 };

static struct fixture *f;
static atomic_size_t at_work, most_at_work;
static atomic_bool held; /* the store answers nothing of what it holds back */

static bool
serve(int fd, const struct heard *h)
{
	if (heard_starts(h, "PUT")) {
		return answer_with(fd, "200 OK", "", "");
	}
	return heard_starts(h, "GET /bucket/p/" PART_KEY)
		       ? send_range(fd, h, SIZE_MAX)
		       : answer_object(fd, "", "package main");
}

static bool
refuse_first(struct script *s, int fd, const struct heard *h)
{
	return h->number == 0
		       ? answer_error(fd, "503 Slow Down", "", "SlowDown")
		       : serve(fd, h);
}

static bool
count_at_work(struct script *s, int fd, const struct heard *h)
{
	size_t now = atomic_fetch_add(&at_work, 1) + 1;
	size_t most = most_at_work;

	while (now > most &&
		!atomic_compare_exchange_weak(&most_at_work, &most, now)) {
	}
	usleep(3000);
	atomic_fetch_sub(&at_work, 1);
	return serve(fd, h);
}

static bool
hold_first(struct script *s, int fd, const struct heard *h)
{
	while (h->number == 0 && held && !s->stopping) {
		usleep(1000);
	}
	return serve(fd, h);
}

/* As if the store had asked for fewer, and the window were so large now, and
 * stayed so. */
static void
narrow(unsigned window)
{
	pthread_mutex_lock(&f->remote.lock);
	f->remote.pace.window = window;
	f->remote.pace.changed_ms = UINT64_MAX / 2;
	pthread_mutex_unlock(&f->remote.lock);
}

static struct fixture *
open_narrowed(script_answer *answer, unsigned window)
{
	f = fixture_open(answer);
	held = true;
	at_work = most_at_work = 0;
	narrow(window);
	return f;
}

/* Threads that upload, or read a part. */
struct worker {
	pthread_t thread;
	size_t count;
	struct entry entry[ENTRIES_EACH];
	enum remote_result result;
};

static void *
upload(void *arg)
{
	const struct worker *w = arg;

	for (size_t i = 0; i < w->count; i++) {
		remote_upload(&f->remote, &w->entry[i]);
	}
	return NULL;
}

static void
start_upload(struct worker *w, unsigned first, size_t count)
{
	for (w->count = 0; w->count < count; w->count++) {
		w->entry[w->count] =
			store_entry(f, first + (unsigned)w->count, "one");
	}
	assert_int_equal(pthread_create(&w->thread, NULL, upload, w), 0);
}

static bool
want(void *ctx, struct remote_part *part)
{
	return true;
}

static enum gs_code
swallow(void *ctx, uint64_t total, struct view bytes, struct gs_err *err)
{
	return GS_OK;
}

static void *
read_some(void *arg)
{
	struct worker *w = arg;
	struct remote_part part = {
		.key = VIEW(PART_KEY), .begin = want, .take = swallow};

	w->result = remote_read(&f->remote, &part);
	return NULL;
}

static void
start_read(struct worker *w)
{
	assert_int_equal(pthread_create(&w->thread, NULL, read_some, w), 0);
}

/* Nobody has waited until he went all the same. */
static void
assert_soon(uint64_t since_ms)
{
	assert_true(clock_mono_ms() < since_ms + FIXTURE_SOON_MS);
}

static void
join(struct worker *w)
{
	pthread_join(w->thread, NULL);
}

static void
a_refusal_narrows_the_window(void **state)
{
	f = fixture_open(refuse_first);
	struct entry e = store_entry(f, 1, "one");

	assert_int_equal(f->remote.pace.window, PACE_WINDOW_MAX);
	remote_upload(&f->remote, &e);
	assert_int_equal(f->remote.counts.uploaded, 1);
	assert_in_range(f->remote.pace.window, 1, 2); /* it may have grown */
	assert_int_equal(f->remote.pace.under_way[PACE_WRITE], 0);
	assert_said_nothing(f);
	fixture_close(f);
}

static void
so_does_that_of_a_get(void **state)
{
	f = fixture_open(refuse_first);
	assert_int_equal(fetch_one(f, 1), REMOTE_DONE);
	assert_int_equal(f->remote.pace.window, 1);
	fixture_close(f);
}

/* More at once than a thin line carries in time. */
static void
so_does_an_upload_that_takes_too_long(void **state)
{
	f = fixture_open(hold_first);
	struct entry e = store_entry(f, 1, "one");

	held = true;
	f->patience.stored_ms = 2000;
	remote_upload(&f->remote, &e);
	assert_int_equal(f->remote.counts.uploaded, 1);
	assert_in_range(f->remote.pace.window, 1, 2); /* it may have grown */
	held = false;
	fixture_close(f);
}

/* Gets come in their own time. */
static void
a_get_that_takes_too_long_does_not(void **state)
{
	f = fixture_open(hold_first);
	held = true;
	f->patience.answer_ms = 50;
	assert_int_equal(fetch_one(f, 1), REMOTE_FAILED);
	assert_int_equal(f->remote.pace.window, PACE_WINDOW_MAX);
	held = false;
	fixture_close(f);
}

static bool
fail_first(struct script *s, int fd, const struct heard *h)
{
	return h->number == 0 ? answer_error(fd, "500 Internal Error", "",
					"InternalError")
			      : serve(fd, h);
}

static void
other_trouble_does_not(void **state)
{
	f = fixture_open(fail_first);
	struct entry e = store_entry(f, 1, "one");

	remote_upload(&f->remote, &e);
	assert_int_equal(f->remote.counts.uploaded, 1);
	assert_int_equal(f->remote.pace.window, PACE_WINDOW_MAX);
	fixture_close(f);
}

static void
no_more_are_under_way_than_the_window(void **state)
{
	struct worker worker[AT_ONCE];

	open_narrowed(count_at_work, 2);
	for (unsigned i = 0; i < AT_ONCE; i++) {
		start_upload(&worker[i], i * ENTRIES_EACH, ENTRIES_EACH);
	}
	for (unsigned i = 0; i < AT_ONCE; i++) {
		join(&worker[i]);
	}
	assert_int_equal(most_at_work, 2);
	assert_int_equal(f->remote.counts.uploaded, AT_ONCE * ENTRIES_EACH);
	fixture_close(f);
}

static void
what_is_read_waits_for_no_upload(void **state)
{
	uint64_t began = clock_mono_ms();
	struct worker slow;

	open_narrowed(hold_first, 1);
	start_upload(&slow, 1, 1);
	script_await(&f->server, 1);
	assert_int_equal(fetch_one(f, 2), REMOTE_DONE);
	assert_int_equal(read_part(f, 3, 5), REMOTE_DONE);
	list_keys(f);
	assert_soon(began);
	assert_int_equal(script_count_heard(&f->server), 4);
	assert_int_equal(f->remote.counts.uploaded, 0);
	held = false;
	join(&slow);
	assert_int_equal(f->remote.counts.uploaded, 1);
	fixture_close(f);
}

static void
uploads_wait_for_parts_and_parts_for_each_other(void **state)
{
	uint64_t began = clock_mono_ms();
	struct worker slow, part, put;

	open_narrowed(hold_first, 1);
	start_read(&slow);
	script_await(&f->server, 1);
	start_read(&part);
	start_upload(&put, 1, 1);
	usleep(100 * 1000);
	assert_int_equal(script_count_heard(&f->server), 1);
	assert_int_equal(fetch_one(f, 2), REMOTE_DONE);
	assert_int_equal(script_count_heard(&f->server), 2);
	held = false;
	join(&slow);
	join(&part);
	join(&put);
	assert_soon(began);
	assert_int_equal(part.result, REMOTE_DONE);
	assert_int_equal(f->remote.counts.uploaded, 1);
	fixture_close(f);
}

static void
who_has_waited_long_enough_goes_all_the_same(void **state)
{
	struct worker slow, other;

	open_narrowed(hold_first, 1);
	f->patience.turn_ms[CONN_PUT] = 50;
	start_upload(&slow, 1, 1);
	script_await(&f->server, 1);
	start_upload(&other, 2, 1);
	join(&other);
	assert_int_equal(f->remote.counts.uploaded, 1);
	held = false;
	join(&slow);
	assert_int_equal(f->remote.counts.uploaded, 2);
	assert_int_equal(f->remote.pace.under_way[PACE_WRITE], 0);
	fixture_close(f);
}

/* Its turn would never come. */
static void
a_part_that_nobody_wants_waits_no_longer(void **state)
{
	uint64_t began = clock_mono_ms();
	struct worker slow, part;

	open_narrowed(hold_first, 1);
	start_read(&slow);
	script_await(&f->server, 1);
	start_read(&part);
	usleep(50 * 1000);
	pthread_mutex_lock(&f->remote.lock);
	f->remote.pace.under_way[PACE_READ]++;
	pthread_mutex_unlock(&f->remote.lock);
	remote_cancel_fetches(&f->remote);
	join(&part);
	join(&slow);
	assert_soon(began);
	assert_int_equal(part.result, REMOTE_FAILED);
	assert_int_equal(script_count_heard(&f->server), 1);
	fixture_close(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_refusal_narrows_the_window),
		cmocka_unit_test(so_does_that_of_a_get),
		cmocka_unit_test(so_does_an_upload_that_takes_too_long),
		cmocka_unit_test(a_get_that_takes_too_long_does_not),
		cmocka_unit_test(other_trouble_does_not),
		cmocka_unit_test(no_more_are_under_way_than_the_window),
		cmocka_unit_test(what_is_read_waits_for_no_upload),
		cmocka_unit_test(
			uploads_wait_for_parts_and_parts_for_each_other),
		cmocka_unit_test(who_has_waited_long_enough_goes_all_the_same),
		cmocka_unit_test(a_part_that_nobody_wants_waits_no_longer),
	};

	return cmocka_run_group_tests_name("ask_pace", tests, NULL, NULL);
}
