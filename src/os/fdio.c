#include "os/fdio.h"

#include "base/limits.h"
#include "os/clock.h"
#include "os/random.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum gs_code
fd_fail(struct gs_err *err, const char *what, const char *subject, int errnum)
{
	gs_fail(err, GS_SYS, what, view_of(subject), strerror(errnum));
	err->sys_errno = errnum;
	return GS_SYS;
}

enum gs_code
fd_wait(int fd, short events, uint64_t deadline_ms, struct gs_err *err)
{
	for (;;) {
		struct pollfd p = {.fd = fd, .events = events};
		int n = poll(&p, 1, clock_poll_timeout(deadline_ms));

		if (n > 0) {
			return GS_OK;
		}
		if (n == 0) {
			return gs_fail(err, GS_TIMEOUT, "no answer in time",
				VIEW(""), NULL);
		}
		if (errno != EINTR) {
			return fd_fail(err, "cannot wait", NULL, errno);
		}
	}
}

enum gs_code
fd_write_all(int fd, const void *p, size_t n, struct gs_err *err)
{
	const char *at = p;

	while (n > 0) {
		ssize_t done = write(fd, at, n);

		if (done >= 0) {
			at += done;
			n -= (size_t)done;
		} else if (errno == EAGAIN) {
			if (fd_wait(fd, POLLOUT, CLOCK_NEVER, err) != GS_OK) {
				return err->code;
			}
		} else if (errno != EINTR) {
			return fd_fail(err, "cannot write", NULL, errno);
		}
	}
	return GS_OK;
}

/* After a failed read: true if another one may do better. */
static bool
can_retry(int fd, uint64_t deadline_ms)
{
	struct gs_err err;

	if (errno != EAGAIN) {
		return errno == EINTR;
	}
	if (fd_wait(fd, POLLIN, deadline_ms, &err) == GS_OK) {
		return true;
	}
	errno = ETIMEDOUT;
	return false;
}

/* Reads up to cap bytes of a file that may be a pipe; the count or -1. */
static ssize_t
read_to_end(int fd, char *p, size_t cap)
{
	uint64_t deadline_ms = clock_mono_ms() + FD_FILE_MS;
	size_t len = 0;
	ssize_t n = 1;

	while (len < cap && n != 0) {
		n = read(fd, p + len, cap - len);
		if (n < 0 && !can_retry(fd, deadline_ms)) {
			return -1;
		}
		len += n > 0 ? (size_t)n : 0;
	}
	return (ssize_t)len;
}

enum gs_code
fd_read_file(const char *path, size_t max, struct buf *text, struct gs_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char *p = malloc(max + 1);
	ssize_t n = fd >= 0 && p ? read_to_end(fd, p, max + 1) : -1;
	int why = errno;

	if (fd >= 0) {
		close(fd);
	}
	if (n < 0 || (size_t)n > max) {
		if (p) { /* it may hold a secret */
			wipe(p, max + 1);
			free(p);
		}
		return n < 0 ? fd_fail(err, "cannot read", path, why)
			     : gs_fail(err, GS_TOOBIG, "cannot read",
				       view_of(path), "the file is too large");
	}
	*text = (struct buf){.p = p, .len = (size_t)n, .cap = max + 1};
	return GS_OK;
}

/* Makes the file that takes the place of another one; -1. */
static int
make_beside(const char *path, const char *temporary)
{
	struct stat st;

	return stat(path, &st) == 0
		       ? open(temporary,
				 O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
				 st.st_mode & 0777)
		       : -1;
}

enum gs_code
fd_replace_file(const char *path, struct view text, struct gs_err *err)
{
	char storage[PATH_LEN_MAX];
	struct buf name = BUF_OVER(storage);

	buf_str(&name, path);
	buf_str(&name, ".gocache-s3-");
	buf_uint(&name, random_bits());
	const char *temporary = buf_cstr(&name);
	int fd = make_beside(path, temporary);

	if (fd < 0) {
		return fd_fail(err, "cannot write beside", path, errno);
	}
	enum gs_code code = fd_write_all(fd, text.p, text.n, err);

	/* or a machine that loses power may find an empty file; some file
	 * systems know no fsync */
	if (code == GS_OK && fsync(fd) != 0 && errno != EINVAL) {
		code = fd_fail(err, "cannot write", temporary, errno);
	}
	if (close(fd) != 0 && code == GS_OK) {
		code = fd_fail(err, "cannot write", temporary, errno);
	}
	if (code == GS_OK &&
		renameat(AT_FDCWD, temporary, AT_FDCWD, path) != 0) {
		code = fd_fail(err, "cannot replace", path, errno);
	}
	if (code != GS_OK) {
		unlinkat(AT_FDCWD, temporary, 0);
	}
	return code;
}

enum gs_code
fd_append_file(const char *path, struct view text, struct gs_err *err)
{
	int fd = open(path,
		O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK |
			O_NOCTTY,
		0666);
	ssize_t n = fd >= 0 ? write(fd, text.p, text.n) : -1;
	int why = n >= 0 ? ENOSPC : errno; /* of a write that fell short */

	if (fd >= 0) {
		close(fd);
	}
	return n == (ssize_t)text.n
		       ? GS_OK
		       : fd_fail(err, "cannot append to", path, why);
}

bool
fd_is_same(const char *path, const char *other)
{
	struct stat a, b;

	return stat(path, &a) == 0 && stat(other, &b) == 0 &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}
