#include "os/log.h"

#include "os/clock.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Standard error while a test runs: a pipe, of which said() tells what has
 * come through it since it was asked last. */
static struct {
	int read_end, real_stderr;
	char text[8192];
} capture;

static int
set_up(void **state)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
		return -1;
	}
	capture.read_end = ends[0];
	capture.real_stderr = dup(STDERR_FILENO);
	dup2(ends[1], STDERR_FILENO);
	close(ends[1]);
	log_init(false);
	return 0;
}

static int
tear_down(void **state)
{
	dup2(capture.real_stderr, STDERR_FILENO);
	close(capture.real_stderr);
	close(capture.read_end);
	return 0;
}

static const char *
said(void)
{
	ssize_t n =
		read(capture.read_end, capture.text, sizeof(capture.text) - 1);

	capture.text[n > 0 ? n : 0] = '\0';
	return capture.text;
}

static void
one_line_each(void **state)
{
	log_line(LOG_ERROR, VIEW("cannot open 'x': no such file"));
	assert_string_equal(
		said(), "gocache-s3: cannot open 'x': no such file\n");
	log_line(LOG_WARNING, VIEW("slow"));
	assert_string_equal(said(), "gocache-s3: slow\n");
}

/* go must not wait for us because somebody does not read what we say. */
static void
a_full_pipe_keeps_nobody(void **state)
{
	static char filler[4096];
	uint64_t begin;

	while (write(STDERR_FILENO, filler, sizeof(filler)) > 0) {
	}
	fcntl(STDERR_FILENO, F_SETFL, 0);
	begin = clock_mono_ms();
	log_line(LOG_ERROR, VIEW("one"));
	log_line(LOG_ERROR, VIEW("two"));
	log_line(LOG_ERROR, VIEW("three"));
	assert_true(clock_mono_ms() - begin < 5000);
	while (read(capture.read_end, filler, sizeof(filler)) > 0) {
	}
	log_line(LOG_ERROR, VIEW("four"));
	assert_string_equal(said(), "gocache-s3: four\n");
}

static void
information_when_asked(void **state)
{
	log_line(LOG_INFO, VIEW("first"));
	assert_string_equal(said(), "");
	log_init(true);
	log_line(LOG_INFO, VIEW("first"));
	assert_string_equal(said(), "gocache-s3: first\n");
}

static void
errors_speak(void **state)
{
	struct gs_err err;

	gs_fail(&err, GS_SYS, "cannot open", VIEW("x"), "denied");
	log_err(LOG_ERROR, &err);
	assert_string_equal(said(), "gocache-s3: cannot open 'x': denied\n");
}

static void
equal_lines_once(void **state)
{
	log_line(LOG_WARNING, VIEW("a"));
	log_line(LOG_WARNING, VIEW("b"));
	log_line(LOG_WARNING, VIEW("a"));
	log_line(LOG_ERROR, VIEW("b"));
	assert_string_equal(said(), "gocache-s3: a\ngocache-s3: b\n");
}

/* The memory is bounded: after 64 other lines an old one is news again. */
static void
old_lines_are_forgotten(void **state)
{
	char text[2] = {'0', '\0'};

	log_line(LOG_WARNING, VIEW("old"));
	for (int i = 0; i < 63; i++) {
		text[0] = (char)('0' + i);
		log_line(LOG_WARNING, view_of(text));
	}
	said();
	log_line(LOG_WARNING, VIEW("old"));
	assert_string_equal(said(), "");
	log_line(LOG_WARNING, VIEW("the 64th other"));
	said();
	log_line(LOG_WARNING, VIEW("old"));
	assert_string_equal(said(), "gocache-s3: old\n");
}

static void
control_bytes_do_not_pass(void **state)
{
	log_line(LOG_ERROR, VIEW("a\nb\033[31m\x7f\t\r\0é"));
	assert_string_equal(said(), "gocache-s3: a?b?[31m????é\n");
	log_line(LOG_ERROR, VIEW("\xc2\x9b[31m\xe4"));
	assert_string_equal(said(), "gocache-s3: ?[31m?\n");
}

static void
long_lines_are_cut(void **state)
{
	char text[1100];

	memset(text, 'x', sizeof(text));
	log_line(LOG_ERROR, (struct view){text, sizeof(text)});
	assert_int_equal(strlen(said()), 1024);
	assert_int_equal(capture.text[1022], 'x');
	assert_int_equal(capture.text[1023], '\n');
	log_line(LOG_ERROR, (struct view){text, 1024 - 1 - 12});
	assert_int_equal(strlen(said()), 1024);
	log_line(LOG_ERROR, (struct view){text, 1024 - 1 - 12 - 1});
	assert_int_equal(strlen(said()), 1023);
}

/* A full pipe must not hold the build up, a closed one must not end it. */
static void
nobody_listens(void **state)
{
	char block[1024] = {0};

	while (write(STDERR_FILENO, block, sizeof(block)) > 0) {
	}
	log_line(LOG_ERROR, VIEW("into a full pipe"));
	close(STDERR_FILENO);
	log_line(LOG_ERROR, VIEW("into nothing"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_line_each),
		TEST(a_full_pipe_keeps_nobody),
		TEST(information_when_asked),
		TEST(errors_speak),
		TEST(equal_lines_once),
		TEST(old_lines_are_forgotten),
		TEST(control_bytes_do_not_pass),
		TEST(long_lines_are_cut),
		TEST(nobody_listens),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
