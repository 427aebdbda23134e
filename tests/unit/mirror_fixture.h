/*
 * A mirror as a process of its own, the test in the place of the front, and a
 * scripted store, by default one in memory. The process is forked before the
 * first thread.
 */
#ifndef TESTS_MIRROR_FIXTURE_H
#define TESTS_MIRROR_FIXTURE_H

#include "fake_store.h"
#include "mirror/mirror.h"
#include "remote_fixture.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

static struct mirror_setup mirror_setup;
static pid_t mirror_pid;

static inline void
run_mirror(struct fixture *f)
{
	close(f->link[0]);
	close(f->server.listener);
	mirror_run(f->link[1], &mirror_setup);
#ifdef __SANITIZE_THREAD__
	exit(0); /* tells of races */
#else
	_exit(0);
#endif
}

/* The defaults: a drain of SOON, an existing directory. */
static inline struct fixture *
mirror_prepare(script_answer *answer)
{
	struct fixture *f = fixture_prepare(answer);

	mirror_setup = (struct mirror_setup){
		.cache_dir = f->dir.path,
		.place = {{7}},
		.drain_ms = FIXTURE_SOON_MS,
		.scope = "off",
		.settings = &f->input,
	};
	f->remote.with.place = mirror_setup.place;
	return f;
}

static inline void
mirror_start(struct fixture *f)
{
	mirror_pid = fork();
	assert_true(mirror_pid >= 0);
	if (mirror_pid == 0) {
		run_mirror(f);
	}
	close(f->link[1]);
	f->link[1] = -1;
	script_run(&f->server);
}

static inline struct fixture *
mirror_open(script_answer *answer)
{
	struct fixture *f = mirror_prepare(answer);

	mirror_start(f);
	return f;
}

static inline void
end_link(struct fixture *f)
{
	if (f->link[0] >= 0) {
		close(f->link[0]);
	}
	f->link[0] = -1;
}

/* Until the process has ended; it must have ended well. */
static inline void
await_end(uint64_t within_ms)
{
	uint64_t deadline = clock_mono_ms() + within_ms;
	int status = -1;

	while (waitpid(mirror_pid, &status, WNOHANG) == 0) {
		if (clock_mono_ms() > deadline) {
			kill(mirror_pid, SIGKILL);
			fail_msg("the mirror goes on");
		}
		usleep(1000);
	}
	assert_int_equal(status, 0);
}

static inline void
mirror_close(struct fixture *f)
{
	end_link(f);
	await_end(FIXTURE_SOON_MS);
	fixture_close(f);
}

static inline void
send_get(struct fixture *f, unsigned n)
{
	struct link_msg m = {.kind = LINK_GET, .action = action_of(n)};

	assert_int_equal(link_send(f->link[0], &m, FIXTURE_SOON_MS), LINK_OK);
}

/* kind is LINK_PUT or LINK_HELD; others take no notice of the entry. */
static inline void
send_entry(struct fixture *f, enum link_kind kind, const struct entry *e)
{
	struct link_msg m = {
		.kind = kind,
		.action = e->action,
		.output = e->output,
		.size = e->size,
		.time_ns = e->time_ns,
	};

	assert_int_equal(link_send(f->link[0], &m, FIXTURE_SOON_MS), LINK_OK);
}

static inline void
send_close(struct fixture *f, uint64_t drain_ms)
{
	struct link_msg m = {.kind = LINK_CLOSE, .size = drain_ms};

	assert_int_equal(link_send(f->link[0], &m, FIXTURE_SOON_MS), LINK_OK);
}

/* The next message that is neither a line nor a sign of life. */
static inline struct link_msg
hear(struct fixture *f)
{
	struct link_msg m;

	do {
		assert_int_equal(
			link_receive(f->link[0], &m, FIXTURE_SOON_MS), LINK_OK);
		if (m.kind == LINK_SAY && m.level != LOG_INFO) {
			assert_true(f->line_count < FIXTURE_LINES_MAX);
			memcpy(f->line[f->line_count++], m.text,
				sizeof(m.text));
		}
	} while (m.kind == LINK_SAY || m.kind == LINK_ALIVE);
	return m;
}

/* Hears what became of a get. */
static inline void
assert_hears(struct fixture *f, enum link_kind kind, unsigned n)
{
	struct link_msg m = hear(f);
	struct id action = action_of(n);

	assert_int_equal(m.kind, kind);
	assert_true(id_eq(&m.action, &action));
}

static inline struct link_counts
hear_counts(struct fixture *f)
{
	struct link_msg m = hear(f);

	assert_int_equal(m.kind, LINK_CLOSED);
	return m.counts;
}

/* the store */

static inline bool
is_stored(unsigned n, const char *text)
{
	char key[ID_HEX_LEN + 1];
	struct buf name = BUF_OVER(key);
	struct id action = action_of(n);
	struct object o;

	buf_hex(&name, action.byte, ID_LEN);
	return store_copy(buf_cstr(&name), &o) &&
	       view_eq((struct view){o.body, o.body_len}, view_of(text));
}

/* Has the store hold an entry that no directory has. */
static inline void
stock(unsigned n, const char *text)
{
	struct heard h = {.body_len = strlen(text)};
	char key[ID_HEX_LEN], hex[ID_HEX_LEN + 1];
	struct buf name = BUF_OVER(key), digest = BUF_OVER(hex);
	struct id action = action_of(n), output;

	sha256_of(view_of(text), &output);
	buf_hex(&name, action.byte, ID_LEN);
	buf_hex(&digest, output.byte, ID_LEN);
	snprintf(h.head, sizeof(h.head),
		"PUT\r\nx-amz-meta-outputid: %s\r\n"
		"x-amz-meta-time: 2024-05-06T07:08:09Z\r\n",
		buf_cstr(&digest));
	memcpy(h.body, text, h.body_len);
	store_put(buf_view(&name), &h);
}

#endif
