/* gocache-s3: lets the go command share its build cache through S3. */
#include "cli/configure.h"
#include "cli/explain.h"
#include "cli/options.h"
#include "cli/version.h"
#include "doctor/doctor.h"
#include "front/front.h"
#include "front/local.h"
#include "front/place.h"
#include "mirror/mirror.h"
#include "os/clock.h"
#include "os/fdio.h"
#include "os/gocmd.h"
#include "os/log.h"
#include "os/process.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_RUN_TIME = 1, EXIT_USAGE = 2 };

static int
print(void (*text)(struct buf *out))
{
	static char storage[OPTIONS_HELP_MAX]; /* too large for a stack */
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

static struct local_places
find_places(const struct options *o)
{
	return (struct local_places){
		.cache_dir = o->cache_dir,
		.gocache = getenv("GOCACHE"),
		.xdg_cache_home = getenv("XDG_CACHE_HOME"),
		.home = getenv("HOME"),
		.tmpdir = getenv("TMPDIR"),
	};
}

/* For a person who asks what is wrong. */
static int
examine(const struct options *o, const struct settings_input *settings)
{
	const struct local_places places = find_places(o);
	const struct doctor_setup doctor = {
		.options = o,
		.settings = settings,
		.places = &places,
		.version = version_text,
	};

	return doctor_run(&doctor) ? EXIT_SUCCESS : EXIT_RUN_TIME;
}

static bool
is_scoped(const struct options *o)
{
	return strcmp(o->scope, "off") != 0;
}

/* What is known of a run from the start. */
static struct stats_setup
describe(const struct options *o, pid_t go)
{
	struct stats_setup stats = {
		.path = o->stats,
		.version = version_text,
		.has_scope = is_scoped(o),
	};
	struct buf command = BUF_OVER(stats.command);
	struct id family;

	gocmd_scope(go, environ, o->scope, &stats.scope, &family);
	gocmd_command(go, &command);
	(void)buf_cstr(&command);
	return stats;
}

/* The conversation with go, which has been greeted. */
static int
converse(const struct options *o, const struct settings_input *settings,
	pid_t go)
{
	static struct cachedir dir; /* too large for a stack */
	struct id place = place_name(settings, clock_wall_ns());
	int signals = process_signals();
	const struct local_places places = find_places(o);
	bool sharing = o->bucket[0] != '\0' && !o->read_only;

	configure_warn(o);
	local_open(&dir, &places);
	struct mirror_setup mirror = {
		.cache_dir = dir.path,
		.temporary_dir = dir.temporary,
		.place = place,
		.read_only = o->read_only,
		.drain_ms = o->drain_ms,
		.settings = settings,
		.go = go,
		.scope = o->scope,
		.prefetch_bytes = o->prefetch_bytes,
		.keep_s = o->keep_s,
	};
	struct front_setup front = {
		.dir = &dir,
		.mirror = {mirror_run, &mirror},
		.place = place,
		.sharing = sharing,
		.reporting = sharing && is_scoped(o),
		.drain_ms = o->drain_ms,
		.signals = signals,
	};
	struct stats_setup stats;

	if (o->stats[0] != '\0') {
		stats = describe(o, go);
		front.stats = &stats;
	}
	return front_run(&front);
}

int
main(int argc, char *argv[])
{
	extern char **environ;
	const pid_t go = getppid();
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
		return print(version_write);
	}
	struct settings_input settings = configure(&o, environ);

	if (o.doctor) {
		return examine(&o, &settings);
	}
	if (isatty(STDIN_FILENO)) {
		return print(cli_explain);
	}
	if (o.strict && configure_check(&o, &settings, &err) != GS_OK) {
		return fail(EXIT_RUN_TIME, &err);
	}
	if (front_greet(&err) != GS_OK) {
		return fail(EXIT_RUN_TIME, &err);
	}
	return converse(&o, &settings, go);
}
