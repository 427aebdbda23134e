/* What is read for go, and how it is known to be whole. */
#include "os/cachedir_private.h"

#include "gocache/trim.h"
#include "os/clock.h"

#include <unistd.h>

/* Small ones would cost more than the hash, with the whole of a restored cache
 * to be read. */
enum { CHUNK_BYTES = 64 * 1024 };

static int64_t
to_ns(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t
cachedir_mtime_ns(const struct stat *st)
{
	return to_ns(st->st_mtim);
}

uint64_t
cachedir_checked_mark(const struct cachedir *s, const struct id *output,
	const struct stat *st)
{
	struct mark_file facts = {
		.device = (uint64_t)st->st_dev,
		.inode = (uint64_t)st->st_ino,
		.size = (uint64_t)st->st_size,
		.mtime_ns = to_ns(st->st_mtim),
		.ctime_ns = to_ns(st->st_ctim),
	};

	return mark_checked(s->hash, view_of(s->boot), output, &facts);
}

void
cachedir_remember_checked(
	struct cachedir *s, const struct id *output, const char *name)
{
	struct stat st;

	if (fstatat(s->dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		marks_add(&s->marks, cachedir_checked_mark(s, output, &st));
	}
}

static bool
hash_matches(struct cachedir *s, int fd, const struct id *output)
{
	static _Thread_local char
		chunk[CHUNK_BYTES]; /* too large for a stack */
	struct sha256 hash;
	struct id digest;
	ssize_t n;

	sha256_init(&hash, s->hash);
	while ((n = read(fd, chunk, sizeof(chunk))) > 0) {
		sha256_update(&hash, (struct view){chunk, (size_t)n});
	}
	sha256_final(&hash, &digest);
	return n == 0 && id_eq(&digest, output);
}

/* Reads the body through, unless a mark says that this was done. */
static bool
check_body(struct cachedir *s, const struct id *output, const char *name,
	const struct stat *st)
{
	uint64_t mark = cachedir_checked_mark(s, output, st);

	if (marks_has(&s->marks, mark)) {
		return true;
	}
	int fd = openat(s->dir, name, O_RDONLY | CACHEDIR_OPEN);
	bool good = fd >= 0 && hash_matches(s, fd, output);

	if (fd >= 0) {
		close(fd);
	}
	if (good) {
		marks_add(&s->marks, mark);
	}
	return good;
}

/* Renews a file's mtime when cmd/go would. True if it did. */
static bool
touch(struct cachedir *s, const char *name, const struct stat *st)
{
	if (!trim_should_touch(cachedir_mtime_ns(st), clock_wall_ns())) {
		return false;
	}
	return utimensat(s->dir, name, NULL, AT_SYMLINK_NOFOLLOW) == 0;
}

bool
cachedir_has_action(const struct cachedir *s, const struct id *action)
{
	char name[ENTRY_NAME_MAX];

	entry_action_name(action, name);
	return s->dir >= 0 && faccessat(s->dir, name, F_OK, 0) == 0;
}

bool
cachedir_has_body(struct cachedir *s, const struct id *output, uint64_t size)
{
	char name[ENTRY_NAME_MAX];
	struct stat st;

	entry_output_name(output, name);
	if (s->dir < 0 ||
		fstatat(s->dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
		!S_ISREG(st.st_mode) || (uint64_t)st.st_size != size ||
		!check_body(s, output, name, &st)) {
		return false;
	}
	if (touch(s, name, &st)) {
		cachedir_remember_checked(s, output, name);
	}
	return true;
}

bool
cachedir_get(struct cachedir *s, const struct id *action, struct entry *e)
{
	char name[ENTRY_NAME_MAX];
	char text[ENTRY_LEN + 1];
	struct gs_err ignored;
	struct stat st;

	if (s->dir < 0) {
		return false;
	}
	entry_action_name(action, name);
	int fd = openat(s->dir, name, O_RDONLY | CACHEDIR_OPEN);

	if (fd < 0) {
		return false;
	}
	ssize_t n = read(fd, text, sizeof(text));
	bool whole = n == ENTRY_LEN && fstat(fd, &st) == 0;

	close(fd);
	if (!whole || entry_parse((struct view){text, ENTRY_LEN}, action, e,
			      &ignored) != GS_OK) {
		return false;
	}
	if (!cachedir_has_body(s, &e->output, e->size)) {
		return false;
	}
	touch(s, name, &st);
	return true;
}

int
cachedir_open_body(struct cachedir *s, const struct id *output, uint64_t size)
{
	char name[ENTRY_NAME_MAX];
	struct stat st;

	entry_output_name(output, name);
	int fd = openat(s->dir, name, O_RDONLY | CACHEDIR_OPEN);

	if (fd >= 0 && (fstat(fd, &st) != 0 || (uint64_t)st.st_size != size)) {
		close(fd);
		fd = -1;
	}
	return fd;
}
