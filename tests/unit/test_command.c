#include "os/clock.h"
#include "os/command.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { SOON_MS = 20000, BRIEFLY_MS = 300, OUTPUT_MAX = 1000 };

#define KEYS "{\"a\": \"}\\\"{\", \"b\": [1]}"

static struct {
	char heard[4096];
	size_t lines;
	char storage[OUTPUT_MAX];
	struct buf output;
	struct gs_err err;
} t;

static void
hear(void *ctx, struct view line)
{
	size_t len = strlen(t.heard);

	assert_ptr_equal(ctx, &t);
	snprintf(t.heard + len, sizeof(t.heard) - len, "%.*s|", (int)line.n,
		line.p);
	t.lines++;
}

static struct command *
start(const char *text)
{
	const struct command_listener listener = {&t, hear};
	struct command *c;

	memset(&t, 0, sizeof(t));
	t.output = BUF_OVER(t.storage);
	c = command_start(text, &listener, &t.err);
	assert_non_null(c);
	return c;
}

static enum gs_code
run_again(struct command *c, unsigned ms)
{
	buf_clear(&t.output);
	return command_run(c, clock_mono_ms() + ms, &t.output, &t.err);
}

static enum gs_code
run_for(const char *text, unsigned ms)
{
	struct command *c = start(text);
	enum gs_code code = run_again(c, ms);

	command_end(c);
	return code;
}

static void
assert_output(const char *text)
{
	assert_int_equal(t.output.len, strlen(text));
	assert_memory_equal(t.storage, text, strlen(text));
}

static void
gives_what_is_printed(void **state)
{
	assert_int_equal(run_for("printf '%s' '" KEYS "'", SOON_MS), GS_OK);
	assert_output(KEYS);
	assert_string_equal(t.heard, "");
}

static void
has_the_environment_and_an_empty_input(void **state)
{
	setenv("FOR_THE_COMMAND", "x y", 1);
	assert_int_equal(
		run_for("cat; printf '%s' \"$FOR_THE_COMMAND\"", SOON_MS),
		GS_OK);
	assert_output("x y");
}

static void
has_no_terminal_and_none_of_our_files(void **state)
{
	assert_int_equal(run_for("(: </dev/tty) 2>/dev/null || printf none;"
				 " ls /proc/self/fd | tr '\\n' ' '",
				 SOON_MS),
		GS_OK);
	/* the last is that of ls for the directory */
	assert_output("none0 1 2 3 ");
}

/* Signals that this process ignores end a command as they do any. */
static void
has_signals_as_usual(void **state)
{
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(run_for("kill -PIPE $$; printf no", SOON_MS), GS_SYS);
	assert_string_equal(t.err.text, "it was ended by signal 13");
	signal(SIGPIPE, SIG_DFL);
}

static void
runs_again_and_again(void **state)
{
	struct command *c = start("printf x >>count; cat count");

	assert_int_equal(run_again(c, SOON_MS), GS_OK);
	assert_output("x");
	assert_int_equal(run_again(c, SOON_MS), GS_OK);
	assert_output("xx");
	command_end(c);
	unlink("count");
}

static void
says_how_it_failed(void **state)
{
	assert_int_equal(
		run_for("echo '" KEYS "'; echo why >&2; exit 3", SOON_MS),
		GS_SYS);
	assert_string_equal(t.err.text, "it ended with status 3");
	assert_string_equal(t.heard, "why|");
	assert_int_equal(run_for("nothing-that-is-there", SOON_MS), GS_SYS);
	assert_string_equal(t.err.text, "it ended with status 127");
	assert_int_equal(t.lines, 1);
}

static void
hands_on_words_as_they_come(void **state)
{
	assert_int_equal(
		run_for("echo one >&2; echo >&2; printf two >&2", SOON_MS),
		GS_OK);
	assert_string_equal(t.heard, "one|two|");
}

static void
bounds_the_words(void **state)
{
	assert_int_equal(run_for("seq 1 100 >&2", SOON_MS), GS_OK);
	assert_int_equal(t.lines, COMMAND_LINES_MAX);
	assert_int_equal(
		run_for("head -c 100000 /dev/zero | tr '\\0' x >&2", SOON_MS),
		GS_OK);
	assert_int_equal(t.lines, 1);
	assert_int_equal(strlen(t.heard), COMMAND_LINE_MAX + 1);
}

static void
prints_as_much_as_fits_and_no_more(void **state)
{
	assert_int_equal(
		run_for("head -c 1000 /dev/zero | tr '\\0' x", SOON_MS), GS_OK);
	assert_int_equal(t.output.len, OUTPUT_MAX);
	assert_int_equal(
		run_for("head -c 1001 /dev/zero | tr '\\0' x", SOON_MS),
		GS_TOOBIG);
	assert_int_equal(run_for("yes", SOON_MS), GS_TOOBIG);
	assert_string_equal(t.err.text, "it prints too much: it was ended");
}

