/* The whole front in a process of its own, between pipes, over mirrors that do
 * their worst. */
#include "base/base64.h"
#include "front/front.h"
#include "os/clock.h"
#include "os/fdio.h"
#include "os/link_io.h"
#include "os/log.h"
#include "os/process.h"

#include <fcntl.h>
#include <poll.h>
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

enum { LONG_MS = 20000, SHORT_MS = 3000 };

/* A front that runs, and what it said. */
static struct front_run {
	pid_t pid;
	int in, out, err;
	struct buf said, complained;
	char said_storage[4 * 1024 * 1024], complained_storage[256 * 1024];
} run;

static struct cachedir dir;
static bool nonblocking; /* what the front inherits is */

/* --- mirrors ---------------------------------------------------------------- */

static void
say_pid(int link)
{
	struct link_msg m = {.kind = LINK_SAY, .level = LOG_WARNING};

	snprintf(m.text, sizeof(m.text), "mirror %d.", (int)getpid());
	link_send(link, &m, LONG_MS);
}

/* Has nothing, says its pid, and stays for a while after the end. */
static void
honest(int link, void *arg)
{
	struct link_msg m;

	say_pid(link);
	while (link_receive(link, &m, -1) == LINK_OK) {
		if (m.kind == LINK_GET) {
			m.kind = LINK_ABSENT;
			link_send(link, &m, LONG_MS);
		}
		if (m.kind == LINK_CLOSE) {
			m = (struct link_msg){.kind = LINK_CLOSED};
			link_send(link, &m, LONG_MS);
		}
	}
	poll(NULL, 0, 1500);
}

/* Never stops talking. */
static void
flood(int link, void *arg)
{
	struct link_msg m = {.level = LOG_WARNING};

	for (unsigned i = 0; true; i++) {
		m.kind = i % 3 == 0   ? LINK_FOUND
			 : i % 3 == 1 ? LINK_SAY
				      : LINK_ALIVE;
		snprintf(m.text, sizeof(m.text), "line %u", i);
		if (link_send(link, &m, -1) == LINK_ENDED) {
			return;
		}
	}
}

static void
garbage(int link, void *arg)
{
	struct link_msg m;

	link_receive(link, &m, -1);
	if (write(link, "0123456789", 10) == 10) {
		pause();
	}
}

static void
deaf(int link, void *arg)
{
	pause();
}

/* Alive, and no answer ever. */
static void
hollow(int link, void *arg)
{
	struct link_msg alive = {.kind = LINK_ALIVE};

	while (link_send(link, &alive, 0) != LINK_ENDED) {
		poll(NULL, 0, 100);
	}
}

/* Begins to read late, and leaves a file for each thousand puts. */
static void
late(int link, void *arg)
{
	struct link_msg m;
	int puts = 0;

	poll(NULL, 0, 400);
	while (link_receive(link, &m, -1) == LINK_OK) {
		puts += m.kind == LINK_PUT;
		if (m.kind == LINK_PUT && puts % 1000 == 0) {
			char name[PATH_LEN_MAX + 32];

			snprintf(name, sizeof(name), "%s/late-%d",
				(const char *)arg, puts / 1000);
			close(open(name, O_CREAT | O_WRONLY, 0600));
		}
	}
}

/* --- the front --------------------------------------------------------------- */

static void
be_front(void (*mirror)(int link, void *arg), uint64_t drain_ms)
{
	struct gs_err err;
	struct front_setup setup = {
		.dir = &dir,
		.mirror = {mirror, dir.path},
		.sharing = true,
		.drain_ms = drain_ms,
	};
	bool temporary = dir.temporary;
	char path[PATH_LEN_MAX];

	process_tidy_descriptors();
	log_init(true);
	snprintf(path, sizeof(path), "%s", dir.path);
	setup.signals = process_signals();
	if (front_greet(&err) != GS_OK ||
		cachedir_open(&dir, path, &err) != GS_OK) {
		_exit(99);
	}
	dir.temporary = temporary;
	_exit(front_run(&setup));
}

