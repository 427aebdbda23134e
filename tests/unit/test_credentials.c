#include "credentials_fixture.h"

/* keys that are there */

static void
static_keys_cost_nothing(void **state)
{
	prepare(CHAIN_KEYS, NULL, 0);
	strncpy(t.chain.keys.access_key, "STATIC", ACCESS_KEY_MAX);
	start_with((struct credentials_setup){.how.env = NULL});
	assert_key("STATIC");
	assert_int_equal(t.asked, 0);
	credentials_free(t.c);
	credentials_free(NULL);
}

static bool
reread(void *ctx, struct creds *creds)
{
	snprintf(creds->access_key, sizeof(creds->access_key), "%s",
		t.reread++ < 2 ? "STATIC" : "CHANGED");
	return true;
}

static void
static_keys_that_are_refused_are_read_again(void **state)
{
	struct gs_err err;

	prepare(CHAIN_KEYS, NULL, 0);
	strncpy(t.chain.keys.access_key, "STATIC", ACCESS_KEY_MAX);
	start_with((struct credentials_setup){.reread = reread});
	struct held_keys *k = credentials_hold(t.c, CONN_GET, &err);

	assert_refused(k, CONN_GET, CREDENTIALS_FINAL);
	assert_refused(k, CONN_GET, CREDENTIALS_FINAL);
	assert_refused(k, CONN_GET, CREDENTIALS_REPLACED);
	assert_string_equal(held_creds(k)->access_key, "STATIC");
	assert_key("CHANGED");
	assert_refused(k, CONN_GET, CREDENTIALS_REPLACED);
	assert_int_equal(t.reread, 3);
	credentials_put_back(t.c, k);
	credentials_free(t.c);
}

/* keys that are asked for */

static void
keys_are_waited_for(void **state)
{
	START({"FIRST", 0, GS_OK, 50});
	assert_key("FIRST");
	assert_key("FIRST");
	assert_int_equal(t.asked, 1);
	credentials_free(t.c);
}

static void
a_get_waits_no_longer_than_there_have_been_none(void **state)
{
	START({"FIRST", 0, GS_OK, 3 * BRIEFLY_MS});
	uint64_t begun_ms = clock_mono_ms();

	assert_none(CONN_GET, GS_TIMEOUT);
	assert_none(CONN_GET, GS_TIMEOUT);
	assert_in_range(
		clock_mono_ms() - begun_ms, BRIEFLY_MS - 20, 2 * BRIEFLY_MS);
	assert_key("FIRST");
	assert_true(clock_mono_ms() - begun_ms >= 3 * BRIEFLY_MS - 20);
	credentials_free(t.c);
}

static void *
hold_in_thread(void *arg)
{
	assert_key(arg);
	return NULL;
}

static void
many_threads_share_one_question(void **state)
{
	pthread_t thread[HOLDERS];
	char key[] = "FIRST";

	START({"FIRST", 0, GS_OK, 100});
	for (unsigned i = 0; i < HOLDERS; i++) {
		pthread_create(&thread[i], NULL, hold_in_thread, key);
	}
	for (unsigned i = 0; i < HOLDERS; i++) {
		pthread_join(thread[i], NULL);
	}
	assert_int_equal(t.asked, 1);
	credentials_free(t.c);
}

static void
keys_are_renewed_before_they_end(void **state)
{
	struct gs_err err;

	START({"FIRST", 4, GS_OK, 0}, {"SECOND", 0, GS_OK, 0});
	assert_key("FIRST");
	struct held_keys *k = credentials_hold(t.c, CONN_GET, &err);

	await(&t.asked, 2); /* with nobody who wants them */
	assert_key_comes("SECOND");
	/* who has the old ones keeps them */
	assert_string_equal(held_creds(k)->access_key, "FIRST");
	credentials_put_back(t.c, k);
	credentials_free(t.c);
}

/* Threads that hold keys all the time while they end every second or so. */
static void *
hold_all_the_time(void *arg)
{
	uint64_t end_ms = clock_mono_ms() + 7000;
	struct gs_err err;
	char *missed = NULL;

	while (clock_mono_ms() < end_ms && !missed) {
		struct held_keys *k = credentials_hold(t.c, CONN_GET, &err);

		missed = k ? NULL : arg;
		credentials_put_back(t.c, k);
		usleep(500);
	}
	return missed;
}

