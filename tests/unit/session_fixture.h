/* A session against scripted mirrors: the replies it writes are read back from
 * a file. */
#ifndef TESTS_SESSION_FIXTURE_H
#define TESTS_SESSION_FIXTURE_H

#include "base/base64.h"
#include "front/session.h"
#include "os/clock.h"
#include "os/log.h"
#include "os/process.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

static struct cachedir dir;
static struct keeper keeper;
static struct session session;
static char replies[256 * 1024];

static inline void
begin(void)
{
	struct session_setup with = {
		.dir = &dir,
		.keeper = &keeper,
		.sharing = true,
		.drain_ms = 1000,
		.out_fd = memfd_create("replies", 0),
	};

	assert_true(with.out_fd >= 0);
	session_init(&session, &with);
}

static inline int
set_up(void **state)
{
	struct gs_err err;

	(void)state;
	keeper = (struct keeper){.link = -1};
	if (cachedir_open_temporary(&dir, "/tmp", &err) != GS_OK) {
		return -1;
	}
	begin();
	return 0;
}

static inline int
tear_down(void **state)
{
	(void)state;
	close(session.with.out_fd);
	if (keeper_release(&keeper, 0)) {
		process_kill(keeper.pid);
	}
	cachedir_remove(&dir);
	cachedir_close(&dir);
	return 0;
}

static inline enum gs_code
feed(const char *text)
{
	struct gs_err err;

	return session_feed(&session, view_of(text), &err);
}

/* Everything that was replied so far. */
static inline const char *
said(void)
{
	session_flush(&session);
	ssize_t n = pread(session.with.out_fd, replies, sizeof(replies) - 1, 0);

	assert_true(n >= 0);
	replies[n] = '\0';
	return replies;
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

static inline const char *
get_text(int id, const char *action)
{
	static char text[512];
	struct buf out = BUF_OVER(text);

	buf_str(&out, "{\"ID\":");
	buf_uint(&out, (uint64_t)id);
	buf_str(&out, ",\"Command\":\"get\"");
	add_id(&out, "ActionID", action);
	buf_str(&out, "}\n\n");
	return buf_cstr(&out);
}

/* A put of body under action; declared is what the OutputID is made from. */
static inline const char *
put_text(int id, const char *action, const char *body, const char *declared)
{
	static char text[4096];
	struct buf out = BUF_OVER(text);

	buf_str(&out, "{\"ID\":");
	buf_uint(&out, (uint64_t)id);
	buf_str(&out, ",\"Command\":\"put\"");
	add_id(&out, "ActionID", action);
	add_id(&out, "OutputID", declared);
	if (body[0]) {
		buf_str(&out, ",\"BodySize\":");
		buf_uint(&out, strlen(body));
	}
	buf_str(&out, "}\n\n");
	if (body[0]) {
		buf_char(&out, '"');
		base64_encode(&out, body, strlen(body));
		buf_str(&out, "\"\n");
	}
	return buf_cstr(&out);
}

static inline bool
has(const char *needle)
{
	return strstr(said(), needle) != NULL;
}

/* A mirror that answers each get, and a close, as its argument says. */
struct script {
	enum link_kind answer; /* 0: silence */
	bool dies, stays_open;
};

static inline void
scripted_mirror(int link, void *arg)
{
	const struct script *script = arg;
	struct link_msg m;

	while (link_receive(link, &m, -1) == LINK_OK) {
		if (script->dies) {
			_exit(1);
		}
		if (m.kind == LINK_GET && script->answer) {
			m.kind = script->answer;
			link_send(link, &m, 1000);
		}
		if (m.kind == LINK_CLOSE && !script->stays_open) {
			m = (struct link_msg){.kind = LINK_CLOSED};
			m.counts.uploaded = 7;
			link_send(link, &m, 1000);
		}
	}
}

static inline void
with_mirror(struct script *script)
{
	keeper_start(&keeper, (struct service){scripted_mirror, script});
	assert_true(keeper.link >= 0);
}

static inline void
lose_mirror(void)
{
	session_lost_mirror(&session);
	if (!session.ended) {
		keeper_restart(&keeper);
	}
}

/* Takes messages until nothing waits for the mirror. */
static inline void
settle(void)
{
	uint64_t deadline = clock_mono_ms() + 20000;
	struct link_msg m;

	while (session_is_waiting(&session)) {
		assert_true(clock_mono_ms() < deadline);
		keeper_flush(&keeper);
		switch (keeper_receive(&keeper, &m)) {
		case KEEPER_MESSAGE:
			session_hear(&session, &m);
			break;
		case KEEPER_LOST:
			lose_mirror();
			break;
		case KEEPER_NOTHING:
			if (keeper_check(&keeper, true) == KEEPER_LOST) {
				lose_mirror();
			}
			usleep(1000);
			break;
		}
	}
}

static const char close_text[] = "{\"ID\":9,\"Command\":\"close\"}\n\n";

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