static void
start(void (*mirror)(int link, void *arg), uint64_t drain_ms)
{
	int in[2], out[2], err[2];

	run.said = BUF_OVER(run.said_storage);
	run.complained = BUF_OVER(run.complained_storage);
	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	assert_int_equal(pipe2(err, O_CLOEXEC), 0);
	if (nonblocking) {
		fcntl(in[0], F_SETFL, O_NONBLOCK);
		fcntl(out[1], F_SETFL, O_NONBLOCK);
		fcntl(err[1], F_SETFL, O_NONBLOCK);
		fcntl(out[1], F_SETPIPE_SZ, 4096);
	}
	run.pid = fork();
	if (run.pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		dup2(err[1], 2);
		be_front(mirror, drain_ms);
	}
	close(in[0]);
	close(out[1]);
	close(err[1]);
	run.in = in[1];
	run.out = out[0];
	run.err = err[0];
}

/* Reads what there is on one pipe; false at its end. */
static bool
drink(int fd, struct buf *into)
{
	char chunk[65536];
	ssize_t n = read(fd, chunk, sizeof(chunk));

	if (n > 0) {
		buf_add(into, (struct view){chunk, (size_t)n});
	}
	return n > 0;
}

/* Reads what was said so far, so that the front is not kept from reading. */
static void
pump(void)
{
	struct pollfd p = {run.out, POLLIN, 0};

	while (poll(&p, 1, 0) == 1 && drink(run.out, &run.said)) {
	}
}

/* Reads until the text was said on standard output, or, if it is NULL, until
 * both pipes end; false if that takes too long. */
static bool
hear(const char *text, uint64_t wait_ms)
{
	uint64_t deadline = clock_mono_ms() + wait_ms;
	struct pollfd p[] = {{run.out, POLLIN, 0}, {run.err, POLLIN, 0}};

	while (p[0].fd >= 0 || p[1].fd >= 0) {
		if (text && view_find(buf_view(&run.said), view_of(text)) <
				    run.said.len) {
			return true;
		}
		if (poll(p, 2, clock_poll_timeout(deadline)) <= 0) {
			return false;
		}
		if (p[0].revents && !drink(run.out, &run.said)) {
			p[0].fd = -1;
		}
		if (p[1].revents && !drink(run.err, &run.complained)) {
			p[1].fd = -1;
		}
	}
	return text == NULL;
}

static bool
complained_of(const char *text)
{
	return view_find(buf_view(&run.complained), view_of(text)) <
	       run.complained.len;
}

static void
tell(const char *text)
{
	struct gs_err err;

	pump();
	assert_int_equal(fd_write_all(run.in, text, strlen(text), &err), GS_OK);
}

static void
add_id(struct buf *out, const char *name, const char *of)
{
	struct id id;

	sha256_of(view_of(of), &id);
	buf_str(out, ",\"");
	buf_str(out, name);
	buf_str(out, "\":\"");
	base64_encode(out, id.byte, ID_LEN);
	buf_char(out, '"');
}

static void
ask(unsigned id, const char *action)
{
	char text[512];
	struct buf out = BUF_OVER(text);

	buf_str(&out, "{\"ID\":");
	buf_uint(&out, id);
	buf_str(&out, ",\"Command\":\"get\"");
	add_id(&out, "ActionID", action);
	buf_str(&out, "}\n\n");
	tell(buf_cstr(&out));
}

/* Puts a body that is its own action. */
static void
put(unsigned id, const char *body)
{
	char text[1024];
	struct buf out = BUF_OVER(text);

	buf_str(&out, "{\"ID\":");
	buf_uint(&out, id);
	buf_str(&out, ",\"Command\":\"put\"");
	add_id(&out, "ActionID", body);
	add_id(&out, "OutputID", body);
	buf_str(&out, ",\"BodySize\":");
	buf_uint(&out, strlen(body));
	buf_str(&out, "}\n\n\"");
	base64_encode(&out, body, strlen(body));
	buf_str(&out, "\"\n");
	tell(buf_cstr(&out));
}

