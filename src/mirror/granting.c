#include "mirror/granting_private.h"

#include "base/array.h"
#include "os/clock.h"
#include "os/fdio.h"
#include "os/random.h"
#include "s3/retry.h"
#include "s3/skew.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#define SECOND_NS 1000000000

/* asking a service */

int64_t
granting_now_ns(const struct granting_course *c)
{
	return clock_wall_ns() + c->skew_s * SECOND_NS;
}

bool
granting_learn_clock(struct granting_course *c)
{
	const struct granting_talk *t = &c->talk;
	int64_t used_s = c->skew_s;

	return t->status != 0 && t->meta.has_date && !t->meta.is_old &&
	       skew_measure(t->meta.date_s, t->sent_ns / SECOND_NS,
		       t->received_ns / SECOND_NS, &c->skew_s) &&
	       skew_matters(used_s, c->skew_s);
}

/* Without the path: a container's is as good as a password. */
void
granting_blame(const struct granting_course *c, struct gs_err *err)
{
	const struct url *asked = &c->service.url;
	struct gs_err why = *err;
	char storage[URL_MAX + 1];
	struct buf url = BUF_OVER(storage);

	buf_str(&url, asked->tls ? "https://" : "http://");
	url_add_host(asked->tls, asked->host, asked->port, &url);
	gs_fail(err, why.code, "at", buf_view(&url), why.text);
	err->sys_errno = why.sys_errno;
}

/* What an attempt comes to: GS_OK, or err, and whether another one may do
 * better. */
static enum gs_code
attempt(struct granting_course *c, enum refusal *refusal, struct gs_err *err)
{
	struct granting_talk *t = &c->talk;
	enum gs_code code = granting_talk_ask(t, err);

	if (code != GS_OK) {
		*refusal = code == GS_SYS || code == GS_CLOSED ||
					   code == GS_TIMEOUT
				   ? REFUSAL_PASSING
				   : REFUSAL_FINAL;
		return code; /* which names the host */
	}
	bool clock_differs = granting_learn_clock(c);

	if (t->status == 200) {
		return GS_OK;
	}
	*refusal = refusal_judge(
		c->service.name, t->status, buf_view(&t->body), err);
	if (*refusal == REFUSAL_CLOCK && !clock_differs) {
		*refusal = REFUSAL_FINAL;
	}
	granting_blame(c, err);
	return err->code;
}

/* How often has been tried, and what for. */
struct tries {
	unsigned failures;
	bool renewed, set_clock;
};

bool
granting_pause(const struct granting_course *c, unsigned failures)
{
	uint64_t pause_ms = retry_delay_ms(
		failures, false, c->talk.meta.retry_after_s, random_bits());

	if (failures >= GRANTING_ATTEMPTS ||
		clock_mono_ms() + pause_ms >= c->deadline_ms) {
		return false;
	}
	poll(NULL, 0, (int)pause_ms);
	return true;
}

/* True, once it is time, if another attempt may do better. */
static bool
try_again(
	const struct granting_course *c, enum refusal refusal, struct tries *t)
{
	bool first;

	switch (refusal) {
	case REFUSAL_PASSING:
		return granting_pause(c, ++t->failures);
	case REFUSAL_STALE: /* a file is read anew */
		first = !t->renewed && c->file.p;
		t->renewed = true;
		return first;
	case REFUSAL_CLOCK:
		first = !t->set_clock;
		t->set_clock = true;
		return first;
	case REFUSAL_FINAL:
		break;
	}
	return false;
}

enum gs_code
granting_ask(struct granting_course *c, const struct granting_service *service,
	struct gs_err *err)
{
	enum refusal refusal = REFUSAL_FINAL;
	struct tries tries = {0};

	c->service = *service;
	if (granting_talk_begin(c, &conn_usual_patience, err) != GS_OK) {
		return err->code;
	}
	do {
		if (service->write(c, &c->talk.request, err) != GS_OK) {
			break;
		}
		if (attempt(c, &refusal, err) == GS_OK) {
			granting_talk_end(&c->talk);
			return GS_OK;
		}
	} while (try_again(c, refusal, &tries));
	granting_talk_end(&c->talk);
	return err->code;
}

enum gs_code
granting_take(struct granting_course *c, enum keydoc_kind kind,
	struct grant *grant, struct gs_err *err)
{
	if (keydoc_read(kind, buf_view(&c->talk.body), grant, err) != GS_OK) {
		granting_blame(c, err);
		return err->code;
	}
	return GS_OK;
}

/* files */

