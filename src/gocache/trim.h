/*
 * cmd/go's rules for what stays in its cache directory, as decisions.
 * Source: cmd/go/internal/cache/cache.go (mtimeInterval, trimInterval,
 * trimLimit, markUsed, Trim, trimSubdir); docs/storage.md. All times are Unix
 * nanoseconds; any value is fine, differences saturate.
 */
#ifndef GOCACHE_TRIM_H
#define GOCACHE_TRIM_H

#include "base/view.h"

#include <stdint.h>

/* A temporary file of ours, in the XX directory it will be renamed in:
 * TRIM_TEMP_PREFIX, anything, TRIM_TEMP_SUFFIX. */
#define TRIM_TEMP_PREFIX "gocache-s3-"
#define TRIM_TEMP_SUFFIX ".tmp"

/* True if a file that is being used should get a new mtime: the one it has is
 * an hour old or more. One in the future stays. */
bool trim_should_touch(int64_t mtime_ns, int64_t now_ns);

/* True if the directory is due for a trim: trim.txt holds no readable time
 * (Unix seconds), or one a day or more ago, or one an hour or more in the
 * future. */
bool trim_is_due(struct view trim_txt, int64_t now_ns);

/* True if the file called name (without its directory) with this mtime has
 * been unused too long: an action or output file (-a, -d) for over five days
 * and an hour, or one of our own temporary files that a crash left behind, for
 * over an hour. Every other name stays. */
bool trim_should_remove(struct view name, int64_t mtime_ns, int64_t now_ns);

#endif