static void
say_close(void)
{
	tell("{\"ID\":9,\"Command\":\"close\"}\n\n");
}

/* The exit status, once it ends within the time; else it is killed. */
static int
ended(uint64_t wait_ms)
{
	uint64_t deadline = clock_mono_ms() + wait_ms;
	int status;

	while (waitpid(run.pid, &status, WNOHANG) == 0) {
		if (clock_mono_ms() >= deadline) {
			kill(run.pid, SIGKILL);
			waitpid(run.pid, &status, 0);
			return -1;
		}
		poll(NULL, 0, 5);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : -2;
}

static int
set_up(void **state)
{
	struct gs_err err;

	nonblocking = false;
	run.in = run.out = run.err = -1;
	return cachedir_open_temporary(&dir, NULL, &err) == GS_OK ? 0 : -1;
}

static int
tear_down(void **state)
{
	close(run.in);
	close(run.out);
	close(run.err);
	dir.temporary = true;
	cachedir_remove(&dir);
	cachedir_close(&dir);
	return 0;
}

/* --- tests -------------------------------------------------------------------- */

static void
a_conversation(void **state)
{
	dir.temporary = false;
	start(honest, 1000);
	assert_true(hear("{\"ID\":0,\"KnownCommands\":", LONG_MS));
	ask(1, "a");
	assert_true(hear("{\"ID\":1,\"Miss\":true}", LONG_MS));
	put(2, "a");
	assert_true(hear("{\"ID\":2,\"DiskPath\":\"/", LONG_MS));
	ask(3, "a");
	assert_true(hear("{\"ID\":3,\"OutputID\"", LONG_MS));
	say_close();
	assert_true(hear("{\"ID\":9}", LONG_MS));
	/* its mirror stays, and holds nothing */
	assert_true(hear(NULL, 1000));
	assert_int_equal(ended(1000), 0);
	assert_true(complained_of("2 gets: 1 local, 0 from S3 (0.0 MB), 1 "
				  "missed; 1 put; "));
}

static void
the_end_of_input_is_the_end(void **state)
{
	dir.temporary = false;
	start(honest, 60000);
	put(1, "a");
	assert_true(hear("{\"ID\":1,", LONG_MS));
	close(run.in);
	run.in = -1;
	assert_true(hear(NULL, 1000));
	assert_int_equal(ended(1000), 0);
	assert_true(complained_of("uploads go on in the background"));
}

static void
descriptors_may_be_nonblocking(void **state)
{
	char said[32];

	nonblocking = true;
	start(honest, 1000);
	put(1, "a");
	poll(NULL, 0, 50); /* it reads, finds nothing, and waits */
	for (unsigned i = 10; i < 200; i++) {
		ask(i, "a");
	}
	poll(NULL, 0, 50); /* it writes, finds no room, and waits */
	for (unsigned i = 10; i < 200; i++) {
		snprintf(said, sizeof(said), "{\"ID\":%u,\"OutputID\"", i);
		assert_true(hear(said, LONG_MS));
	}
	say_close();
	assert_true(hear("{\"ID\":9}", LONG_MS));
	assert_true(ended(LONG_MS) == 0);
}

static void
a_flooding_mirror_keeps_nobody(void **state)
{
	start(flood, 300);
	put(1, "a");
	assert_true(hear("{\"ID\":1,", LONG_MS));
	uint64_t begin = clock_mono_ms();

	for (unsigned i = 10; i < 110; i++) {
		char said[32];

		ask(i, "a");
		snprintf(said, sizeof(said), "{\"ID\":%u,", i);
		assert_true(hear(said, LONG_MS));
	}
	say_close();
	assert_true(hear("{\"ID\":9}", LONG_MS));
	assert_true(clock_mono_ms() - begin < LONG_MS);
	assert_true(hear(NULL, SHORT_MS));
	assert_int_equal(ended(SHORT_MS + 8000), 0);
	assert_true(run.complained.len < 8192);
}

static void
a_mirror_of_garbage_is_replaced_and_given_up(void **state)
{
	start(garbage, 1000);
	for (unsigned i = 10; i < 20; i++) {
		char said[32];

		ask(i, "a");
		snprintf(said, sizeof(said), "{\"ID\":%u,\"Miss\"", i);
		assert_true(hear(said, LONG_MS));
	}
	say_close();
	assert_true(hear("{\"ID\":9}", SHORT_MS));
	assert_int_equal(ended(SHORT_MS), 0);
	assert_true(complained_of("once too often"));
}

/* It never reads: a put is answered all the same, the close too. */
static void
a_deaf_mirror_keeps_nobody(void **state)
{
	start(deaf, 100);
	for (unsigned i = 1000; i < 3000; i++) {
		char body[16];

		snprintf(body, sizeof(body), "%u", i);
		put(i, body);
	}
	assert_true(hear("{\"ID\":2999,", LONG_MS));
	say_close();
	assert_true(hear("{\"ID\":9}", LINK_SILENCE_MS + SHORT_MS));
	assert_true(hear(NULL, SHORT_MS));
	assert_true(complained_of("it is not known whether all entries"));
	assert_true(ended(LONG_MS) == 0);
}

static void
a_hollow_mirror_does_not_hold_a_close(void **state)
{
	start(hollow, 100);
	put(1, "a");
	say_close();
	assert_true(hear("{\"ID\":9}", LONG_MS));
	assert_true(hear(NULL, SHORT_MS));
	assert_int_equal(ended(LONG_MS), 0);
}

/* What was put just before the end of input reaches the mirror. */
static void
orders_outlive_the_end_of_input(void **state)
{
	char name[PATH_LEN_MAX + 32];

	dir.temporary = false;
	start(late, 1000);
	for (unsigned i = 1000; i < 4000; i++) {
		char body[16];

		snprintf(body, sizeof(body), "%u", i);
		put(i, body);
	}
	close(run.in);
	run.in = -1;
	assert_true(hear(NULL, LONG_MS));
	assert_int_equal(ended(LONG_MS), 0);
	snprintf(name, sizeof(name), "%s/late-3", dir.path);
	uint64_t deadline = clock_mono_ms() + LONG_MS;

	while (access(name, F_OK) != 0 && clock_mono_ms() < deadline) {
		poll(NULL, 0, 10);
	}
	assert_int_equal(access(name, F_OK), 0);
}

static void
nobody_reads_the_replies(void **state)
{
	start(honest, 1000);
	assert_true(hear("{\"ID\":0,", LONG_MS));
	close(run.out);
	run.out = open("/dev/null", O_RDONLY | O_CLOEXEC);
	ask(1, "a");
	assert_int_equal(ended(LONG_MS), 0);
}

static void
nonsense_is_the_end(void **state)
{
	dir.temporary = false;
	start(honest, 1000);
	tell("what?\n");
	assert_true(hear(NULL, LONG_MS));
	assert_int_equal(ended(SHORT_MS), 1);
	assert_true(complained_of("cannot read requests"));
}

static pid_t
mirror_pid(void)
{
	struct view text = buf_view(&run.complained);
	size_t at = view_find(text, VIEW("mirror "));
	unsigned long long pid = 0;
	struct view number, rest;

	view_cut(view_skip(text, at + 7), '.', &number, &rest);
	assert_true(view_uint(number, 1 << 30, &pid));
	return (pid_t)pid;
}

static void
interrupt_twice(void)
{
	kill(run.pid, SIGINT);
	poll(NULL, 0, 100);
	kill(run.pid, SIGINT);
}

static void
two_interrupts_end_it(void **state)
{
	dir.temporary = false;
	start(hollow, 60000);
	put(1, "a");
	ask(2, "unknown");
	assert_true(hear("{\"ID\":1,", LONG_MS));
	interrupt_twice();
	assert_true(hear(NULL, SHORT_MS));
	assert_int_equal(ended(SHORT_MS), 128 + SIGINT);
	assert_true(view_find(buf_view(&run.said),
			    VIEW("{\"ID\":2,\"Miss\":true}")) < run.said.len);
}

/* go waits for the close: it gets its answer, and ends by itself. */
static void
two_interrupts_end_a_close(void **state)
{
	dir.temporary = false;
	start(hollow, 60000);
	put(1, "a");
	say_close();
	assert_true(hear("{\"ID\":1,", LONG_MS));
	interrupt_twice();
	assert_true(hear("{\"ID\":9}", SHORT_MS));
	assert_int_equal(ended(SHORT_MS), 0);
}

static void
one_interrupt_shortens_a_close(void **state)
{
	dir.temporary = false;
	start(hollow, 60000);
	put(1, "a");
	say_close();
	assert_true(hear("{\"ID\":1,", LONG_MS));
	kill(run.pid, SIGINT);
	assert_true(hear("{\"ID\":9}", 2 * SHORT_MS));
	assert_int_equal(ended(SHORT_MS), 0);
}

static void
a_cut_put_leaves_no_file(void **state)
{
	dir.temporary = false;
	start(honest, 1000);
	tell("{\"ID\":1,\"Command\":\"put\",\"ActionID\":\""
	     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\",\"OutputID\":\""
	     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\","
	     "\"BodySize\":1000}\n\n\"AAAA");
	close(run.in);
	run.in = -1;
	assert_true(hear(NULL, LONG_MS));
	assert_int_equal(ended(LONG_MS), 0);
	char sub[PATH_LEN_MAX + 8];

	snprintf(sub, sizeof(sub), "%s/00", dir.path);
	assert_int_equal(rmdir(sub), 0); /* it was made and is empty */
}

static void
a_private_directory_is_removed(void **state)
{
	start(honest, 1000);
	put(1, "a");
	assert_true(hear("{\"ID\":1,", LONG_MS));
	close(run.in);
	run.in = -1;
	assert_true(hear(NULL, 1000));
	assert_int_equal(ended(LONG_MS), 0);
	assert_int_not_equal(access(dir.path, F_OK), 0);
}

/* Even if the mirror is killed when the front has said goodbye. */
static void
a_private_directory_is_removed_without_the_mirror(void **state)
{
	start(honest, 60000);
	put(1, "a");
	ask(2, "b");
	assert_true(hear("{\"ID\":2,", LONG_MS));
	pid_t mirror = mirror_pid();

	kill(mirror, SIGSTOP);
	close(run.in);
	run.in = -1;
	assert_true(hear(NULL, 1000));
	poll(NULL, 0, 100);
	assert_int_equal(access(dir.path, F_OK), 0);
	kill(mirror, SIGKILL);
	assert_int_equal(ended(SHORT_MS), 0);
	assert_int_not_equal(access(dir.path, F_OK), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_conversation),
		TEST(the_end_of_input_is_the_end),
		TEST(descriptors_may_be_nonblocking),
		TEST(a_flooding_mirror_keeps_nobody),
		TEST(a_mirror_of_garbage_is_replaced_and_given_up),
		TEST(a_deaf_mirror_keeps_nobody),
		TEST(a_hollow_mirror_does_not_hold_a_close),
		TEST(orders_outlive_the_end_of_input),
		TEST(nobody_reads_the_replies),
		TEST(nonsense_is_the_end),
		TEST(two_interrupts_end_it),
		TEST(two_interrupts_end_a_close),
		TEST(one_interrupt_shortens_a_close),
		TEST(a_cut_put_leaves_no_file),
		TEST(a_private_directory_is_removed),
		TEST(a_private_directory_is_removed_without_the_mirror),
	};

	return cmocka_run_group_tests_name("front", tests, NULL, NULL);
}
