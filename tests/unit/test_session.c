/* What a session answers from here. */
#include "session_fixture.h"

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
	};

	process_signals();
	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
