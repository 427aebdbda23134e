/* What leaves the directory: cmd/go's daily trim, and the end of a private one. */
#include "os/cachedir_private.h"

#include "gocache/trim.h"
#include "os/clock.h"
#include "os/fdio.h"

#include <dirent.h>
#include <unistd.h>

enum { SUBDIRS = 256, TRIM_TXT_MAX = 64 };

static DIR *
open_subdir(const struct cachedir *s, unsigned i)
{
	char name[3];
	struct buf text = BUF_OVER(name);
	unsigned char byte = (unsigned char)i;

	buf_hex(&text, &byte, 1);
	int fd = openat(s->dir, buf_cstr(&text),
		O_RDONLY | O_DIRECTORY | CACHEDIR_OPEN);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;

	if (fd >= 0 && !d) {
		close(fd);
	}
	return d;
}

/* Removes every file in a directory, which is closed. */
static void
empty_directory(DIR *d)
{
	struct dirent *entry;

	while ((entry = readdir(d)) != NULL) {
		unlinkat(dirfd(d), entry->d_name, 0);
	}
	closedir(d);
}

/* Removes a file, or a directory with its files: cmd/go keeps executables in
 * one of their own. */
static void
remove_at(int parent, const char *name)
{
	if (unlinkat(parent, name, 0) == 0) {
		return;
	}
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | CACHEDIR_OPEN);
	DIR *d = fd >= 0 ? fdopendir(fd) : NULL;

	if (d) {
		empty_directory(d);
		unlinkat(parent, name, AT_REMOVEDIR);
	}
}

static void
trim_subdir(DIR *d, int64_t now_ns)
{
	struct dirent *entry;
	struct stat st;

	while ((entry = readdir(d)) != NULL) {
		if (fstatat(dirfd(d), entry->d_name, &st,
			    AT_SYMLINK_NOFOLLOW) == 0 &&
			trim_should_remove(view_of(entry->d_name),
				cachedir_mtime_ns(&st), now_ns)) {
			remove_at(dirfd(d), entry->d_name);
		}
	}
}

/* Reads trim.txt, and writes it anew if a trim is due now. */
static bool
claim_trim(const struct cachedir *s, int64_t now_ns)
{
	char text[TRIM_TXT_MAX];
	int fd = openat(
		s->dir, "trim.txt", O_RDWR | O_CREAT | CACHEDIR_OPEN, 0666);
	ssize_t n = fd >= 0 ? read(fd, text, sizeof(text)) : -1;
	bool due =
		n >= 0 && trim_is_due((struct view){text, (size_t)n}, now_ns);

	if (due) {
		struct buf now = BUF_OVER(text);
		struct gs_err ignored;

		buf_uint(&now, (uint64_t)(now_ns / 1000000000));
		due = ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0 &&
		      fd_write_all(fd, text, now.len, &ignored) == GS_OK;
	}
	if (fd >= 0) {
		close(fd);
	}
	return due;
}

void
cachedir_trim(struct cachedir *s)
{
	int64_t now_ns = clock_wall_ns();

	if (s->dir < 0 || s->temporary || !claim_trim(s, now_ns)) {
		return;
	}
	for (unsigned i = 0; i < SUBDIRS; i++) {
		DIR *d = open_subdir(s, i);

		if (d) {
			trim_subdir(d, now_ns);
			closedir(d);
		}
	}
}

void
cachedir_remove(struct cachedir *s)
{
	struct dirent *entry;

	if (!s->temporary || s->dir < 0) {
		return;
	}
	DIR *top = opendir(s->path);

	while (top && (entry = readdir(top)) != NULL) {
		if (entry->d_name[0] != '.') {
			remove_at(dirfd(top), entry->d_name);
		}
	}
	if (top) {
		closedir(top);
	}
	rmdir(s->path);
}
