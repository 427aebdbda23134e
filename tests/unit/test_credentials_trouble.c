/* Sources that fail, keys that come too late, keys that are refused. */
#include "credentials_fixture.h"

/* trouble */

static void
none_will_come_if_only_a_person_can_help(void **state)
{
	START({NULL, 0, GS_CONFIG, 0});
	assert_none(CONN_PUT, GS_CONFIG);
	assert_none(CONN_GET, GS_CONFIG);
	assert_int_equal(t.none, 1);
	assert_int_equal(t.late, 0);
	assert_string_equal(t.told.text, "the source: says no");
	assert_int_equal(t.asked, 1);
	credentials_free(t.c);
}

static void
trouble_that_passes_is_waited_out(void **state)
{
	START({NULL, 0, GS_TIMEOUT, 0}, {"SECOND", 0, GS_OK, 0});
	assert_none(CONN_GET, GS_TIMEOUT);
	assert_key("SECOND");
	assert_int_equal(t.late, 1);
	assert_int_equal(t.none, 0);
	credentials_free(t.c);
}

static void
old_keys_serve_while_others_cannot_be_had(void **state)
{
	START({"FIRST", 9, GS_OK, 0}, {NULL, 0, GS_CONFIG, 0},
		{"SECOND", 0, GS_OK, 0});
	await(&t.asked, 2);
	assert_key("FIRST");
	assert_key_comes("SECOND");
	assert_int_equal(t.late, 1);
	assert_int_equal(t.none, 0);
	credentials_free(t.c);
}

static void
keys_that_have_ended_are_not_used(void **state)
{
	START({"FIRST", 1, GS_OK, 0}, {NULL, 0, GS_CONFIG, 0});
	assert_key("FIRST");
	sleep(2);
	assert_none(CONN_GET, GS_CONFIG);
	credentials_free(t.c);
}

/* What only a person can mend is not for good where there have been keys. */
static void
a_person_may_sign_in_again(void **state)
{
	START({"FIRST", 1, GS_OK, 0}, {NULL, 0, GS_CONFIG, 0},
		{NULL, 0, GS_CONFIG, 0}, {"SECOND", 0, GS_OK, 0});
	assert_key("FIRST");
	await(&t.late, 2);
	assert_none(CONN_GET, GS_CONFIG);
	assert_key("SECOND");
	assert_int_equal(t.none, 0);
	credentials_free(t.c);
}

static void
no_trust_is_for_good(void **state)
{
	START({NULL, 0, GS_TRUST, 0});
	assert_none(CONN_PUT, GS_TRUST);
	assert_int_equal(t.none, 1);
	credentials_free(t.c);
}

static void
keys_that_come_too_late_are_asked_for_once_more(void **state)
{
	START({"OVER", -10, GS_OK, 0}, {"SECOND", 0, GS_OK, 0});
	assert_key("SECOND");
	assert_int_equal(t.late + t.none, 0);
	credentials_free(t.c);
}

static void
keys_that_always_come_too_late_are_said(void **state)
{
	START({"OVER", -10, GS_OK, 0});
	await(&t.late, 1);
	assert_string_equal(t.told.text,
		"no credentials from a test: they had expired when they came: "
		"is this machine's clock right?");
	assert_none(CONN_GET, GS_BAD);
	credentials_free(t.c);
}

/* refusals */

static void *
replace_in_thread(void *arg)
{
	return credentials_replace(t.c, arg, CONN_PUT) == CREDENTIALS_REPLACED
		       ? NULL
		       : arg;
}

static void
many_refusals_are_one_question(void **state)
{
	pthread_t thread[HOLDERS];
	struct gs_err err;
	void *failed;

	START({"FIRST", 0, GS_OK, 0}, {"SECOND", 0, GS_OK, 200});
	struct held_keys *k = credentials_hold(t.c, CONN_PUT, &err);

	for (unsigned i = 0; i < HOLDERS; i++) {
		pthread_create(&thread[i], NULL, replace_in_thread, k);
	}
	for (unsigned i = 0; i < HOLDERS; i++) {
		pthread_join(thread[i], &failed);
		assert_null(failed);
	}
	assert_int_equal(t.asked, 2);
	assert_key("SECOND");
	credentials_put_back(t.c, k);
	credentials_free(t.c);
}

