/*
 * A remote (mirror/remote.h) over a scripted server, a cache directory of its
 * own, and the other end of its link, where what it says is read.
 */
#ifndef TESTS_REMOTE_FIXTURE_H
#define TESTS_REMOTE_FIXTURE_H

#include "mirror/keys.h"
#include "mirror/remote.h"
#include "os/clock.h"
#include "os/link_io.h"
#include "scripted_server.h"

#include <dirent.h>
#include <sys/socket.h>
#include <sys/stat.h>

enum {
	FIXTURE_SOON_MS = 20000,
	FIXTURE_LINES_MAX = 16,
	FIXTURE_ENV_MAX = 8,
};

struct fixture {
	struct script server;
	struct cachedir dir;
	struct remote remote;
	struct conn_patience patience;
	struct settings_input input;
	char *env[FIXTURE_ENV_MAX]; /* keys by default */
	char home[64], home_variable[80], endpoint[64];
	int link[2];
	/* what was said, but for LOG_INFO */
	size_t line_count;
	char line[FIXTURE_LINES_MAX][LINK_TEXT_MAX];
	size_t descriptors; /* at the beginning */
};

static struct fixture fixture;

static inline size_t
count_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	size_t count = 0;

	while (d && readdir(d)) {
		count++;
	}
	if (d) {
		closedir(d);
	}
	return count;
}

static inline void
make_home(struct fixture *f)
{
	char path[128];

	strncpy(f->home, "/tmp/home-XXXXXX", sizeof(f->home) - 1);
	assert_non_null(mkdtemp(f->home));
	snprintf(path, sizeof(path), "%s/.aws", f->home);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(
		f->home_variable, sizeof(f->home_variable), "HOME=%s", f->home);
}

/* Neither in the environment nor in the machine. */
static inline void
take_keys_away(struct fixture *f)
{
	static char no_instance[] = "AWS_EC2_METADATA_DISABLED=true";

	f->env[1] = no_instance;
	f->env[2] = NULL;
}

/* Everything but the server's thread and the remote's start. */
static inline struct fixture *
fixture_prepare(script_answer *answer)
{
	static char access[] = "AWS_ACCESS_KEY_ID=AKIDEXAMPLE";
	static char secret[] = "AWS_SECRET_ACCESS_KEY=canary/secret";
	struct fixture *f = &fixture;
	struct gs_err err;

	memset(f, 0, sizeof(*f));
	f->descriptors = count_descriptors();
	script_listen(&f->server, answer);
	make_home(f);
	assert_int_equal(cachedir_open_temporary(&f->dir, "/tmp", &err), GS_OK);
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, f->link),
		0);
	f->env[0] = f->home_variable;
	f->env[1] = access;
	f->env[2] = secret;
	snprintf(f->endpoint, sizeof(f->endpoint), "http://127.0.0.1:%u",
		(unsigned)loopback_port(&f->server.where));
	f->input = (struct settings_input){
		.env = f->env,
		.bucket = "bucket",
		.prefix = "p",
		.endpoint = f->endpoint,
		.region = "us-east-1",
		.profile = "",
		.ca_bundle = "",
	};
	f->patience = (struct conn_patience){
		.open = {FIXTURE_SOON_MS, FIXTURE_SOON_MS, FIXTURE_SOON_MS},
		.answer_ms = FIXTURE_SOON_MS,
		.stored_ms = FIXTURE_SOON_MS,
		.speed_ms = FIXTURE_SOON_MS,
		.speed_min = 1,
		.refusal_ms = FIXTURE_SOON_MS,
		.keys_ms = {FIXTURE_SOON_MS, FIXTURE_SOON_MS},
		.turn_ms = {FIXTURE_SOON_MS, FIXTURE_SOON_MS},
	};
	return f;
}

static inline void
fixture_start(struct fixture *f)
{
	const struct remote_setup with = {
		.link = f->link[1],
		.dir = &f->dir,
		.place = {{7}},
		.settings = &f->input,
		.patience = &f->patience,
	};

	script_run(&f->server);
	remote_start(&f->remote, &with);
}

static inline struct fixture *
fixture_open(script_answer *answer)
{
	struct fixture *f = fixture_prepare(answer);

	fixture_start(f);
	return f;
}

/* Reads what has been said so far; the count of all lines. */
static inline size_t
fixture_listen(struct fixture *f)
{
	struct link_msg m;

	while (link_receive(f->link[0], &m, 0) == LINK_OK) {
		if (m.kind == LINK_SAY && m.level != LOG_INFO) {
			assert_true(f->line_count < FIXTURE_LINES_MAX);
			memcpy(f->line[f->line_count++], m.text,
				sizeof(m.text));
		}
	}
	return f->line_count;
}

static inline void
assert_said_nothing(struct fixture *f)
{
	if (fixture_listen(f) > 0) {
		fail_msg("said: %s", f->line[0]);
	}
}

/* So many lines were said, and the last begins and goes on like that. */
static inline void
assert_said(
	struct fixture *f, size_t count, const char *start, const char *part)
{
	size_t said = fixture_listen(f);

