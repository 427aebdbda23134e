#include "os/cachedir.h"

#include "gocache/reply.h"
#include "os/cpu.h"
#include "os/fdio.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARKS_NAME "gocache-s3.marks"

/* Names this boot, or is empty where the system does not say. */
static void
read_boot(char boot[CACHEDIR_BOOT_MAX])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, boot, CACHEDIR_BOOT_MAX - 1) : 0;

	boot[n > 0 ? n : 0] = '\0';
	if (fd >= 0) {
		close(fd);
	}
}

/* mkdir -p; an existing directory is fine. */
static void
make_directories(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash;
		slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0777);
		*slash = '/';
	}
	mkdir(path, 0777);
}

/* True if files can be made in the directory. */
static bool
is_writable(int dir)
{
	return faccessat(dir, ".", W_OK | X_OK, AT_EACCESS) == 0;
}

static enum gs_code
set_path(struct cachedir *s, const char *path, struct gs_err *err)
{
	struct buf out = BUF_OVER(s->path);

	if (path[0] != '/') {
		return gs_fail(err, GS_CONFIG, "cannot use cache directory",
			view_of(path), "the path must be absolute");
	}
	if (!reply_can_say(view_of(path))) {
		return gs_fail(err, GS_CONFIG, "cannot use cache directory",
			view_of(path), "go can be told only of paths in UTF-8");
	}
	buf_str(&out, path);
	if (buf_cstr(&out)[0] == '\0') {
		return gs_fail(err, GS_TOOBIG, "cannot use cache directory",
			view_of(path), "the path is too long");
	}
	return GS_OK;
}

enum gs_code
cachedir_open(struct cachedir *s, const char *path, struct gs_err *err)
{
	*s = (struct cachedir){.dir = -1, .marks.fd = -1};
	pthread_mutex_init(&s->naming, NULL);
	s->hash = cpu_sha256();
	read_boot(s->boot);
	if (set_path(s, path, err) != GS_OK) {
		return err->code;
	}
	make_directories(s->path);
	s->dir = open(s->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir < 0 || !is_writable(s->dir)) {
		int why = errno;

		cachedir_close(s);
		return fd_fail(err, "cannot use cache directory", path, why);
	}
	marks_open(&s->marks, s->dir, MARKS_NAME);
	return GS_OK;
}

enum gs_code
cachedir_open_temporary(
	struct cachedir *s, const char *tmpdir, struct gs_err *err)
{
	const char *const places[] = {tmpdir, "/tmp", "/var/tmp", "/dev/shm"};
	char path[PATH_LEN_MAX];

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		struct buf name = BUF_OVER(path);

		if (!places[i] || places[i][0] != '/') {
			continue;
		}
		buf_str(&name, places[i]);
		buf_str(&name, "/gocache-s3-XXXXXX");
		if (!buf_cstr(&name)[0] || !mkdtemp(path)) {
			continue;
		}
		if (cachedir_open(s, path, err) == GS_OK) {
			s->temporary = true;
			return GS_OK;
		}
		rmdir(path);
	}
	*s = (struct cachedir){.dir = -1, .marks.fd = -1, .hash = cpu_sha256()};
	return gs_fail(err, GS_SYS, "cannot make a temporary cache directory",
		VIEW(""), "set -cache-dir to a directory that can be written");
}

void
cachedir_close(struct cachedir *s)
{
	marks_close(&s->marks);
	if (s->dir >= 0) {
		close(s->dir);
	}
	s->dir = -1;
}

void
cachedir_body_path(
	const struct cachedir *s, const struct id *output, struct buf *path)
{
	char name[ENTRY_NAME_MAX];

	entry_output_name(output, name);
	buf_str(path, s->path);
	buf_char(path, '/');
	buf_str(path, name);
}

bool
cachedir_is_shared(const struct cachedir *s, struct view place,
	const struct id *action, const struct id *output)
{
	return marks_has(
		&s->marks, mark_shared(s->hash, place, action, output));
}

void
cachedir_set_shared(const struct cachedir *s, struct view place,
	const struct id *action, const struct id *output)
{
	marks_add(&s->marks, mark_shared(s->hash, place, action, output));
}