static void
the_same_keys_are_no_others(void **state)
{
	struct gs_err err;

	START({"FIRST", 0, GS_OK, 0});
	struct held_keys *k = credentials_hold(t.c, CONN_PUT, &err);

	assert_refused(k, CONN_PUT, CREDENTIALS_FINAL);
	assert_int_equal(t.asked, 2);
	credentials_put_back(t.c, k);
	credentials_free(t.c);
}

static void
others_are_waited_for_while_trouble_passes(void **state)
{
	struct gs_err err;

	START({"FIRST", 0, GS_OK, 0}, {NULL, 0, GS_TIMEOUT, 0},
		{"SECOND", 0, GS_OK, 0});
	struct held_keys *k = credentials_hold(t.c, CONN_PUT, &err);
	uint64_t begun_ms = clock_mono_ms();

	assert_refused(k, CONN_GET, CREDENTIALS_AWAITED);
	for (unsigned i = 0; i < 100; i++) { /* no more of it */
		assert_refused(k, CONN_GET, CREDENTIALS_AWAITED);
	}
	assert_in_range(
		clock_mono_ms() - begun_ms, BRIEFLY_MS - 20, 2 * BRIEFLY_MS);
	assert_refused(k, CONN_PUT, CREDENTIALS_REPLACED);
	assert_int_equal(t.asked, 3);
	credentials_put_back(t.c, k);
	credentials_free(t.c);
}

static void
there_are_no_others_if_only_a_person_can_help(void **state)
{
	struct gs_err err;

	START({"FIRST", 0, GS_OK, 0}, {NULL, 0, GS_CONFIG, 0});
	struct held_keys *k = credentials_hold(t.c, CONN_PUT, &err);

	assert_refused(k, CONN_PUT, CREDENTIALS_FINAL);
	credentials_put_back(t.c, k);
	credentials_free(t.c);
}

static void
a_round_that_began_before_says_nothing_of_others(void **state)
{
	struct gs_err err;

	START({"FIRST", 4, GS_OK, 0}, {"FIRST", 0, GS_OK, 500},
		{"SECOND", 0, GS_OK, 0});
	struct held_keys *k = credentials_hold(t.c, CONN_PUT, &err);

	await(&t.asked, 2);
	assert_refused(k, CONN_PUT, CREDENTIALS_REPLACED);
	assert_int_equal(t.asked, 3);
	credentials_put_back(t.c, k);
	credentials_free(t.c);
}

/* the end */

static void *
give_up_soon(void *arg)
{
	usleep(100 * 1000);
	credentials_give_up(t.c, CONN_PUT);
	return arg;
}

static void
who_gives_up_waits_no_longer(void **state)
{
	pthread_t thread;

	START({"FIRST", 0, GS_OK, 2000});
	uint64_t begun_ms = clock_mono_ms();

	pthread_create(&thread, NULL, give_up_soon, NULL);
	assert_none(CONN_PUT, GS_TIMEOUT);
	pthread_join(thread, NULL);
	assert_true(clock_mono_ms() - begun_ms < 1500);
	credentials_free(t.c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(none_will_come_if_only_a_person_can_help),
		cmocka_unit_test(trouble_that_passes_is_waited_out),
		cmocka_unit_test(old_keys_serve_while_others_cannot_be_had),
		cmocka_unit_test(keys_that_have_ended_are_not_used),
		cmocka_unit_test(a_person_may_sign_in_again),
		cmocka_unit_test(no_trust_is_for_good),
		cmocka_unit_test(
			keys_that_come_too_late_are_asked_for_once_more),
		cmocka_unit_test(keys_that_always_come_too_late_are_said),
		cmocka_unit_test(many_refusals_are_one_question),
		cmocka_unit_test(the_same_keys_are_no_others),
		cmocka_unit_test(others_are_waited_for_while_trouble_passes),
		cmocka_unit_test(there_are_no_others_if_only_a_person_can_help),
		cmocka_unit_test(
			a_round_that_began_before_says_nothing_of_others),
		cmocka_unit_test(who_gives_up_waits_no_longer),
	};

	return cmocka_run_group_tests_name(
		"credentials_trouble", tests, NULL, NULL);
}
