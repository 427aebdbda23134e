#include "s3/env.h"

struct view
env_get_exact(char *const env[], const char *name)
{
	struct view key, value;

	for (; *env; env++) {
		if (view_cut(view_of(*env), '=', &key, &value) &&
			view_eq(key, view_of(name))) {
			return value;
		}
	}
	return VIEW("");
}

struct view
env_get(char *const env[], const char *name)
{
	return view_trim(env_get_exact(env, name));
}