static void
expiry_in_mid_run_costs_nobody_anything(void **state)
{
	pthread_t thread[HOLDERS];
	char missed[] = "missed";
	void *result;

	START({"A", 5, GS_OK, 100}, {"B", 5, GS_OK, 100}, {"C", 5, GS_OK, 100});
	for (unsigned i = 0; i < HOLDERS; i++) {
		pthread_create(&thread[i], NULL, hold_all_the_time, missed);
	}
	for (unsigned i = 0; i < HOLDERS; i++) {
		pthread_join(thread[i], &result);
		assert_null(result);
	}
	assert_in_range(t.asked, 2, 3);
	assert_int_equal(t.late + t.none, 0);
	credentials_free(t.c);
}

/* a last hop */

static int session_lives_s = 5;

static enum gs_code
finish(void *ctx, const struct creds *base, uint64_t deadline_ms,
	struct grant *grant, struct gs_err *err)
{
	char key[32];

	assert_ptr_equal(ctx, &t);
	snprintf(key, sizeof(key), "%.16s+%u", base->access_key,
		(unsigned)t.finished++);
	fill(grant, key, session_lives_s);
	return GS_OK;
}

static void
a_session_is_renewed_without_asking_the_chain(void **state)
{
	static const struct answer answers[] = {{"BASE", 100, GS_OK, 0}};

	prepare(CHAIN_INSTANCE, answers, 1);
	start_with((struct credentials_setup){.finish = finish});
	assert_key("BASE+0");
	assert_key_comes("BASE+1");
	assert_int_equal(t.asked, 1);
	credentials_free(t.c);
}

static void
a_session_of_static_keys_is_asked_for(void **state)
{
	struct gs_err err;

	prepare(CHAIN_KEYS, NULL, 0);
	strncpy(t.chain.keys.access_key, "STATIC", ACCESS_KEY_MAX);
	start_with((struct credentials_setup){.finish = finish});
	struct held_keys *k = credentials_hold(t.c, CONN_GET, &err);

	assert_string_equal(held_creds(k)->access_key, "STATIC+0");
	assert_refused(k, CONN_GET, CREDENTIALS_REPLACED);
	assert_key("STATIC+1");
	credentials_put_back(t.c, k);
	credentials_free(t.c);
}

static void
a_session_is_opened_with_old_keys_while_they_last(void **state)
{
	static const struct answer answers[] = {
		{"BASE", 9, GS_OK, 0}, {NULL, 0, GS_TIMEOUT, 0}};

	prepare(CHAIN_INSTANCE, answers, 2);
	start_with((struct credentials_setup){.finish = finish});
	assert_key_comes("BASE+2");
	assert_int_equal(t.asked, 2);
	assert_int_equal(t.late, 1);
	credentials_free(t.c);
}

static void
a_session_that_had_ended_when_it_came_is_said(void **state)
{
	static const struct answer answers[] = {{"BASE", 0, GS_OK, 0}};

	session_lives_s = -10;
	prepare(CHAIN_INSTANCE, answers, 1);
	start_with((struct credentials_setup){.finish = finish});
	await(&t.late, 1);
	assert_none(CONN_GET, GS_BAD);
	assert_string_equal(t.told.text,
		"no credentials from a test: they had expired when they came: "
		"is this machine's clock right?");
	credentials_free(t.c);
	session_lives_s = 5;
}

static void
a_source_that_hangs_up_is_asked_again(void **state)
{
	static const struct answer answers[] = {{NULL, 0, GS_CLOSED, 0},
		{NULL, 0, GS_CLOSED, 0}, {"BASE", 0, GS_OK, 0}};

	prepare(CHAIN_INSTANCE, answers, 3);
	start_with((struct credentials_setup){.finish = finish});
	assert_key("BASE+0");
	assert_int_equal(t.late, 2);
	assert_int_equal(t.none, 0);
	credentials_free(t.c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(static_keys_cost_nothing),
		cmocka_unit_test(static_keys_that_are_refused_are_read_again),
		cmocka_unit_test(keys_are_waited_for),
		cmocka_unit_test(
			a_get_waits_no_longer_than_there_have_been_none),
		cmocka_unit_test(many_threads_share_one_question),
		cmocka_unit_test(keys_are_renewed_before_they_end),
		cmocka_unit_test(expiry_in_mid_run_costs_nobody_anything),
		cmocka_unit_test(a_session_is_renewed_without_asking_the_chain),
		cmocka_unit_test(a_session_of_static_keys_is_asked_for),
		cmocka_unit_test(
			a_session_is_opened_with_old_keys_while_they_last),
		cmocka_unit_test(a_session_that_had_ended_when_it_came_is_said),
		cmocka_unit_test(a_source_that_hangs_up_is_asked_again),
	};

	return cmocka_run_group_tests_name("credentials", tests, NULL, NULL);
}
