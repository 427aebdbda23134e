/*
 * cmd/go's rules for what stays in its cache directory, as decisions.
 * Source: cmd/go/internal/cache/cache.go (mtimeInterval, trimInterval,
 * trimLimit, Trim, trimSubdir). All times are Unix nanoseconds.
 */
#ifndef GOCACHE_TRIM_H
#define GOCACHE_TRIM_H

#include "base/view.h"

#include <stdint.h>

/* True if a file that is being used should get a new mtime: it has one that
 * is over an hour old (or in the future by more than an hour, as go). */
bool trim_should_touch(int64_t mtime_ns, int64_t now_ns);

/* True if the directory is due for a trim: trim.txt holds no readable time,
 * or one a day or more ago, or one in the future beyond go's tolerance. */
bool trim_is_due(struct view trim_txt, int64_t now_ns);

/* True if the file called name with this mtime has been unused too long:
 * an action or output file (-a, -d), or one of our own temporary files that
 * a crash left behind. Every other name stays. */
bool trim_should_remove(struct view name, int64_t mtime_ns, int64_t now_ns);

#endif
