/*
 * The keys that a run's threads share (mirror/credentials.h), from a source
 * that the test plays: granting_run is here.
 */
#ifndef TESTS_CREDENTIALS_FIXTURE_H
#define TESTS_CREDENTIALS_FIXTURE_H

#include "loopback.h"
#include "mirror/credentials.h"
#include "os/clock.h"
#include "os/thread.h"

#include <stdatomic.h>
#include <stdio.h>

enum { SOON_MS = 20000, BRIEFLY_MS = 300, HOLDERS = 16 };

/* What the source says to the how-manyth question. */
struct answer {
	const char *key; /* NULL: err */
	int lives_s;     /* 0: for ever */
	enum gs_code code;
	unsigned takes_ms;
};

static struct {
	struct chain chain;
	struct conn_patience patience;
	const struct answer *answers; /* the last one is repeated */
	unsigned count;
	atomic_uint asked, at_once, late, none, finished, reread;
	struct gs_err told;
	struct credentials *c;
} t;

static inline int64_t
now_s(void)
{
	return clock_wall_ns() / 1000000000;
}

static inline void
fill(struct grant *grant, const char *key, int lives_s)
{
	memset(grant, 0, sizeof(*grant));
	strncpy(grant->creds.access_key, key, ACCESS_KEY_MAX);
	grant->expires_s = lives_s ? now_s() + lives_s : GRANT_NEVER;
}

enum gs_code
granting_run(const struct granting *g, uint64_t deadline_ms,
	struct grant *grant, struct gs_err *err)
{
	unsigned n = t.asked++;
	const struct answer *a = &t.answers[n < t.count ? n : t.count - 1];

	assert_int_equal(t.at_once++, 0);
	usleep(a->takes_ms * 1000);
	t.at_once--;
	if (!a->key) {
		return gs_fail(err, a->code, "the source", VIEW(""), "says no");
	}
	fill(grant, a->key, a->lives_s);
	return GS_OK;
}

static inline void
tell(void *ctx, enum credentials_news news, const struct gs_err *err)
{
	assert_ptr_equal(ctx, &t);
	t.told = *err;
	if (news == CREDENTIALS_NONE) {
		t.none++;
	} else {
		t.late++;
	}
}

static inline void
prepare(enum chain_kind kind, const struct answer *answers, unsigned count)
{
	memset(&t, 0, sizeof(t));
	t.chain.kind = kind;
	strncpy(t.chain.from, "a test", sizeof(t.chain.from) - 1);
	t.answers = answers;
	t.count = count;
	t.patience.keys_ms[CONN_GET] = BRIEFLY_MS;
	t.patience.keys_ms[CONN_PUT] = SOON_MS;
}

static inline void
start_with(struct credentials_setup setup)
{
	struct gs_err err;

	setup.how.chain = &t.chain;
	setup.patience = &t.patience;
	setup.ctx = &t;
	setup.tell = tell;
	t.c = credentials_prepare(&setup, &err);
	assert_non_null(t.c);
	credentials_start(t.c);
}

#define START(...)                                                             \
	static const struct answer answers[] = {__VA_ARGS__};                  \
	prepare(CHAIN_INSTANCE, answers, sizeof(answers) / sizeof(*answers));  \
	start_with((struct credentials_setup){.how.env = NULL})

/* One that waits as long as it takes. */
static inline void
assert_key(const char *key)
{
	struct gs_err err;
	struct held_keys *k = credentials_hold(t.c, CONN_PUT, &err);

	assert_non_null(k);
	assert_string_equal(held_creds(k)->access_key, key);
	credentials_put_back(t.c, k);
}

static inline void
assert_none(enum conn_use use, enum gs_code code)
{
	struct gs_err err = {0};

	assert_null(credentials_hold(t.c, use, &err));
	assert_int_equal(err.code, code);
}

/* What comes of it if the store refuses them. */
static inline void
assert_refused(
	struct held_keys *k, enum conn_use use, enum credentials_change change)
{
	assert_int_equal(credentials_replace(t.c, k, use), change);
}

static inline void
await(atomic_uint *count, unsigned at_least)
{
	for (int i = 0; i < SOON_MS && *count < at_least; i++) {
		usleep(1000);
	}
	assert_true(*count >= at_least);
}

/* Within some seconds, without a moment that has no keys. */
static inline void
assert_key_comes(const char *key)
{
	bool came = false;
	struct gs_err err;

	for (int i = 0; i < SOON_MS && !came; i++) {
		struct held_keys *k = credentials_hold(t.c, CONN_GET, &err);

		assert_non_null(k);
		came = strcmp(held_creds(k)->access_key, key) == 0;
		credentials_put_back(t.c, k);
		usleep(1000);
	}
	assert_true(came);
}

#endif
