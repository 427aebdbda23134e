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

/* A remote of AWS's own, that nobody talks to. */
static inline struct remote *
start_at_aws(void)
{
	f = fixture_prepare(NULL);
	f->input.endpoint = "";
	fixture_start(f);
	assert_true(remote_is_on(&f->remote));
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
