/* gocache-s3: lets the go command share its build cache through S3. */
#include "base/sha256.h"
#include "cli/explain.h"
#include "cli/options.h"
#include "cli/version.h"
#include "front/front.h"
#include "front/local.h"
#include "mirror/mirror.h"
#include "os/clock.h"
#include "os/fdio.h"
#include "os/log.h"
#include "os/process.h"
#include "os/settings_files.h"
#include "s3/env.h"

#include <stdlib.h>
#include <unistd.h>

#define WEEK_NS (7 * 24 * 3600 * 1000000000ULL)

enum { EXIT_RUN_TIME = 1, EXIT_USAGE = 2 };

static struct cachedir dir;
static struct settings_input settings;
static struct mirror_setup mirror;

static void
add_version(struct buf *out)
{
	buf_str(out, "gocache-s3 ");
	buf_str(out, version_text);
	buf_char(out, '\n');
}

static int
print(void (*text)(struct buf *out))
{
	char storage[OPTIONS_HELP_MAX];
	struct buf out = BUF_OVER(storage);
	struct gs_err ignored;

	text(&out);
	return fd_write_all(STDOUT_FILENO, out.p, out.len, &ignored) == GS_OK
		       ? EXIT_SUCCESS
		       : EXIT_RUN_TIME;
}

static int
fail(int status, const struct gs_err *err)
{
	log_err(LOG_ERROR, err);
	return status;
}

static void
take_settings(const struct options *o, char *const env[])
{
	settings = (struct settings_input){
		.env = env,
		.bucket = o->bucket,
		.prefix = o->prefix,
		.endpoint = o->endpoint,
		.region = o->region,
		.profile = o->profile,
		.ca_bundle = o->ca_bundle,
		.path_style = o->path_style,
	};
}

/* With -strict: the configuration must be good before anything else is. */
static enum gs_code
check_settings(const struct options *o, struct gs_err *err)
{
	static struct settings checked; /* too large for a stack */
	struct gs_err unreadable;
	struct endpoint endpoint;

	if (o->ignored.code != GS_OK) {
		*err = o->ignored;
		return err->code;
	}
	if (o->bucket[0] == '\0') {
		return gs_fail(err, GS_CONFIG, "no bucket", VIEW(""),
			"set -bucket or GOCACHE_S3_BUCKET");
	}
	enum gs_code code =
		settings_load(&settings, &checked, &unreadable, err);
	struct endpoint_wish wish = settings_wish(&checked);

	if (code == GS_OK) {
		code = endpoint_resolve(&wish, &endpoint, err);
	}
	settings_release(&checked);
	return code;
}

static void
warn_of_settings(const struct options *o)
{
	if (o->ignored.code != GS_OK) {
		log_err(LOG_WARNING, &o->ignored);
	}
	if (o->bucket[0] == '\0') {
		log_line(LOG_WARNING,
			VIEW("no bucket: the local cache is used alone; set "
			     "-bucket or GOCACHE_S3_BUCKET"));
	}
}

/* Names the bucket for the marks of the cache directory: what the run was told,
 * not what that comes to, so a wrong guess costs an upload. Objects expire, so
 * the name is good for a week, and then the bucket is looked into again. */
static struct id
name_place(const struct options *o, char *const env[])
{
	static const char *const names[] = {"AWS_ENDPOINT_URL_S3",
		"AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_CONFIG_FILE"};
	const char *const told[] = {
		o->endpoint, o->bucket, o->prefix, o->profile};
	struct sha256 hash;
	struct id place;

	uint64_t week = (uint64_t)clock_wall_ns() / WEEK_NS;

	sha256_init(&hash, SHA256_PORTABLE);
	sha256_update(&hash, (struct view){(const char *)&week, sizeof(week)});
	for (size_t i = 0; i < sizeof(told) / sizeof(*told); i++) {
		sha256_update(&hash, view_of(told[i]));
		sha256_update(&hash, VIEW("\n"));
		sha256_update(&hash, env_get(env, names[i]));
		sha256_update(&hash, VIEW("\n"));
	}
	sha256_final(&hash, &place);
	return place;
}

static void
open_local(const struct options *o)
{
	const struct local_places places = {
		.cache_dir = o->cache_dir,
		.gocache = getenv("GOCACHE"),
		.xdg_cache_home = getenv("XDG_CACHE_HOME"),
		.home = getenv("HOME"),
		.tmpdir = getenv("TMPDIR"),
	};

	local_open(&dir, &places);
}

static int
converse(const struct options *o, char *const env[])
{
	struct front_setup front = {
		.dir = &dir,
		.mirror = {mirror_run, &mirror},
		.place = name_place(o, env),
		.sharing = o->bucket[0] != '\0' && !o->read_only,
		.drain_ms = o->drain_ms,
		.signals = process_signals(),
	};

	warn_of_settings(o);
	open_local(o);
	mirror = (struct mirror_setup){
		.cache_dir = dir.path,
		.temporary_dir = dir.temporary,
		.place = front.place,
		.read_only = o->read_only,
		.drain_ms = o->drain_ms,
		.settings = &settings,
	};
	return front_run(&front);
}

int
main(int argc, char *argv[])
{
	extern char **environ;
	struct options o;
	struct gs_err err;

	process_tidy_descriptors();
	log_init(false);
	if (options_parse(argc, argv, environ, &o, &err) != GS_OK) {
		return fail(EXIT_USAGE, &err);
	}
	log_init(o.verbose);
	if (o.show_help) {
		return print(options_help);
	}
	if (o.show_version) {
		return print(add_version);
	}
	if (isatty(STDIN_FILENO)) {
		return print(cli_explain);
	}
	take_settings(&o, environ);
	if (o.strict && check_settings(&o, &err) != GS_OK) {
		return fail(EXIT_RUN_TIME, &err);
	}
	if (front_greet(&err) != GS_OK) {
		return fail(EXIT_RUN_TIME, &err);
	}
	return converse(&o, environ);
}
