/* What is configured, and where the cache lies on this machine. */
#include "doctor/exam.h"

#include "base/time.h"
#include "mirror/granting.h"
#include "os/clock.h"
#include "os/log.h"
#include "os/settings_files.h"
#include "s3/env.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECOND_NS 1000000000

/* A command may want a person's help. */
enum { SOURCE_MS = 60 * 1000 };

/* Where an option's value is from: values borrow from the variable if that
 * said them. */
static const char *
source_of(const struct exam *e, const char *value, const char *flag,
	const char *variable)
{
	if (value[0] == '\0') {
		return "";
	}
	return env_get(e->with->settings->env, variable).p == value ? variable
								    : flag;
}

static void
add_options(const struct exam *e, struct finding *f)
{
	const struct options *o = e->with->options;

	finding_add(f, "bucket", view_of(o->bucket),
		source_of(e, o->bucket, "-bucket", "GOCACHE_S3_BUCKET"));
	finding_add(f, "prefix", view_of(o->prefix),
		source_of(e, o->prefix, "-prefix", "GOCACHE_S3_PREFIX"));
	finding_add(f, "read-only", view_of(o->read_only ? "yes" : "no"), "");
}

static void
add_endpoint(const struct exam *e, struct finding *f)
{
	const struct settings *s = &e->settings;
	char storage[FINDING_VALUE_MAX];
	struct buf url = BUF_OVER(storage);

	endpoint_url(&e->endpoint, &url);
	finding_add(f, "URL", buf_view(&url),
		s->endpoint_from[0] ? s->endpoint_from : "AWS");
	finding_add(f, "region", view_of(e->endpoint.region),
		e->endpoint.region_is_guess ? "a guess" : s->region_from);
	finding_add(f, "profile", view_of(s->profile), "");
}

static void
add_files(const struct exam *e, struct finding *f)
{
	static struct settings_paths paths; /* too large for a stack */
	struct gs_err ignored;

	if (settings_paths(e->with->settings->env, &paths, &ignored) == GS_OK) {
		finding_add(f, "config file", view_of(paths.config),
			access(paths.config, R_OK) == 0 ? "" : "not there");
		finding_add(f, "credentials", view_of(paths.credentials),
			access(paths.credentials, R_OK) == 0 ? ""
							     : "not there");
	}
}

void
exam_configuration(struct exam *e, struct finding *f)
{
	struct gs_err err;

	add_options(e, f);
	add_files(e, f);
	if (e->with->options->bucket[0] == '\0') {
		finding_say(f, FINDING_FAILED, VIEW("there is no bucket"),
			VIEW("set -bucket or GOCACHE_S3_BUCKET"));
		return;
	}
	if (settings_establish(e->with->settings, &e->settings, &e->endpoint,
		    &e->trust, &err) != GS_OK) {
		finding_fail(f, &err, "");
		return;
	}
	e->wish = settings_wish(&e->settings);
	add_endpoint(e, f);
	if (e->with->options->ignored.code != GS_OK) {
		finding_say(f, FINDING_WARNING,
			view_of(e->with->options->ignored.text),
			VIEW("the variable is ignored until it is mended"));
	}
}

void
exam_directory(struct exam *e, struct finding *f)
{
	static struct cachedir dir; /* too large for a stack */
	const char *wanted = e->with->options->cache_dir;

	local_open(&dir, e->with->places);
	finding_add(f, "directory", view_of(dir.path),
		source_of(e, wanted, "-cache-dir", "GOCACHE_S3_CACHE_DIR"));
	if (dir.dir < 0) {
		finding_say(f, FINDING_FAILED,
			VIEW("there is no directory to keep results in"),
			VIEW("set GOCACHE to a directory that can be written"));
	} else if (dir.temporary && strcmp(wanted, "temp") != 0) {
		finding_say(f, FINDING_WARNING,
			VIEW("results are kept for one run only"),
			VIEW("set GOCACHE to a directory that can be written"));
	}
	cachedir_remove(&dir);
	cachedir_close(&dir);
}

/* As people tell keys apart, without giving them away. */
static void
add_key(const struct creds *creds, struct finding *f)
{
	enum { SHOWN = 4 };
	struct view key = view_of(creds->access_key);
	char storage[2 * SHOWN];
	struct buf shown = BUF_OVER(storage);

	buf_str(&shown, "****");
	if (key.n >= 2 * SHOWN) {
		buf_add(&shown, view_skip(key, key.n - SHOWN));
	}
	finding_add(f, "access key", buf_view(&shown), "");
}

static void
add_end(int64_t expires_s, struct finding *f)
{
	char storage[32];
	struct buf text = BUF_OVER(storage);

	if (expires_s == GRANT_NEVER) {
		buf_str(&text, "never");
	} else if (expires_s > INT64_MAX / SECOND_NS) {
		buf_str(&text, "after the year 2262");
	} else {
		time_format_rfc3339(&text, expires_s * SECOND_NS);
	}
	finding_add(f, "end", buf_view(&text), "");
}

/* What a command says to the person. */
static void
hear(void *ctx, struct view line)
{
	(void)ctx;
	log_line(LOG_WARNING, line);
}

/* The source may be behind https where the bucket is not. */
static enum gs_code
find_trust(struct exam *e, struct gs_err *err)
{
	struct granting_needs needs;
	enum gs_code code = granting_find_needs(
		&e->settings.chain, e->with->settings->env, &needs, err);

	return code == GS_OK && needs.trust && !e->trust
		       ? settings_trust(e->with->settings, &e->settings,
				 &e->trust, err)
		       : code;
}

/* Asks the source of keys, as a run does. */
static enum gs_code
ask_source(struct exam *e, struct gs_err *err)
{
	const struct chain *chain = &e->settings.chain;
	const struct command_listener listener = {NULL, hear};

	if (find_trust(e, err) != GS_OK) {
		return err->code;
	}
	struct granting g = {.chain = chain,
		.trust = e->trust,
		.env = e->with->settings->env};

	if (chain->kind == CHAIN_COMMAND) {
		g.command = command_start(chain->command, &listener, err);
		if (!g.command) {
			return err->code;
		}
	}
	enum gs_code code =
		granting_run(&g, clock_mono_ms() + SOURCE_MS, &e->grant, err);

	command_end(g.command);
	return code;
}

void
exam_credentials(struct exam *e, struct finding *f)
{
	const struct creds *creds = &e->grant.creds;
	struct gs_err err;

	finding_add(f, "source", view_of(e->settings.chain.from), "");
	if (ask_source(e, &err) != GS_OK) {
		finding_fail(f, &err, "");
		return;
	}
	add_key(creds, f);
	finding_add(f, "session token",
		view_of(creds->session_token[0] ? "yes" : "no"), "");
	add_end(e->grant.expires_s, f);
}
