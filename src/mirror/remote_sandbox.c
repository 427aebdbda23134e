/* What of the system the remote needs, and nothing else. */
#include "mirror/remote_private.h"

#include "os/fdio.h"
#include "os/sandbox.h"
#include "s3/env.h"

#include <stdlib.h>
#include <string.h>

enum { DNS_PORT = 53 };

/* 0 is fine. */
static void
allow_port(struct sandbox_rules *rules, uint16_t port)
{
	if (port != 0 && rules->port_count < SANDBOX_PORTS_MAX) {
		rules->ports[rules->port_count++] = port;
	}
}

/* NULL is fine. */
static void
allow_reading(struct sandbox_rules *rules, const char *path)
{
	if (rules->readable_count < SANDBOX_PATHS_MAX) {
		rules->readable[rules->readable_count++] = path;
	}
}

/* Cuts the path to its directory; "" if that is the root or there is none. */
static void
cut_to_directory(char *path)
{
	char *slash = strrchr(path, '/');

	*(slash ? slash : path) = '\0';
}

/* The directory of a shared file if it is AWS's own, so that a file that takes
 * its place can be read too; else the file itself. */
static const char *
readable_around(char path[SETTINGS_PATH_MAX])
{
	const char *slash = strrchr(path, '/');

	if (slash && view_ends((struct view){path, (size_t)(slash - path)},
			     VIEW("/.aws"))) {
		cut_to_directory(path);
	}
	return path;
}

/* The directory above one of our own, which can then be removed at the end;
 * NULL for any other. */
static const char *
prunable_around(const struct cachedir *dir)
{
	static char path[PATH_LEN_MAX]; /* too large for a stack */
	struct buf above = BUF_OVER(path);
	const char *slash = strrchr(dir->path, '/');

	if (!dir->temporary || !slash) {
		return NULL;
	}
	buf_add(&above, (struct view){dir->path, (size_t)(slash - dir->path)});
	return buf_cstr(&above);
}

static void
allow_shared_files(struct sandbox_rules *rules, char *const env[])
{
	static struct settings_paths paths; /* too large for a stack */
	struct gs_err ignored;

	if (settings_paths(env, &paths, &ignored) == GS_OK) {
		allow_reading(rules, readable_around(paths.config));
		allow_reading(rules, readable_around(paths.credentials));
	}
}

/* A token is rotated by another file, or another directory, that takes the
 * place of one beside it. Home and the root are too much for that. */
static const char *
rotated_around(const char *path, char *const env[])
{
	static char directory[CHAIN_PATH_MAX], home[CHAIN_PATH_MAX];
	struct buf b = BUF_OVER(directory), h = BUF_OVER(home);

	buf_str(&b, path);
	buf_cstr(&b);
	buf_add(&h, env_get(env, "HOME"));
	buf_cstr(&h);
	cut_to_directory(directory);
	return directory[0] == '\0' || fd_is_same(directory, "/") ||
			       fd_is_same(directory, home)
		       ? path
		       : directory;
}

/* The file of the chain: a token, or a cache, which is written too where it
 * can be refreshed. */
static void
allow_file(struct sandbox_rules *rules, const struct chain *chain,
	char *const env[])
{
	static char path[CHAIN_PATH_MAX]; /* too large for a stack */
	struct buf b = BUF_OVER(path);

	if (chain->file[0] == '\0') {
		return;
	}
	buf_str(&b, chain->file);
	buf_cstr(&b);
	if (chain->kind == CHAIN_SSO && chain->refresh_url[0] != '\0') {
		cut_to_directory(path);
		rules->writable[rules->writable_count++] = path;
	} else {
		allow_reading(rules, rotated_around(path, env));
	}
}

void
remote_enter_sandbox(const struct remote *r)
{
	char *const *env = r->with.settings->env;
	bool ignored;
	struct sandbox_rules rules = {
		.writable = {r->with.dir->path},
		.writable_count = 1,
		.readable = {"/etc/resolv.conf", "/etc/hosts",
			"/run/systemd/resolve"},
		.readable_count = 3,
		.prunable = prunable_around(r->with.dir),
		.ports = {DNS_PORT, r->endpoint[0].port,
			site_port(&r->site[0])},
		.port_count = 3,
	};

	allow_shared_files(&rules, env);
	allow_file(&rules, &r->settings.chain, env);
	for (size_t i = 0; i < r->needs.port_count; i++) {
		allow_port(&rules, r->needs.ports[i]);
	}
	/* NO_PROXY may list this region's host and not another's */
	allow_port(&rules, proxy_port(env, r->endpoint[0].tls, &ignored));
	sandbox_enter(&rules);
}
