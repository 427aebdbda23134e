/* Shared by the cache directory's own source files only. */
#ifndef OS_CACHEDIR_PRIVATE_H
#define OS_CACHEDIR_PRIVATE_H

#include "os/cachedir.h"

#include <fcntl.h>
#include <sys/stat.h>

/* How a file of the directory is opened. Somebody may have put a link or a
 * FIFO in its place, which must not lead elsewhere or keep us waiting. */
enum { CACHEDIR_OPEN = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK };

/* The mark of a body's file as st describes it. */
uint64_t cachedir_checked_mark(const struct cachedir *s,
	const struct id *output, const struct stat *st);

/* Remembers that the file at name, as it is now, hashes to output. */
void cachedir_remember_checked(
	struct cachedir *s, const struct id *output, const char *name);

int64_t cachedir_mtime_ns(const struct stat *st);

#endif
