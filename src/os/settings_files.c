#include "os/settings_files.h"

#include "os/fdio.h"

#include <errno.h>
#include <stdlib.h>

/* The text of a file, in a block of its own; empty if there is none. */
static struct view
read_text(const char *path, struct gs_err *unreadable)
{
	struct view text = VIEW("");
	struct gs_err err;

	if (path[0] == '\0' ||
		fd_read_file(path, CONFIG_FILE_MAX, &text, &err) == GS_OK) {
		return text;
	}
	if (err.sys_errno != ENOENT && err.sys_errno != ENOTDIR) {
		*unreadable = err;
	}
	return VIEW("");
}

static void
wipe_text(struct view text)
{
	if (text.n > 0) {
		wipe((char *)(uintptr_t)text.p, text.n);
		free((char *)(uintptr_t)text.p);
	}
}

enum gs_code
settings_load(const struct settings_input *in, struct settings *s,
	struct gs_err *unreadable, struct gs_err *err)
{
	struct settings_paths paths;
	struct settings_texts texts;

	unreadable->code = GS_OK;
	if (settings_paths(in->env, &paths, err) != GS_OK) {
		return err->code;
	}
	texts.config = read_text(paths.config, unreadable);
	texts.credentials = read_text(paths.credentials, unreadable);
	enum gs_code code = settings_resolve(in, &texts, s, err);

	if (code == GS_OK) {
		code = settings_find_creds(in, &texts, s, err);
	}
	wipe_text(texts.config);
	wipe_text(texts.credentials);
	return code;
}
