#include "mirror/credentials_private.h"

#include "os/clock.h"

#include <stdlib.h>

#define SECOND_NS 1000000000

int64_t
credentials_now_s(void)
{
	return clock_wall_ns() / SECOND_NS;
}

uint64_t
credentials_mono_ms(int64_t at_s)
{
	int64_t now_ms = clock_wall_ns() / 1000000;

	if (at_s >= GRANT_NEVER / 1000) {
		return CLOCK_NEVER;
	}
	return clock_mono_ms() +
	       (at_s * 1000 > now_ms ? (uint64_t)(at_s * 1000 - now_ms) : 0);
}

bool
credentials_are_valid(const struct held_keys *k)
{
	return k && grant_is_valid(&k->grant, credentials_now_s());
}

void
credentials_free_keys(struct held_keys *k)
{
	if (k) {
		wipe(k, sizeof(*k));
		free(k);
	}
}

static struct held_keys *
new_keys(struct gs_err *err)
{
	struct held_keys *k = calloc(1, sizeof(*k));

	if (!k) {
		gs_fail(err, GS_SYS, "out of memory", VIEW(""), NULL);
		return NULL;
	}
	k->holders = 1;
	return k;
}

struct held_keys *
credentials_keep(const struct creds *creds, struct gs_err *err)
{
	struct held_keys *k = new_keys(err);

	if (k) {
		k->grant.creds = *creds;
		k->grant.expires_s = GRANT_NEVER;
		k->renew_at_s = GRANT_NEVER;
	}
	return k;
}

static enum gs_code
fail_over(const struct chain *chain, struct gs_err *err)
{
	struct gs_err late;

	gs_fail(&late, GS_BAD, "they had expired when they came", VIEW(""),
		"is this machine's clock right?");
	return granting_fail(chain, &late, err);
}

/* Keys that were over when they came are asked for once more. */
static enum gs_code
run_chain(struct credentials_asker *a, uint64_t deadline_ms,
	struct grant *grant, struct gs_err *err)
{
	for (unsigned attempt = 0; attempt < 2; attempt++) {
		enum gs_code code =
			granting_run(&a->with.how, deadline_ms, grant, err);

		if (code != GS_OK ||
			grant_is_valid(grant, credentials_now_s())) {
			return code;
		}
	}
	return fail_over(&a->chain, err);
}

static enum gs_code
finish(struct credentials_asker *a, uint64_t deadline_ms, struct grant *grant,
	struct gs_err *err)
{
	enum gs_code code = a->with.finish(
		a->with.ctx, &a->base->grant.creds, deadline_ms, grant, err);

	a->base_is_refused = code == GS_CLOSED;
	if (code == GS_OK && !grant_is_valid(grant, credentials_now_s())) {
		code = fail_over(&a->chain, err);
	}
	return code;
}

/* Keys that one of these fills. */
static struct held_keys *
ask(struct credentials_asker *a,
	enum gs_code (*fill)(struct credentials_asker *a, uint64_t deadline_ms,
		struct grant *grant, struct gs_err *err),
	uint64_t deadline_ms, struct gs_err *err)
{
	struct held_keys *k = new_keys(err);

	if (k && fill(a, deadline_ms, &k->grant, err) != GS_OK) {
		credentials_free_keys(k);
		return NULL;
	}
	if (k) {
		k->renew_at_s = grant_renew_at(&k->grant, credentials_now_s());
	}
	return k;
}

/* Keys that were there from the start, or what has become of them. */
static struct held_keys *
read_again(struct credentials_asker *a, bool refused, struct gs_err *err)
{
	struct held_keys *k = credentials_keep(&a->chain.keys, err);

	if (k && refused && a->with.reread) {
		(void)a->with.reread(a->with.ctx, &k->grant.creds);
	}
	return k;
}

static struct held_keys *
ask_chain(struct credentials_asker *a, bool refused, uint64_t deadline_ms,
	struct gs_err *err)
{
	return chain_is_static(&a->chain) ? read_again(a, refused, err)
					  : ask(a, run_chain, deadline_ms, err);
}

/* Sees to the chain's keys. Those that are to be renewed serve for as long as
 * they last. */
static enum gs_code
find_base(struct credentials_asker *a, bool refused, uint64_t deadline_ms,
	struct gs_err *err)
{
	bool serves = !refused && credentials_are_valid(a->base);

	if (serves && credentials_now_s() < a->base->renew_at_s) {
		return GS_OK;
	}
	struct held_keys *k = ask_chain(a, refused, deadline_ms, err);

	if (k) {
		credentials_free_keys(a->base);
		a->base = k;
		return GS_OK;
	}
	if (serves) {
		a->with.tell(a->with.ctx, CREDENTIALS_LATE, err);
	}
	return serves ? GS_OK : err->code;
}

/* Of the store, for the chain's keys. */
static struct held_keys *
ask_store(struct credentials_asker *a, bool refused, uint64_t deadline_ms,
	struct gs_err *err)
{
	a->base_is_refused = false;
	return find_base(a, refused, deadline_ms, err) == GS_OK
		       ? ask(a, finish, deadline_ms, err)
		       : NULL;
}

struct held_keys *
credentials_ask(struct credentials_asker *a, bool refused, uint64_t deadline_ms,
	struct gs_err *err)
{
	if (!a->with.finish) {
		return ask_chain(a, refused, deadline_ms, err);
	}
	struct held_keys *k = ask_store(a, refused, deadline_ms, err);

	if (a->base_is_refused && !refused) {
		k = ask_store(a, true, deadline_ms, err);
	}
	if (a->base_is_refused) {
		err->code = GS_CONFIG; /* nor are other ones taken */
	}
	return k;
}
