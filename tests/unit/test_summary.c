#include "front/summary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static struct cachedir dir;
static struct session session;
static char text[SUMMARY_MAX];

static void
begin(enum session_close close)
{
	dir.temporary = false;
	session = (struct session){
		.with = {.dir = &dir, .sharing = true},
		.close = close,
	};
}

static const char *
summary(void)
{
	struct buf line = BUF_OVER(text);

	summary_write(&session, &line);
	return buf_cstr(&line);
}

static const char *
dropped(void)
{
	struct buf line = BUF_OVER(text);

	summary_of_dropped(&session, &line);
	return buf_cstr(&line);
}

static void
a_run_with_everything(void **state)
{
	begin(SESSION_CLOSED_IN_TIME);
	session.counts = (struct session_counts){
		.gets = 833,
		.local_hits = 2,
		.remote_hits = 812,
		.misses = 19,
		.puts = 30,
		.told = 29,
	};
	session.mirror_counts = (struct link_counts){
		.fetched_bytes = 141260000,
		.uploaded = 29,
		.uploaded_bytes = 4199999,
		.requests = 843,
		.connections = 12,
		.retries = 3,
	};
	assert_string_equal(summary(),
		"833 gets: 2 local, 812 from S3 (141.2 MB), 19 missed; 30 "
		"puts; "
		"29 uploads (4.1 MB), 0 not made; 843 requests on 12 "
		"connections, 3 retries");
	assert_string_equal(dropped(), "");
}

static void
what_came_ahead_is_said(void **state)
{
	begin(SESSION_CLOSED_IN_TIME);
	session.counts = (struct session_counts){
		.gets = 1072, .local_hits = 1060, .remote_hits = 12};
	session.mirror_counts = (struct link_counts){
		.fetched_bytes = 90000,
		.prefetched = 1072,
		.prefetched_bytes = 45300000,
		.requests = 20,
		.connections = 8,
	};
	assert_string_equal(summary(),
		"1072 gets: 1060 local, 12 from S3 (0.0 MB), 0 missed; 1072 "
		"fetched ahead (45.3 MB); 0 puts; 0 uploads (0.0 MB), 0 not "
		"made; 20 requests on 8 connections, 0 retries");
}

static void
one_is_not_many(void **state)
{
	begin(SESSION_CLOSED_LATE);
	session.counts.gets = session.counts.puts = 1;
	session.counts.misses = 1;
	session.mirror_counts = (struct link_counts){.uploaded = 1,
		.dropped = 1,
		.requests = 1,
		.connections = 1,
		.retries = 1};
	assert_string_equal(summary(),
		"1 get: 0 local, 0 from S3 (0.0 MB), 1 missed; 1 put; 1 upload "
		"(0.0 MB), 1 not made; 1 request on 1 connection, 1 retry");
	assert_string_equal(dropped(),
		"1 entry was not uploaded in the time that -drain gives; what "
		"is missing is offered again when it is next used here");
}

/* The mirror goes on, and nobody hears what it does. */
static void
an_end_without_a_close(void **state)
{
	begin(SESSION_NOT_CLOSED);
	session.counts.gets = session.counts.local_hits = 5;
	assert_string_equal(
		summary(), "5 gets: 5 local, 0 from S3, 0 missed; 0 puts");
	session.counts.puts = session.counts.told = 2;
	assert_string_equal(summary(),
		"5 gets: 5 local, 0 from S3, 0 missed; 2 puts; uploads go on "
		"in the background");
	assert_string_equal(dropped(), "");
}

static void
a_close_without_a_word_of_the_mirror(void **state)
{
	begin(SESSION_CLOSED_BLINDLY);
	assert_string_equal(
		summary(), "0 gets: 0 local, 0 from S3, 0 missed; 0 puts");
	assert_string_equal(dropped(), "");
	session.counts.puts = session.counts.told = 2;
	assert_string_equal(summary(),
		"0 gets: 0 local, 0 from S3, 0 missed; 2 puts; it is not known "
		"what was uploaded");
	assert_string_equal(dropped(),
		"it is not known whether all entries were uploaded; what is "
		"missing is offered again when it is next used here");
}

static void
what_was_dropped_has_its_reason(void **state)
{
	begin(SESSION_CLOSED_IN_TIME);
	session.mirror_counts.dropped = 3;
	session.counts.untold = 2;
	assert_string_equal(dropped(),
		"5 entries were not uploaded; what is missing is offered again "
		"when it is next used here");
	session.close = SESSION_CLOSED_LATE;
	session.interrupted = true;
	dir.temporary = true;
	assert_string_equal(dropped(),
		"5 entries were not uploaded before the interrupt; what is "
		"missing goes with the temporary cache directory");
}

static void
the_longest_line_fits(void **state)
{
	begin(SESSION_CLOSED_LATE);
	session.counts = (struct session_counts){UINT64_MAX, UINT64_MAX,
		UINT64_MAX, UINT64_MAX, UINT64_MAX, 0, 1};
	memset(&session.mirror_counts, 0xff, sizeof(session.mirror_counts));
	assert_true(summary()[0] != '\0');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_with_everything),
		cmocka_unit_test(what_came_ahead_is_said),
		cmocka_unit_test(one_is_not_many),
		cmocka_unit_test(an_end_without_a_close),
		cmocka_unit_test(a_close_without_a_word_of_the_mirror),
		cmocka_unit_test(what_was_dropped_has_its_reason),
		cmocka_unit_test(the_longest_line_fits),
	};

	return cmocka_run_group_tests_name("summary", tests, NULL, NULL);
}
