/* A store that does not answer does not make a build wait. */
#include "mirror/ask.h"

#include "remote_fixture.h"

static struct fixture *f;

static bool
fail_always(struct script *s, int fd, const struct heard *h)
{
	return answer_error(fd, "500 Internal Error", "", "InternalError");
}

static bool
take_all(struct script *s, int fd, const struct heard *h)
{
	return heard_starts(h, "PUT") ? answer_with(fd, "200 OK", "", "")
				      : answer_object(fd, "", "package main");
}

static bool
lack_all(struct script *s, int fd, const struct heard *h)
{
	return answer_error(fd, "404 Not Found", "", "NoSuchKey");
}

static void
open_breaker(void)
{
	for (unsigned i = 0; i < BREAKER_FAILURES; i++) {
		assert_int_equal(fetch_one(f, i), REMOTE_FAILED);
	}
	assert_true(breaker_is_open(&f->remote.breaker[ERRORS_GET]));
}

/* As if the time had passed. */
static void
let_probe(void)
{
	pthread_mutex_lock(&f->remote.lock);
	for (size_t i = 0; i < ERRORS_OPS; i++) {
		f->remote.breaker[i].probe_at_ms = 0;
	}
	pthread_mutex_unlock(&f->remote.lock);
}

static void
asks_no_more_after_three_failures(void **state)
{
	f = fixture_open(fail_always);
	open_breaker();
	size_t heard = script_count_heard(&f->server);

	for (unsigned i = 0; i < 100; i++) {
		assert_int_equal(fetch_one(f, i), REMOTE_FAILED);
	}
	assert_int_equal(script_count_heard(&f->server), heard);
	assert_int_equal(f->remote.counts.failed_gets, 103);
	assert_int_equal(fixture_listen(f), 1);
	fixture_close(f);
}

static void
refusals_open_nothing(void **state)
{
	f = fixture_open(lack_all);
	for (unsigned i = 0; i < 3 * BREAKER_FAILURES; i++) {
		assert_int_equal(fetch_one(f, i), REMOTE_ABSENT);
	}
	fixture_close(f);
}

static void
one_probe_closes_it(void **state)
{
	f = fixture_open(fail_always);
	open_breaker();
	script_change(&f->server, take_all);
	let_probe();
	assert_int_equal(fetch_one(f, 1), REMOTE_DONE);
	assert_int_equal(fetch_one(f, 2), REMOTE_DONE);
	fixture_close(f);
}

static void
one_probe_keeps_it_open(void **state)
{
	f = fixture_open(fail_always);
	open_breaker();
	size_t heard = script_count_heard(&f->server);

	let_probe();
	assert_int_equal(fetch_one(f, 1), REMOTE_FAILED);
	assert_int_equal(fetch_one(f, 2), REMOTE_FAILED);
	assert_int_equal(script_count_heard(&f->server), heard + 1);
	fixture_close(f);
}

static bool
stall(struct script *s, int fd, const struct heard *h)
{
	return true;
}

/* One get that waited so long in vain is enough. */
static void
opens_after_waiting_in_vain(void **state)
{
	f = fixture_prepare(stall);
	f->patience.answer_ms = BREAKER_STALL_MS + 100;
	fixture_start(f);
	assert_int_equal(fetch_one(f, 1), REMOTE_FAILED);
	assert_true(breaker_is_open(&f->remote.breaker[ERRORS_GET]));
	fixture_close(f);
}

static bool
refuse_slowly(struct script *s, int fd, const struct heard *h)
{
	say_text(fd, "HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\n");
	return true;
}

static void
opens_after_waiting_for_the_words_of_refusals(void **state)
{
	f = fixture_prepare(refuse_slowly);
	f->patience.refusal_ms = BREAKER_STALL_MS / 2 + 100;
	fixture_start(f);
	assert_int_equal(fetch_one(f, 1), REMOTE_ABSENT);
	assert_int_equal(fetch_one(f, 2), REMOTE_ABSENT);
	assert_int_equal(fetch_one(f, 3), REMOTE_FAILED);
	fixture_close(f);
}

static void
puts_and_lists_that_wait_open_nothing(void **state)
{
	f = fixture_prepare(stall);
	f->patience.stored_ms = BREAKER_STALL_MS / RETRY_PUT_ATTEMPTS + 100;
	f->patience.answer_ms = BREAKER_STALL_MS + 100;
	fixture_start(f);
	struct entry e = store_entry(f, 1, "one");

	remote_upload(&f->remote, &e);
	assert_int_equal(list_keys(f), REMOTE_FAILED);
	assert_false(breaker_is_open(&f->remote.breaker[ERRORS_GET]));
	fixture_close(f);
}

static bool
give_alone(struct script *s, int fd, const struct heard *h)
{
	return heard_starts(h, "GET /bucket/p/") ? take_all(s, fd, h)
						 : fail_always(s, fd, h);
}

/* A store may be short of what they take, and no get needs. */
static void
failures_of_puts_and_lists_stop_no_get(void **state)
{
	f = fixture_open(give_alone);
	for (unsigned i = 0; i < BREAKER_FAILURES; i++) {
		struct entry e = store_entry(f, i, "one");

		remote_upload(&f->remote, &e);
		assert_int_equal(list_keys(f), REMOTE_FAILED);
	}
	size_t heard = script_count_heard(&f->server);

	assert_int_equal(list_keys(f), REMOTE_FAILED);
	assert_int_equal(script_count_heard(&f->server), heard);
	assert_int_equal(fetch_one(f, 9), REMOTE_DONE);
	fixture_close(f);
}

static struct entry waiting;

static void *
upload(void *arg)
{
	remote_upload(&f->remote, &waiting);
	return NULL;
}