/* A mark, beside the program, that a process in the background has lived. */
static bool
is_marked(void)
{
	return access("mark", F_OK) == 0;
}

static void
ends_what_takes_too_long_with_its_children(void **state)
{
	uint64_t begun_ms = clock_mono_ms();

	unlink("mark");
	assert_int_equal(run_for("(sleep 1; : >mark) & sleep 100", BRIEFLY_MS),
		GS_TIMEOUT);
	assert_string_equal(t.err.text, "it took too long: it was ended");
	assert_true(clock_mono_ms() - begun_ms < SOON_MS);
	sleep(2);
	assert_false(is_marked());
}

/* Lines beyond the limit are dropped, so that nothing else ends it. */
static void
ends_what_never_stops_talking(void **state)
{
	assert_int_equal(
		run_for("tr '\\0' '\\n' </dev/zero >&2 & cat /dev/zero >&2",
			BRIEFLY_MS),
		GS_TIMEOUT);
	assert_string_equal(t.err.text, "it took too long: it was ended");
}

static void
waits_for_no_child_that_goes_on_talking(void **state)
{
	assert_int_equal(
		run_for("cat /dev/zero >&2 & cat /dev/zero >&2 & sleep 0.1",
			BRIEFLY_MS),
		GS_OK);
}

static void
goes_on_after_one_that_took_too_long(void **state)
{
	struct command *c =
		start("[ -e mark ] && echo '{}' || { : >mark; sleep 100; }");

	unlink("mark");
	assert_int_equal(run_again(c, BRIEFLY_MS), GS_TIMEOUT);
	assert_int_equal(run_again(c, SOON_MS), GS_OK);
	assert_output("{}\n");
	command_end(c);
	unlink("mark");
}

static void
waits_for_no_child_that_holds_the_output(void **state)
{
	uint64_t begun_ms = clock_mono_ms();

	assert_int_equal(
		run_for("sleep 30 & printf '%s' '" KEYS "'", SOON_MS), GS_OK);
	assert_output(KEYS);
	assert_int_equal(run_for("sleep 30 & printf none", SOON_MS), GS_OK);
	assert_output("none");
	assert_true(clock_mono_ms() - begun_ms < COMMAND_GRACE_MS);
}

static void
takes_a_whole_document_of_one_that_never_ends(void **state)
{
	uint64_t begun_ms = clock_mono_ms();

	assert_int_equal(
		run_for("printf '%s' '" KEYS "'; sleep 30", SOON_MS), GS_OK);
	assert_output(KEYS);
	assert_in_range(clock_mono_ms() - begun_ms, COMMAND_GRACE_MS,
		COMMAND_GRACE_MS + 5000);
}

/* Whoever asks ends: so does the command. */
static void
ends_with_its_owner(void **state)
{
	pid_t pid = fork();

	unlink("mark");
	if (pid == 0) {
		run_for("sleep 2; : >mark", SOON_MS);
		_exit(0);
	}
	usleep(BRIEFLY_MS * 1000);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	sleep(3);
	assert_false(is_marked());
}

static void
says_that_its_process_is_gone(void **state)
{
	struct command *c = start("kill -9 $PPID; sleep 1");

	assert_int_equal(run_again(c, SOON_MS), GS_CLOSED);
	assert_int_equal(run_again(c, SOON_MS), GS_CLOSED);
	assert_string_equal(t.err.text, "the process that runs it is gone");
	command_end(c);
	command_end(NULL);
}

static int
go_to_scratch(void **state)
{
	static char dir[] = "/tmp/command-XXXXXX";

	return mkdtemp(dir) ? chdir(dir) : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_what_is_printed),
		cmocka_unit_test(has_the_environment_and_an_empty_input),
		cmocka_unit_test(has_no_terminal_and_none_of_our_files),
		cmocka_unit_test(has_signals_as_usual),
		cmocka_unit_test(runs_again_and_again),
		cmocka_unit_test(says_how_it_failed),
		cmocka_unit_test(hands_on_words_as_they_come),
		cmocka_unit_test(bounds_the_words),
		cmocka_unit_test(prints_as_much_as_fits_and_no_more),
		cmocka_unit_test(ends_what_takes_too_long_with_its_children),
		cmocka_unit_test(ends_what_never_stops_talking),
		cmocka_unit_test(waits_for_no_child_that_goes_on_talking),
		cmocka_unit_test(goes_on_after_one_that_took_too_long),
		cmocka_unit_test(waits_for_no_child_that_holds_the_output),
		cmocka_unit_test(takes_a_whole_document_of_one_that_never_ends),
		cmocka_unit_test(ends_with_its_owner),
		cmocka_unit_test(says_that_its_process_is_gone),
	};

	return cmocka_run_group_tests_name(
		"command", tests, go_to_scratch, NULL);
}
