#include "s3/settings.h"

#include "s3/env.h"

/* A path in the home directory, "" without one. */
static void
add_home_path(struct buf *path, struct view home, struct view rest)
{
	if (home.n > 0) {
		buf_add(path, home);
		buf_char(path, '/');
		buf_add(path, rest);
	}
}

static enum gs_code
find_path(char *const env[], const char *variable, struct view usual,
	char path[SETTINGS_PATH_MAX], struct gs_err *err)
{
	struct view home = env_get(env, "HOME");
	struct view said = env_get(env, variable);
	struct buf b = buf_over(path, SETTINGS_PATH_MAX);

	if (said.n == 0) {
		add_home_path(&b, home, usual);
	} else if (view_starts(said, VIEW("~/"))) {
		add_home_path(&b, home, view_skip(said, 2));
	} else {
		buf_add(&b, said);
	}
	buf_cstr(&b);
	return buf_ok(&b) ? GS_OK
			  : gs_fail(err, GS_TOOBIG, variable, VIEW(""),
				    "the path is too long");
}

enum gs_code
settings_paths(
	char *const env[], struct settings_paths *paths, struct gs_err *err)
{
	enum gs_code code = find_path(env, "AWS_CONFIG_FILE",
		VIEW(".aws/config"), paths->config, err);

	return code == GS_OK ? find_path(env, "AWS_SHARED_CREDENTIALS_FILE",
				       VIEW(".aws/credentials"),
				       paths->credentials, err)
			     : code;
}