static void
open_breaker_of_puts(void)
{
	for (unsigned i = 0; i < BREAKER_FAILURES; i++) {
		waiting = store_entry(f, 100 + i, "one");
		remote_upload(&f->remote, &waiting);
	}
	assert_true(breaker_is_open(&f->remote.breaker[ERRORS_PUT]));
}

static void
an_upload_waits_for_it_to_close(void **state)
{
	pthread_t thread;

	f = fixture_open(fail_always);
	open_breaker_of_puts();
	size_t puts = script_count(&f->server, "PUT");

	script_change(&f->server, take_all);
	waiting = store_entry(f, 1, "one");
	pthread_create(&thread, NULL, upload, NULL);
	usleep(300 * 1000);
	assert_int_equal(script_count(&f->server, "PUT"), puts);
	let_probe();
	pthread_join(thread, NULL);
	assert_int_equal(f->remote.counts.uploaded, 1);
	fixture_close(f);
}

static void
an_upload_in_a_hurry_is_dropped(void **state)
{
	pthread_t thread;

	f = fixture_open(fail_always);
	open_breaker_of_puts();
	size_t puts = script_count(&f->server, "PUT");

	waiting = store_entry(f, 1, "one");
	pthread_create(&thread, NULL, upload, NULL);
	usleep(100 * 1000);
	remote_hurry(&f->remote);
	pthread_join(thread, NULL);
	assert_int_equal(f->remote.counts.dropped, BREAKER_FAILURES + 1);
	assert_int_equal(script_count(&f->server, "PUT"), puts);
	fixture_close(f);
}

/* The retries of a run are bounded: one in each request soon has no second
 * attempt any more. */
static bool
fail_first_attempts(struct script *s, int fd, const struct heard *h)
{
	return h->number % 2 == 0 ? fail_always(s, fd, h) : lack_all(s, fd, h);
}

static void
retries_have_a_budget(void **state)
{
	f = fixture_open(fail_first_attempts);
	assert_int_equal(fetch_one(f, 1), REMOTE_ABSENT);
	f->remote.budget.tokens = RETRY_COST_FAILURE - 1;
	assert_int_equal(fetch_one(f, 2), REMOTE_FAILED);
	assert_int_equal(script_count_heard(&f->server), 3);
	assert_int_equal(f->remote.counts.retries, 1);
	fixture_close(f);
}

/* requests that wait for keys */

static bool
grant_sessions(struct script *s, int fd, const struct heard *h)
{
	return answers_session(fd, h) || take_all(s, fd, h);
}

/* Nobody has begun to ask for its session. */
static void
open_directory_bucket(unsigned get_keys_ms)
{
	f = fixture_prepare(grant_sessions);
	f->input.bucket = "b--use1-az4--x-s3";
	f->patience.keys_ms[CONN_GET] = get_keys_ms;
	fixture_start(f);
	f->remote.breaker[ERRORS_GET].open = true;
}

static void
a_probe_without_keys_lets_another_one_go(void **state)
{
	open_directory_bucket(100);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(fetch_one(f, i), REMOTE_FAILED);
		assert_true(breaker_is_open(&f->remote.breaker[ERRORS_GET]));
		assert_false(f->remote.breaker[ERRORS_GET].probing);
	}
	fixture_close(f);
}

/* The connections that are opened meanwhile. */
static void
a_network_that_is_down_while_keys_are_awaited_opens_it(void **state)
{
	struct loopback_hole hole;

	loopback_hole_open(&hole);
	f = fixture_prepare(grant_sessions);
	f->input.bucket = "b--use1-az4--x-s3";
	snprintf(f->endpoint, sizeof(f->endpoint), "http://127.0.0.1:%u",
		(unsigned)loopback_port(&hole.address));
	f->patience.open.connect_ms = BREAKER_STALL_MS + 100;
	f->patience.keys_ms[CONN_GET] = 100;
	fixture_start(f);
	assert_int_equal(fetch_one(f, 1), REMOTE_FAILED);
	assert_true(breaker_is_open(&f->remote.breaker[ERRORS_GET]));
	fixture_close(f);
	loopback_hole_close(&hole);
}

static void *
fetch(void *arg)
{
	return fetch_one(f, 1) == REMOTE_DONE ? arg : NULL;
}

static void
a_session_is_opened_for_the_probe(void **state)
{
	pthread_t thread;
	void *result;

	open_directory_bucket(FIXTURE_SOON_MS);
	pthread_create(&thread, NULL, fetch, f);
	usleep(100 * 1000);
	remote_begin(&f->remote);
	pthread_join(thread, &result);
	assert_non_null(result);
	assert_false(breaker_is_open(&f->remote.breaker[ERRORS_GET]));
	fixture_close(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_no_more_after_three_failures),
		cmocka_unit_test(refusals_open_nothing),
		cmocka_unit_test(one_probe_closes_it),
		cmocka_unit_test(one_probe_keeps_it_open),
		cmocka_unit_test(opens_after_waiting_in_vain),
		cmocka_unit_test(opens_after_waiting_for_the_words_of_refusals),
		cmocka_unit_test(puts_and_lists_that_wait_open_nothing),
		cmocka_unit_test(failures_of_puts_and_lists_stop_no_get),
		cmocka_unit_test(an_upload_waits_for_it_to_close),
		cmocka_unit_test(an_upload_in_a_hurry_is_dropped),
		cmocka_unit_test(retries_have_a_budget),
		cmocka_unit_test(a_probe_without_keys_lets_another_one_go),
		cmocka_unit_test(
			a_network_that_is_down_while_keys_are_awaited_opens_it),
		cmocka_unit_test(a_session_is_opened_for_the_probe),
	};

	return cmocka_run_group_tests_name("ask_breaker", tests, NULL, NULL);
}
