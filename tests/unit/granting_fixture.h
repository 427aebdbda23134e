/*
 * A chain that is carried out (mirror/granting.h) against a scripted server,
 * with its files in a directory of its own.
 */
#ifndef TESTS_GRANTING_FIXTURE_H
#define TESTS_GRANTING_FIXTURE_H

#include "mirror/granting.h"
#include "os/clock.h"
#include "scripted_server.h"

#include <sys/stat.h>

enum { SOON_MS = 20000, BRIEFLY_MS = 500 };

static struct {
	struct script server;
	struct chain chain;
	struct granting how;
	struct grant grant;
	struct gs_err err;
	char dir[64], url[64];
	uint64_t took_ms;
} g;

static char *no_environment[] = {NULL};

static inline void
prepare(enum chain_kind kind, script_answer *answer)
{
	memset(&g, 0, sizeof(g));
	script_start(&g.server, answer);
	snprintf(g.url, sizeof(g.url), "http://127.0.0.1:%u",
		(unsigned)loopback_port(&g.server.where));
	snprintf(g.dir, sizeof(g.dir), "/tmp/granting-XXXXXX");
	assert_non_null(mkdtemp(g.dir));
	snprintf(g.chain.file, sizeof(g.chain.file), "%s/file", g.dir);
	snprintf(g.chain.from, sizeof(g.chain.from), "a test");
	g.chain.kind = kind;
	g.how = (struct granting){.chain = &g.chain, .env = no_environment};
}

static inline void
finish(void)
{
	char path[2048];

	script_stop(&g.server);
	snprintf(path, sizeof(path), "rm -r '%s'", g.dir);
	assert_int_equal(system(path), 0);
}

static inline void
write_file(const char *text)
{
	FILE *file = fopen(g.chain.file, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static inline enum gs_code
run_for(unsigned ms)
{
	uint64_t begun_ms = clock_mono_ms();

	memset(&g.grant, 0, sizeof(g.grant));
	memset(&g.err, 0, sizeof(g.err));
	enum gs_code code =
		granting_run(&g.how, begun_ms + ms, &g.grant, &g.err);

	g.took_ms = clock_mono_ms() - begun_ms;
	assert_int_equal(code, g.err.code * (code != GS_OK));
	return code;
}

/* It comes to these keys. */
static inline void
assert_granted(const char *key)
{
	if (run_for(SOON_MS) != GS_OK) {
		fail_msg("refused: %s", g.err.text);
	}
	assert_string_equal(g.grant.creds.access_key, key);
}

/* It fails, and says why. */
static inline void
assert_fails(enum gs_code code, const char *part)
{
	const char *start = "no credentials from a test: ";

	assert_int_equal(run_for(SOON_MS), code);
	if (strncmp(g.err.text, start, strlen(start)) != 0 ||
		!strstr(g.err.text, part)) {
		fail_msg("said: %s", g.err.text);
	}
	assert_string_equal(g.grant.creds.access_key, "");
}

/* The request so far, with head and the beginning of its body. */
static inline const struct heard *
heard_at(size_t i)
{
	assert_true(i < script_count_heard(&g.server));
	return &g.server.heard[i];
}

static inline bool
body_starts(const struct heard *h, const char *text)
{
	return view_starts((struct view){h->body, h->body_len}, view_of(text));
}

static inline bool
answer_keys_in_json(int fd, const char *key)
{
	char body[256];

	snprintf(body, sizeof(body),
		"{\"Code\":\"Success\",\"AccessKeyId\":\"%s\","
		"\"SecretAccessKey\":\"secret\",\"Token\":\"token\","
		"\"Expiration\":\"2099-01-01T00:00:00Z\"}",
		key);
	return answer_with(fd, "200 OK", "", body);
}

/* More than anybody wants, until the other side has had enough. */
static inline bool
answer_a_gigabyte(int fd, const char *status)
{
	static const char zeros[64 * 1024];
	char head[128];

	snprintf(head, sizeof(head),
		"HTTP/1.1 %s\r\nContent-Length: 1073741824\r\n\r\n", status);
	say_text(fd, head);
	for (unsigned i = 0; i < 1024 * 1024 * 1024 / sizeof(zeros); i++) {
		if (send(fd, zeros, sizeof(zeros), MSG_NOSIGNAL) <= 0) {
			break;
		}
	}
	return false;
}

static inline bool
say_a_gigabyte(struct script *s, int fd, const struct heard *h)
{
	return answer_a_gigabyte(fd, "200 OK");
}

static inline bool
refuse_with_a_gigabyte(struct script *s, int fd, const struct heard *h)
{
	return answer_a_gigabyte(fd, "403 Forbidden");
}

static inline bool
say_garbage(struct script *s, int fd, const struct heard *h)
{
	return answer_with(fd, "200 OK", "", "<html>login</html>");
}

static inline bool
say_nothing(struct script *s, int fd, const struct heard *h)
{
	char byte;

	while (!s->stopping && recv(fd, &byte, 1, 0) > 0) {
	}
	return false;
}

/* A byte now and then, of an answer without an end. */
static inline bool
drip(struct script *s, int fd, const struct heard *h)
{
	say_text(fd, "HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n");
	while (!s->stopping && send(fd, " ", 1, MSG_NOSIGNAL) == 1) {
		usleep(50 * 1000);
	}
	return false;
}

#endif
