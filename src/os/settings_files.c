#include "os/settings_files.h"

#include "os/fdio.h"

#include <errno.h>
#include <stdlib.h>

/* The text of a file, in a block of its own; empty if there is none. */
static struct buf
read_text(const char *path, struct gs_err *unreadable)
{
	struct buf text = {0};
	struct gs_err err;

	if (path[0] == '\0' ||
		fd_read_file(path, CONFIG_FILE_MAX, &text, &err) == GS_OK) {
		return text;
	}
	if (err.sys_errno != ENOENT && err.sys_errno != ENOTDIR) {
		*unreadable = err;
	}
	return text;
}

static void
release_text(struct buf *text)
{
	wipe(text->p, text->len);
	free(text->p);
}

enum gs_code
settings_load(const struct settings_input *in, struct settings *s,
	struct gs_err *unreadable, struct gs_err *err)
{
	struct settings_paths paths;

	unreadable->code = GS_OK;
	if (settings_paths(in->env, &paths, err) != GS_OK) {
		return err->code;
	}
	struct buf config = read_text(paths.config, unreadable);
	struct buf credentials = read_text(paths.credentials, unreadable);
	const struct settings_texts texts = {
		buf_view(&config), buf_view(&credentials)};
	enum gs_code code = settings_resolve(in, &texts, s, err);

	if (code == GS_OK) {
		code = settings_find_creds(in, &texts, s, err);
	}
	release_text(&config);
	release_text(&credentials);
	return code;
}
