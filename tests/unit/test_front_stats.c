/* What a whole front leaves in the file of -stats. */
#include "front/front.h"
#include "os/fdio.h"
#include "os/link_io.h"
#include "os/log.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { TEXT_MAX = 8192 };

static const char closes[] =
	"{\"ID\":1,\"Command\":\"get\",\"ActionID\":"
	"\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"}\n\n"
	"{\"ID\":2,\"Command\":\"close\"}\n\n";

static char top[] = "/tmp/front-stats-XXXXXX";
static char text[TEXT_MAX];

static int
set_up(void **state)
{
	return mkdtemp(top) && chdir(top) == 0 && mkdir("cache", 0755) == 0
		       ? 0
		       : -1;
}

static int
tear_down(void **state)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -r %s", top);
	return chdir("/") == 0 ? system(command) : -1;
}

/* Finds nothing, and has made seven requests. */
static void
mirror(int link, void *arg)
{
	struct link_msg m;

	while (link_receive(link, &m, -1) == LINK_OK) {
		if (m.kind == LINK_GET) {
			m.kind = LINK_ABSENT;
			link_send(link, &m, 1000);
		} else if (m.kind == LINK_CLOSE) {
			m = (struct link_msg){.kind = LINK_CLOSED};
			m.counts.requests = 7;
			link_send(link, &m, 1000);
		}
	}
}

static const char *
read_whole(const char *name)
{
	struct gs_err err;
	struct buf b;

	assert_int_equal(fd_read_file(name, TEXT_MAX - 1, &b, &err), GS_OK);
	memcpy(text, b.p, b.len);
	text[b.len] = '\0';
	free(b.p);
	return text;
}

static void
be_front(int in, const char *path)
{
	static struct cachedir dir;
	struct gs_err err;
	struct stats_setup stats = {
		.path = path, .version = "1.2.3", .command = "vet"};
	struct front_setup setup = {
		.dir = &dir,
		.mirror = {mirror, NULL},
		.drain_ms = 1000,
		.stats = path ? &stats : NULL,
	};
	char cache[64];

	snprintf(cache, sizeof(cache), "%s/cache", top);
	dup2(in, 0);
	dup2(open("out", O_CREAT | O_TRUNC | O_WRONLY, 0600), 1);
	dup2(open("err", O_CREAT | O_TRUNC | O_WRONLY, 0600), 2);
	process_tidy_descriptors();
	log_init(false);
	setup.signals = process_signals();
	if (cachedir_open(&dir, cache, &err) != GS_OK) {
		_exit(99);
	}
	_exit(front_run(&setup));
}

/* A run of the front; go says input, and waits for the end only if it has
 * closed. */
static void
run(const char *input, const char *path)
{
	int said[2], status;
	ssize_t n = (ssize_t)strlen(input);

	assert_int_equal(pipe(said), 0);
	assert_int_equal(write(said[1], input, (size_t)n), n);
	if (n == 0) {
		close(said[1]);
	}
	pid_t pid = fork();

	if (pid == 0) {
		be_front(said[0], path);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(said[0]);
	if (n > 0) {
		close(said[1]);
	}
}

static bool
has(const char *line, const char *part)
{
	return strstr(line, part) != NULL;
}

static void
each_run_leaves_a_line(void **state)
{
	const char *second;

	run(closes, "stats");
	run("", "stats");
	read_whole("stats");
	second = strchr(text, '\n') + 1;
	assert_true(has(second, "\"close\":\"none\",\"complete\":false,"));
	assert_true(has(second, "\"mirror\":null}\n"));
	text[second - text - 1] = '\0';
	assert_true(has(text, "\"version\":\"1.2.3\",\"command\":\"vet\","));
	assert_true(
		has(text, "\"close\":\"done\",\"complete\":true,\"gets\":1,"));
	assert_true(has(text, "\"mirror\":{\"requests\":7,"));
	assert_false(has(text, "\"front\":{\"cpu_us\":0,"));
	assert_string_equal(read_whole("err"), "");
}

static void
a_file_that_cannot_be_written_is_a_warning(void **state)
{
	run(closes, "nowhere/stats");
	assert_true(has(read_whole("err"),
		"gocache-s3: cannot append to 'nowhere/stats': "));
	assert_int_equal(strcspn(text, "\n"), strlen(text) - 1);
	assert_true(has(read_whole("out"), "{\"ID\":2}\n"));
}

static void
nobody_asked(void **state)
{
	run(closes, NULL);
	assert_string_equal(read_whole("err"), "");
	assert_true(has(read_whole("out"), "{\"ID\":2}\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_run_leaves_a_line),
		cmocka_unit_test(a_file_that_cannot_be_written_is_a_warning),
		cmocka_unit_test(nobody_asked),
	};

	return cmocka_run_group_tests_name(
		"front_stats", tests, set_up, tear_down);
}
