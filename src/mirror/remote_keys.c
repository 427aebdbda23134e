/* The keys of the run: where they come from, and what is said of them. */
#include "mirror/remote_private.h"

#include "mirror/express_session.h"
#include "mirror/say.h"
#include "os/settings_files.h"
#include "s3/express.h"

#include <stdlib.h>

static void
tell(void *ctx, enum credentials_news news, const struct gs_err *err)
{
	struct remote *r = ctx;

	if (news == CREDENTIALS_NONE) {
		remote_say(r, REMOTE_TOPIC_CONFIG, LOG_WARNING, err);
		r->on = false;
	} else {
		remote_say(r, REMOTE_TOPIC_KEYS, LOG_WARNING, err);
	}
}

void
remote_say_keyless(
	struct remote *r, enum errors_op op, const struct gs_err *err)
{
	bool is_wanted = !(errors_kind(op) == ERRORS_GET && r->cancelled);
	bool is_known = (r->said & (1u << REMOTE_TOPIC_KEYS)) != 0;

	if (r->on && is_wanted && !is_known) {
		remote_say(r, REMOTE_TOPIC_NO_KEYS_YET, LOG_WARNING, err);
	}
}

/* A line of the credential_process, for a person who may have to do
 * something. */
static void
hear(void *ctx, struct view words)
{
	const struct remote *r = ctx;
	char storage[LINK_TEXT_MAX];
	struct buf line = BUF_OVER(storage);

	buf_str(&line, "credential_process says: ");
	buf_add(&line, words);
	say(r->with.link, LOG_WARNING, buf_view(&line));
}

/* Reads the files again; somebody may have renewed the keys there. */
static bool
reread(void *ctx, struct creds *creds)
{
	const struct remote *r = ctx;
	struct settings *fresh = malloc(sizeof(*fresh));
	struct gs_err ignored;
	bool found = false;

	if (!fresh) {
		return false;
	}
	if (settings_load(r->with.settings, fresh, &ignored) == GS_OK &&
		chain_is_static(&fresh->chain)) {
		*creds = fresh->chain.keys;
		found = true;
	}
	settings_release(fresh);
	free(fresh);
	return found;
}

bool
remote_is_in_session(const struct remote *r)
{
	return express_is_wanted(&r->endpoint[0], r->settings.without_sessions);
}

enum gs_code
remote_prepare_keys(struct remote *r, struct gs_err *err)
{
	const struct chain *chain = &r->settings.chain;
	char *const *env = r->with.settings->env;

	if (granting_find_needs(chain, env, &r->needs, err) != GS_OK) {
		return err->code;
	}
	if (r->needs.trust && !r->trust &&
		settings_trust(r->with.settings, &r->settings, &r->trust,
			err) != GS_OK) {
		return err->code;
	}
	const struct credentials_setup setup = {
		.how = {.chain = chain, .trust = r->trust, .env = env},
		.patience = r->with.patience,
		.ctx = r,
		.tell = tell,
		.hear = hear,
		.reread = reread,
		.finish = remote_is_in_session(r) ? express_session_open : NULL,
	};

	r->credentials = credentials_prepare(&setup, err);
	return r->credentials ? GS_OK : err->code;
}

void
remote_begin(struct remote *r)
{
	credentials_start(r->credentials);
}
