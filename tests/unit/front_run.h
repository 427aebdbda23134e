/*
 * The whole front in a process of its own, between pipes, over mirrors that do
 * their worst.
 */
#ifndef TESTS_FRONT_RUN_H
#define TESTS_FRONT_RUN_H

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

static inline void
say_pid(int link)
{
	struct link_msg m = {.kind = LINK_SAY, .level = LOG_WARNING};

	snprintf(m.text, sizeof(m.text), "mirror %d.", (int)getpid());
	link_send(link, &m, LONG_MS);
}

/* Has nothing, says its pid, and stays for a while after the end. */
static inline void
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
static inline void
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

static inline void
garbage(int link, void *arg)
{
	struct link_msg m;

	link_receive(link, &m, -1);
	if (write(link, "0123456789", 10) == 10) {
		pause();
	}
}

static inline void
deaf(int link, void *arg)
{
	poll(NULL, 0, 4000);
}

/* Alive, and no answer ever. */
static inline void
hollow(int link, void *arg)
{
	struct link_msg alive = {.kind = LINK_ALIVE};

	while (link_send(link, &alive, 0) != LINK_ENDED) {
		poll(NULL, 0, 100);
	}
}

/* Leaves a file in a directory. */
static inline void
leave(const char *path, const char *what, uint64_t n)
{
	char name[PATH_LEN_MAX + 32];

	snprintf(name, sizeof(name), "%s/%s-%u", path, what, (unsigned)n);
	close(open(name, O_CREAT | O_WRONLY, 0600));
}

/* Begins to read late, and leaves a file for each thousand puts. */
static inline void
late(int link, void *arg)
{
	struct link_msg m;
	unsigned puts = 0;

	poll(NULL, 0, 400);
	while (link_receive(link, &m, -1) == LINK_OK) {
		puts += m.kind == LINK_PUT;
		if (m.kind == LINK_PUT && puts % 1000 == 0) {
			leave(arg, "late", puts / 1000);
		}
	}
}

/* Reads, answers nothing, and leaves a file for each hurry. */
static inline void
hurried(int link, void *arg)
{
	struct link_msg m;

	while (link_receive(link, &m, -1) == LINK_OK) {
		if (m.kind == LINK_HURRY) {
			leave(arg, "hurry", m.size);
		}
	}
}

/* --- the front --------------------------------------------------------------- */

static inline void
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

static inline void
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
static inline bool
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
static inline void
pump(void)
{
	struct pollfd p = {run.out, POLLIN, 0};

	while (poll(&p, 1, 0) == 1 && drink(run.out, &run.said)) {
	}
}

/* Reads until the text was said on standard output, or, if it is NULL, until
 * both pipes end; false if that takes too long. */
static inline bool
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

static inline bool
complained_of(const char *text)
{
	return view_find(buf_view(&run.complained), view_of(text)) <
	       run.complained.len;
}

static inline void
tell(const char *text)
{
	struct gs_err err;

	pump();
	assert_int_equal(fd_write_all(run.in, text, strlen(text), &err), GS_OK);
}

static inline void
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

static inline void
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
static inline void
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

/* True once a mirror has left such a file. */
static inline bool
is_left(const char *what, uint64_t n)
{
	uint64_t deadline = clock_mono_ms() + LONG_MS;
	char name[PATH_LEN_MAX + 32];

	snprintf(name, sizeof(name), "%s/%s-%u", dir.path, what, (unsigned)n);
	while (access(name, F_OK) != 0 && clock_mono_ms() < deadline) {
		poll(NULL, 0, 10);
	}
	return access(name, F_OK) == 0;
}

static inline void
say_close(void)
{
	tell("{\"ID\":9,\"Command\":\"close\"}\n\n");
}

/* The exit status, once it ends within the time; else it is killed. */
static inline int
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

static inline int
set_up(void **state)
{
	struct gs_err err;

	nonblocking = false;
	run.in = run.out = run.err = -1;
	return cachedir_open_temporary(&dir, NULL, &err) == GS_OK ? 0 : -1;
}

static inline int
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
