/* For the tests of what a refusal teaches. */
#ifndef TESTS_MEND_FIXTURE_H
#define TESTS_MEND_FIXTURE_H

#include "mirror/ask.h"
#include "mirror/mend.h"

#include "os/trust.h"
#include "remote_fixture.h"

static struct fixture *f;

static inline bool
is_signed_by(const struct heard *h, const char *key)
{
	char credential[64];
	struct view header = heard_header(h, "authorization");

	snprintf(credential, sizeof(credential), "Credential=%s/", key);
	return view_find(header, view_of(credential)) < header.n;
}

static inline bool
hold(int fd, const struct heard *h)
{
	return heard_starts(h, "PUT") ? answer_with(fd, "200 OK", "", "")
				      : answer_object(fd, "", "package main");
}

/* What a request on the connection is filled with. */
static inline struct object_env
fill_in(struct mend *m, const struct conn *conn)
{
	struct object_env env = {.endpoint = NULL};
	struct gs_err err;

	assert_int_equal(mend_hold(m, &f->remote, &err), GS_OK);
	mend_fill(m, &f->remote, conn, &env);
	mend_release(m, &f->remote);
	return env;
}

enum { THREADS = 16 };

static inline void *
fetch_in_thread(void *arg)
{
	unsigned n = (unsigned)((char *)arg - (char *)NULL);
	struct id action = action_of(n);
	enum remote_result result = remote_fetch(&f->remote, &action);

	return result == REMOTE_DONE ? arg : NULL;
}

static inline void
fetch_at_once(void)
{
	pthread_t thread[THREADS];
	void *result;

	for (unsigned i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_create(&thread[i], NULL,
					 fetch_in_thread, (char *)NULL + i + 1),
			0);
	}
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(thread[i], &result);
		assert_non_null(result);
	}
}

/* Two gets and a put, of which only the first is refused and then mended. */
static inline void
use_what_is_learned(void)
{
	struct entry e = store_entry(f, 1, "one");

	assert_int_equal(fetch_one(f, 2), REMOTE_DONE);
	assert_int_equal(fetch_one(f, 3), REMOTE_DONE);
	remote_upload(&f->remote, &e);
	assert_int_equal(f->remote.counts.uploaded, 1);
	assert_int_equal(f->remote.counts.retries, 0);
	assert_int_equal(script_count_heard(&f->server), 4);
}

/* A refusal that names another region. */
static inline bool
learn_region(struct mend *m, const char *region)
{
	struct errors_judgement j = {.mend = ERRORS_MEND_REGION};
	struct meta meta;

	meta_init(&meta);
	snprintf(j.region, sizeof(j.region), "%s", region);
	return mend_try(m, &f->remote, &j, &meta);
}

/* A remote at AWS, that nobody talks to. Two more variables may be NULL. */
static inline void
start_at_aws_with(const char *endpoint, char *first, char *second)
{
	f = fixture_prepare(NULL);
	f->input.endpoint = endpoint;
	f->env[3] = first;
	f->env[4] = first ? second : NULL;
	fixture_start(f);
	assert_true(remote_is_on(&f->remote));
}

static inline struct remote *
start_at_aws(void)
{
	start_at_aws_with("", NULL, NULL);
	assert_string_equal(f->remote.pool.target.host,
		"bucket.s3.us-east-1.amazonaws.com");
	return &f->remote;
}

static inline void
end_at_aws(void)
{
	trust_free(f->remote.pool.target.trust);
	fixture_close(f);
}

#endif
