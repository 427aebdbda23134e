/* Which directory the local tier uses. */
#ifndef FRONT_LOCAL_H
#define FRONT_LOCAL_H

#include "os/cachedir.h"

/* The settings that decide it; NULL and "" are unset. */
struct local_places {
	const char *cache_dir; /* -cache-dir: a path, or "temp" */
	const char *gocache;   /* GOCACHE, which cmd/go exports to helpers */
	const char *xdg_cache_home, *home, *tmpdir;
};

/*
 * Opens -cache-dir, else $GOCACHE, $XDG_CACHE_HOME/go-build or
 * $HOME/.cache/go-build, as cmd/go chooses. A directory that cannot be used
 * means a temporary one and a warning; without even that, the cache has no
 * directory, and the conversation goes on all the same.
 */
void local_open(struct cachedir *c, const struct local_places *places);

#endif
