/* Writing to a stream over TCP: to slow servers, and to such as do not want
 * to hear all of it. */
#include "os/stream.h"

#include "loopback_server.h"

enum { BIG = 8 * 1024 * 1024 };

static void
read_slowly(int fd, int stop)
{
	(void)stop;
	(void)swallow(fd, 1);
	(void)poll(NULL, 0, BRIEFLY_MS);
	send_text(fd, swallow(fd, BIG - 1) == BIG - 1 ? "all" : "cut");
	wait_for_end(fd);
}

/* Answers when the client can no longer write. */
static void
refuse_early(int fd, int stop)
{
	(void)swallow(fd, 1000);
	(void)poll(NULL, 0, BRIEFLY_MS);
	send_text(fd, "403");
	never_read(fd, stop);
}

static void
refuse_early_and_close(int fd, int stop)
{
	(void)stop;
	(void)swallow(fd, 1000);
	send_text(fd, "403");
}

static void
does_not_wait_for_ever_to_write(void **state)
{
	struct server s;
	struct stream *stream = meet(&s, never_read);
	struct gs_err err = {0};
	char *big = calloc(1, BIG);
	struct stream_progress progress = {.answered = true};

	(void)state;
	assert_int_equal(stream_write(stream, big, BIG, in_ms(BRIEFLY_MS),
				 &progress, &err),
		GS_TIMEOUT);
	assert_true(progress.answered);
	free(big);
	part(&s, stream);
}

static void
writes_all_to_a_slow_reader(void **state)
{
	struct server s;
	struct stream *stream = meet(&s, read_slowly);
	struct gs_err err = {0};
	char *big = calloc(1, BIG);
	struct stream_progress progress = {.answered = true};

	(void)state;
	assert_int_equal(
		stream_write(stream, big, BIG, in_ms(SOON_MS), &progress, &err),
		GS_OK);
	assert_false(progress.answered);
	assert_reads(stream, "all");
	free(big);
	part(&s, stream);
}

static void
stops_writing_when(void (*serve)(int fd, int stop))
{
	struct server s;
	struct stream *stream = meet(&s, serve);
	struct gs_err err = {0};
	char *big = calloc(1, BIG);
	struct stream_progress progress = {0};

	assert_int_equal(
		stream_write(stream, big, BIG, in_ms(SOON_MS), &progress, &err),
		GS_OK);
	assert_true(progress.answered);
	assert_reads(stream, "403");
	free(big);
	part(&s, stream);
}

static void
stops_writing_when_the_server_answers(void **state)
{
	(void)state;
	stops_writing_when(refuse_early);
}

static void
stops_writing_when_the_server_answers_and_closes(void **state)
{
	(void)state;
	stops_writing_when(refuse_early_and_close);
}

static void
writes_nothing_to_a_server_that_has_ended(void **state)
{
	struct server s;
	struct stream *stream = meet(&s, say_bye);
	struct gs_err err = {0};
	struct stream_progress progress = {0};

	(void)state;
	await_input(stream);
	assert_int_equal(
		stream_write(stream, "x", 1, in_ms(SOON_MS), &progress, &err),
		GS_OK);
	assert_true(progress.answered);
	assert_reads(stream, "bye");
	assert_end(stream);
	part(&s, stream);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(does_not_wait_for_ever_to_write),
		cmocka_unit_test(writes_all_to_a_slow_reader),
		cmocka_unit_test(stops_writing_when_the_server_answers),
		cmocka_unit_test(
			stops_writing_when_the_server_answers_and_closes),
		cmocka_unit_test(writes_nothing_to_a_server_that_has_ended),
	};

	return cmocka_run_group_tests_name("stream_write", tests, NULL, NULL);
}
