#include "os/settings_files.h"

#include "os/fdio.h"
#include "s3/env.h"

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

/* A file that cannot be read is more likely the reason than what was then
 * looked for. */
static void
blame_file(const struct gs_err *unreadable, struct chain *chain)
{
	struct buf tried = BUF_OVER(chain->tried);

	if (chain->tried[0] != '\0' && unreadable->code != GS_OK) {
		buf_str(&tried, unreadable->text);
		buf_cstr(&tried);
	}
}

enum gs_code
settings_load(
	const struct settings_input *in, struct settings *s, struct gs_err *err)
{
	struct gs_err unreadable = {.code = GS_OK};
	struct settings_paths paths;

	if (settings_paths(in->env, &paths, err) != GS_OK) {
		return err->code;
	}
	struct buf config = read_text(paths.config, &unreadable);
	struct buf credentials = read_text(paths.credentials, &unreadable);
	const struct settings_texts texts = {
		buf_view(&config), buf_view(&credentials)};
	enum gs_code code = settings_resolve(in, &texts, s, err);

	if (code == GS_OK) {
		code = settings_find_chain(in, &texts, s, err);
	}
	release_text(&config);
	release_text(&credentials);
	if (code == GS_OK) {
		blame_file(&unreadable, &s->chain);
		return GS_OK;
	}
	if (unreadable.code != GS_OK) {
		*err = unreadable;
	}
	return err->code;
}

enum gs_code
settings_trust(const struct settings_input *in, const struct settings *s,
	struct trust **trust, struct gs_err *err)
{
	struct view env_file = env_get(in->env, "SSL_CERT_FILE");

	*trust = trust_new(s->ca_bundle, env_file.n > 0 ? env_file.p : "");
	if (!*trust) {
		return gs_fail(err, GS_SYS, "out of memory", VIEW(""), NULL);
	}
	return trust_load(*trust, err);
}

enum gs_code
settings_establish(const struct settings_input *in, struct settings *s,
	struct endpoint *endpoint, struct trust **trust, struct gs_err *err)
{
	*trust = NULL;
	if (settings_load(in, s, err) != GS_OK) {
		return err->code;
	}
	struct endpoint_wish wish = settings_wish(s);

	if (endpoint_resolve(&wish, endpoint, err) != GS_OK) {
		return err->code;
	}
	return endpoint->tls ? settings_trust(in, s, trust, err) : GS_OK;
}
