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

/* Writes the path of the directory; false if nothing says which. */
static bool
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
	} else {
		return false;
	}
	return true;
}

static enum gs_code
open_chosen(struct cachedir *c, const struct local_places *places,
	struct gs_err *err)
{
	char storage[PATH_LEN_MAX];
	struct buf path = BUF_OVER(storage);

	if (!choose(places, &path)) {
		return gs_fail(err, GS_CONFIG, "no cache directory", VIEW(""),
			"none of GOCACHE, XDG_CACHE_HOME and HOME is set");
	}
	if (buf_cstr(&path)[0] == '\0') {
		return gs_fail(err, GS_TOOBIG, "cannot use cache directory",
			VIEW(""), "its path is too long");
	}
	return cachedir_open(c, storage, err);
}

static void
open_temporary(struct cachedir *c, const char *tmpdir)
{
	struct gs_err err;

	if (cachedir_open_temporary(c, tmpdir, &err) != GS_OK) {
		log_err(LOG_WARNING, &err);
	}
}

static void
warn(const struct gs_err *err)
{
	char storage[sizeof(err->text) + 80];
	struct buf line = BUF_OVER(storage);

	buf_str(&line, err->text);
	buf_str(&line, "; using a temporary one, removed at the end");
	log_line(LOG_WARNING, buf_view(&line));
}

void
local_open(struct cachedir *c, const struct local_places *places)
{
	struct gs_err err;

	if (is_set(places->cache_dir) &&
		strcmp(places->cache_dir, "temp") == 0) {
		open_temporary(c, places->tmpdir);
	} else if (open_chosen(c, places, &err) != GS_OK) {
		warn(&err);
		open_temporary(c, places->tmpdir);
	}
}
