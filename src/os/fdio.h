/* File descriptors: whole reads and writes, waits with a deadline, EINTR and
 * EAGAIN handled here and nowhere else. */
#ifndef OS_FDIO_H
#define OS_FDIO_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Waits until fd has one of the poll(2) events or an error. */
GS_CHECKED enum gs_code fd_wait(
	int fd, short events, uint64_t deadline_ms, struct gs_err *err);

/* Writes all of p[n], also to a non-blocking descriptor. */
GS_CHECKED enum gs_code fd_write_all(
	int fd, const void *p, size_t n, struct gs_err *err);

/* How long a file that is a pipe may keep its reader waiting. */
enum { FD_FILE_MS = 2000 };

/* Reads a whole file, or pipe, of at most max bytes into a new block that the
 * caller frees, text->p. GS_TOOBIG past max, GS_SYS with errno else. */
GS_CHECKED enum gs_code fd_read_file(
	const char *path, size_t max, struct buf *text, struct gs_err *err);

/* Appends text to a file, made if need be, by a single write, so that lines of
 * several processes do not mix. Waits for nobody if it is a pipe. */
GS_CHECKED enum gs_code fd_append_file(
	const char *path, struct view text, struct gs_err *err);

/* Puts text in place of a file that is there, which is never seen half written
 * and keeps its mode, as far as the umask goes. */
GS_CHECKED enum gs_code fd_replace_file(
	const char *path, struct view text, struct gs_err *err);

/* True if both paths lead to the same file or directory, however they are
 * written. */
bool fd_is_same(const char *path, const char *other);

/* gs_fail with GS_SYS, the errno and its text. */
enum gs_code fd_fail(
	struct gs_err *err, const char *what, const char *subject, int errnum);

#endif
