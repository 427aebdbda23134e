#include "front/local.h"

#include "os/log.h"

#include <string.h>
#include <unistd.h>

static bool
is_set(const char *value)
{
	return value && value[0] != '\0';
}

/* Appends the working directory, if path needs it, and path. out is empty. */
static void
add_absolute(struct buf *out, const char *path)
{
	if (path[0] != '/' && getcwd(out->p, out->cap)) {
		out->len = strlen(out->p);
		buf_char(out, '/');
	}
	buf_str(out, path);
}

static void
choose(const struct local_places *places, struct buf *out)
{
	if (is_set(places->cache_dir)) {
		add_absolute(out, places->cache_dir);
	} else if (is_set(places->gocache)) {
		buf_str(out, places->gocache);
	} else if (is_set(places->xdg_cache_home)) {
		buf_str(out, places->xdg_cache_home);
		buf_str(out, "/go-build");
	} else if (is_set(places->home)) {
		buf_str(out, places->home);
		buf_str(out, "/.cache/go-build");
	}
}

static void
open_temporary(struct cachedir *c, const char *tmpdir)
{
	struct gs_err err;

	if (cachedir_open_temporary(c, tmpdir, &err) != GS_OK) {
		log_err(LOG_WARNING, &err);
	}
}

void
local_open(struct cachedir *c, const struct local_places *places)
{
	char storage[PATH_LEN_MAX];
	struct buf path = BUF_OVER(storage);
	struct gs_err err;

	if (is_set(places->cache_dir) &&
		strcmp(places->cache_dir, "temp") == 0) {
		open_temporary(c, places->tmpdir);
		return;
	}
	choose(places, &path);
	if (cachedir_open(c, buf_cstr(&path), &err) != GS_OK) {
		log_err(LOG_WARNING, &err);
		log_line(LOG_WARNING,
			VIEW("using a temporary cache directory, which is "
			     "removed at the end"));
		open_temporary(c, places->tmpdir);
	}
}
