/* How files get into the directory: a temporary name in the same directory, then
 * rename, so that a reader sees a file whole or not at all. */
#include "os/cachedir_private.h"

#include "gocache/trim.h"
#include "os/fdio.h"

#include <errno.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/* XX/gocache-s3-RANDOM.tmp: several machines may share the directory, so no
 * process id would do. */
static void
choose_name(const char *near, char temp[CACHEDIR_TEMP_NAME_MAX])
{
	struct buf name = buf_over(temp, CACHEDIR_TEMP_NAME_MAX);
	unsigned char random[12] = {0};

	while (getrandom(random, sizeof(random), 0) < 0 && errno == EINTR) {
	}
	buf_add(&name, (struct view){near, 3});
	buf_str(&name, TRIM_TEMP_PREFIX);
	buf_hex(&name, random, sizeof(random));
	buf_str(&name, TRIM_TEMP_SUFFIX);
	buf_cstr(&name);
}

/* Makes a temporary file in the directory of the name near, which is made if
 * it is missing. */
static int
open_temp(
	struct cachedir *s, const char *near, char temp[CACHEDIR_TEMP_NAME_MAX])
{
	const int how = O_RDWR | O_CREAT | O_EXCL | CACHEDIR_OPEN;
	char subdir[3] = {near[0], near[1], '\0'};

	choose_name(near, temp);
	int fd = openat(s->dir, temp, how, 0666);

	if (fd < 0 && errno == ENOENT &&
		(mkdirat(s->dir, subdir, 0777) == 0 || errno == EEXIST)) {
		fd = openat(s->dir, temp, how, 0666);
	}
	return fd;
}

/* Closes fd and gives the file its name; it is gone if that fails. */
static enum gs_code
publish(struct cachedir *s, int fd, const char *temp, const char *name,
	struct gs_err *err)
{
	int why = close(fd) == 0 ? 0 : errno;

	if (why == 0 && renameat(s->dir, temp, s->dir, name) != 0) {
		why = errno;
	}
	if (why != 0) {
		unlinkat(s->dir, temp, 0);
		return fd_fail(
			err, "cannot write to cache directory", s->path, why);
	}
	return GS_OK;
}

enum gs_code
cachedir_body_begin(struct cachedir *s, struct cachedir_body *b,
	const struct id *output, struct gs_err *err)
{
	char name[ENTRY_NAME_MAX];

	b->fd = -1;
	b->output = *output;
	b->size = 0;
	sha256_init(&b->hash, s->hash);
	if (s->dir < 0) {
		return gs_fail(
			err, GS_SYS, "no cache directory", VIEW(""), NULL);
	}
	entry_output_name(output, name);
	b->fd = open_temp(s, name, b->temp);
	if (b->fd < 0) {
		return fd_fail(
			err, "cannot write to cache directory", s->path, errno);
	}
	return GS_OK;
}

enum gs_code
cachedir_body_add(
	struct cachedir_body *b, struct view bytes, struct gs_err *err)
{
	if (fd_write_all(b->fd, bytes.p, bytes.n, err) != GS_OK) {
		return err->code;
	}
	sha256_update(&b->hash, bytes);
	b->size += bytes.n;
	return GS_OK;
}

enum gs_code
cachedir_body_commit(struct cachedir *s, struct cachedir_body *b, uint64_t size,
	struct gs_err *err)
{
	char name[ENTRY_NAME_MAX];
	struct id digest;

	sha256_final(&b->hash, &digest);
	if (b->size != size || !id_eq(&digest, &b->output)) {
		cachedir_body_abort(s, b);
		return gs_fail(err, GS_BAD,
			"a body is not what its OutputID says", VIEW(""), NULL);
	}
	int fd = b->fd;

	b->fd = -1;
	entry_output_name(&b->output, name);
	if (publish(s, fd, b->temp, name, err) != GS_OK) {
		return err->code;
	}
	cachedir_remember_checked(s, &b->output, name);
	return GS_OK;
}

void
cachedir_body_abort(struct cachedir *s, struct cachedir_body *b)
{
	if (b->fd >= 0) {
		close(b->fd);
		unlinkat(s->dir, b->temp, 0);
		b->fd = -1;
	}
}

enum gs_code
cachedir_put(struct cachedir *s, const struct entry *e, struct gs_err *err)
{
	char name[ENTRY_NAME_MAX], temp[CACHEDIR_TEMP_NAME_MAX];
	char text[ENTRY_LEN];

	if (s->dir < 0) {
		return gs_fail(
			err, GS_SYS, "no cache directory", VIEW(""), NULL);
	}
	entry_format(e, text);
	entry_action_name(&e->action, name);
	int fd = open_temp(s, name, temp);

	if (fd < 0) {
		return fd_fail(
			err, "cannot write to cache directory", s->path, errno);
	}
	if (fd_write_all(fd, text, sizeof(text), err) != GS_OK) {
		close(fd);
		unlinkat(s->dir, temp, 0);
		return err->code;
	}
	return publish(s, fd, temp, name, err);
}

static enum gs_code
open_nameless(struct cachedir *s, int *fd, int *again, struct gs_err *err)
{
	char temp[CACHEDIR_TEMP_NAME_MAX];
	int writer = s->dir >= 0 ? open_temp(s, "00/", temp) : -1;

	if (writer < 0) {
		return fd_fail(err, "cannot write to cache directory", s->path,
			s->dir >= 0 ? errno : ENOENT);
	}
	int reader = openat(s->dir, temp, O_RDONLY | CACHEDIR_OPEN);
	int why = errno;

	unlinkat(s->dir, temp, 0);
	if (reader < 0) {
		close(writer);
		return fd_fail(
			err, "cannot write to cache directory", s->path, why);
	}
	*fd = writer;
	*again = reader;
	return GS_OK;
}

enum gs_code
cachedir_open_scratch(
	struct cachedir *s, int *fd, int *again, struct gs_err *err)
{
	pthread_mutex_lock(&s->naming);
	enum gs_code code =
		s->sealed ? gs_fail(err, GS_CLOSED, "the cache directory",
				    VIEW(""), "is not used any longer")
			  : open_nameless(s, fd, again, err);

	pthread_mutex_unlock(&s->naming);
	return code;
}

void
cachedir_seal(struct cachedir *s)
{
	pthread_mutex_lock(&s->naming);
	s->sealed = true;
	pthread_mutex_unlock(&s->naming);
}