	if (said != count) {
		fail_msg("%zu lines, not %zu; the last: %s", said, count,
			said > 0 ? f->line[said - 1] : "");
	}
	struct view line = view_of(f->line[count - 1]);

	if (!view_starts(line, view_of(start)) ||
		(view_find(line, view_of(part)) == line.n && part[0])) {
		fail_msg("said: %s", f->line[count - 1]);
	}
}

static inline void
remove_home(struct fixture *f)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/.aws/credentials", f->home);
	unlink(path);
	snprintf(path, sizeof(path), "%s/.aws", f->home);
	rmdir(path);
	rmdir(f->home);
}

static inline void
write_credentials(struct fixture *f, const char *access, const char *secret)
{
	char path[128], renamed[160];
	FILE *file;

	snprintf(path, sizeof(path), "%s/.aws/credentials", f->home);
	snprintf(renamed, sizeof(renamed), "%s.new", path);
	file = fopen(renamed, "w");
	assert_non_null(file);
	fprintf(file,
		"[default]\naws_access_key_id = %s\n"
		"aws_secret_access_key = %s\n",
		access, secret);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(rename(renamed, path), 0);
}

/* Closes all, and finds that nothing is left open. */
static inline void
fixture_close(struct fixture *f)
{
	struct conn_pool *pool = &f->remote.pool;

	for (unsigned use = 0; use < CONN_USES; use++) {
		while (pool->count[use] > 0) {
			conn_close(pool->idle[use][--pool->count[use]]);
		}
	}
	script_stop(&f->server);
	credentials_free(f->remote.credentials);
	close(f->link[0]);
	close(f->link[1]);
	cachedir_remove(&f->dir);
	cachedir_close(&f->dir);
	remove_home(f);
	assert_int_equal(count_descriptors(), f->descriptors);
}

/* entries */

static inline struct id
action_of(unsigned n)
{
	return (struct id){{0xac, (uint8_t)(n >> 8), (uint8_t)n}};
}

/* Puts an entry into the directory, as a front does. */
static inline struct entry
store_entry(struct fixture *f, unsigned n, const char *text)
{
	struct entry e = {
		.action = action_of(n),
		.size = strlen(text),
		.time_ns = 1700000000000000001 + n,
	};
	struct cachedir_body b;
	struct gs_err err;

	sha256_of(view_of(text), &e.output);
	assert_int_equal(
		cachedir_body_begin(&f->dir, &b, &e.output, &err), GS_OK);
	assert_int_equal(cachedir_body_add(&b, view_of(text), &err), GS_OK);
	assert_int_equal(
		cachedir_body_commit(&f->dir, &b, e.size, &err), GS_OK);
	assert_int_equal(cachedir_put(&f->dir, &e, &err), GS_OK);
	return e;
}

/* An entry's object as its answer. */
static inline bool
answer_object(int fd, const char *headers, const char *text)
{
	char storage[512];
	struct buf more = BUF_OVER(storage);
	struct id output;

	sha256_of(view_of(text), &output);
	buf_str(&more, headers);
	buf_str(&more, "x-amz-meta-time: 2024-05-06T07:08:09.000000001Z\r\n"
		       "x-amz-meta-outputid: ");
	buf_hex(&more, output.byte, ID_LEN);
	buf_str(&more, "\r\n");
	return answer_with(fd, "200 OK", buf_cstr(&more), text);
}

/* A directory bucket's session, if that is what it is asked for. */
static inline bool
answers_session(int fd, const struct heard *h)
{
	struct view head = view_of(h->head);

	if (view_find(head, VIEW("?session=")) == head.n) {
		return false;
	}
	return answer_with(fd, "200 OK", "",
		"<CreateSessionResult><Credentials>"
		"<SessionToken>T</SessionToken>"
		"<SecretAccessKey>S</SecretAccessKey>"
		"<AccessKeyId>K</AccessKeyId>"
		"<Expiration>2099-01-01T00:00:00Z</Expiration>"
		"</Credentials></CreateSessionResult>");
}

/* An entry that no directory has yet. */
static inline enum remote_result
fetch_one(struct fixture *f, unsigned n)
{
	struct id action = action_of(n);

	return remote_fetch(&f->remote, &action);
}

/* The first page of the bucket's keys. */
static inline enum remote_result
list_keys(struct fixture *f)
{
	static struct keys keys;

	return keys_list(&keys, &f->remote, census_space);
}

static inline bool
is_in_directory(struct fixture *f, unsigned n, const char *text)
{
	struct id action = action_of(n), output;
	struct entry e;

	sha256_of(view_of(text), &output);
	return cachedir_get(&f->dir, &action, &e) &&
	       id_eq(&e.output, &output) && e.size == strlen(text);
}

static inline bool
is_shared(struct fixture *f, const struct entry *e)
{
	return cachedir_is_shared(
		&f->dir, remote_place(&f->remote), &e->action, &e->output);
}

#endif