/* A person must see to the file; otherwise the system is short of something. */
static bool
is_for_a_person(const struct gs_err *why)
{
	static const int numbers[] = {ENOENT, EACCES, EPERM, ENOTDIR, EISDIR,
		ELOOP, ENAMETOOLONG, ENXIO};

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		if (why->sys_errno == numbers[i]) {
			return true;
		}
	}
	return why->code != GS_SYS;
}

enum gs_code
granting_read_file(struct granting_course *c, size_t max, const char *advice,
	struct gs_err *err)
{
	struct gs_err why;

	granting_forget_file(c);
	if (fd_read_file(c->chain->file, max, &c->file, &why) != GS_OK) {
		c->file = (struct buf){0};
		if (is_for_a_person(&why)) {
			return gs_fail(
				err, GS_CONFIG, why.text, VIEW(""), advice);
		}
		*err = why;
		return err->code;
	}
	if (view_trim(buf_view(&c->file)).n == 0) {
		return gs_fail(err, GS_CONFIG, "empty file",
			view_of(c->chain->file), advice);
	}
	return GS_OK;
}

void
granting_forget_file(struct granting_course *c)
{
	if (c->file.p) {
		wipe(c->file.p, c->file.len);
		free(c->file.p);
	}
	c->file = (struct buf){0};
}

/* the chain */

static enum gs_code
use_keys(struct granting_course *c, struct gs_err *err)
{
	(void)err;
	c->grant.creds = c->chain->keys;
	c->grant.expires_s = GRANT_NEVER;
	return GS_OK;
}

/* Keys that are over come from a cache that the command keeps, so that it would
 * print them again. */
static enum gs_code
read_output(struct granting_course *c, struct gs_err *err)
{
	struct view output = buf_view(&c->talk.body);

	if (output.n == 0) {
		return gs_fail(
			err, GS_CONFIG, "it prints nothing", VIEW(""), NULL);
	}
	if (keydoc_read(KEYDOC_COMMAND, output, &c->grant, err) != GS_OK) {
		return err->code;
	}
	return grant_is_valid(&c->grant, granting_now_ns(c) / SECOND_NS)
		       ? GS_OK
		       : gs_fail(err, GS_CONFIG,
				 "it prints keys that have expired", VIEW(""),
				 "is this machine's clock right?");
}

/* What goes wrong there is nothing that mends itself, and who is asked to sign
 * in by a window shall not be asked again and again. */
static enum gs_code
run_command(struct granting_course *c, struct gs_err *err)
{
	c->talk.body = BUF_OVER(c->talk.body_storage);
	if (command_run(c->how->command, c->deadline_ms, &c->talk.body, err) !=
			GS_OK ||
		read_output(c, err) != GS_OK) {
		err->code = GS_CONFIG;
		return GS_CONFIG;
	}
	return GS_OK;
}

static enum gs_code
ask_source(struct granting_course *c, struct gs_err *err)
{
	static enum gs_code (*const sources[])(
		struct granting_course * c, struct gs_err * err) = {
		[CHAIN_KEYS] = use_keys,
		[CHAIN_WEB_IDENTITY] = granting_web_identity,
		[CHAIN_SSO] = granting_sso,
		[CHAIN_LOGIN] = granting_login,
		[CHAIN_COMMAND] = run_command,
		[CHAIN_CONTAINER] = granting_container,
		[CHAIN_INSTANCE] = granting_instance,
	};

	return sources[c->chain->kind](c, err);
}

static enum gs_code
carry_out(struct granting_course *c, struct gs_err *err)
{
	enum gs_code code = ask_source(c, err);

	for (size_t i = 0; i < c->chain->role_count && code == GS_OK; i++) {
		c->role = &c->chain->roles[i];
		code = granting_assume(c, err);
	}
	return code;
}

static void
free_course(struct granting_course *c)
{
	granting_talk_end(&c->talk);
	granting_forget_file(c);
	wipe(c, sizeof(*c));
	free(c);
}

enum gs_code
granting_run(const struct granting *g, uint64_t deadline_ms,
	struct grant *grant, struct gs_err *err)
{
	struct granting_course *c = calloc(1, sizeof(*c));
	struct gs_err why;

	if (!c) {
		return gs_fail(err, GS_SYS, "out of memory", VIEW(""), NULL);
	}
	c->how = g;
	c->chain = g->chain;
	c->deadline_ms = deadline_ms;
	enum gs_code code = carry_out(c, &why);

	if (code == GS_OK) {
		*grant = c->grant;
		if (grant->expires_s != GRANT_NEVER) {
			grant->expires_s -= c->skew_s;
		}
	} else {
		granting_fail(g->chain, &why, err);
	}
	free_course(c);
	return code;
}
