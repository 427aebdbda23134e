/*
 * The local tier: a build cache directory in cmd/go's own format
 * (gocache/entry.h), shared with the go command itself and with any number of
 * other helpers at the same time.
 *
 * Files appear under their names by rename, whole or not at all. What is read
 * is checked: sizes always, and the SHA-256 of a body once per boot of the
 * machine and whenever its file's inode, size, mtime or ctime has changed
 * (gocache/mark.h). A missing, short, altered or foreign file is a miss.
 *
 * One thread opens, trims and closes; what else is for any thread says so.
 */
#ifndef OS_CACHEDIR_H
#define OS_CACHEDIR_H

#include "base/buf.h"
#include "base/err.h"
#include "gocache/entry.h"
#include "gocache/mark.h"
#include "os/marks.h"

#include <pthread.h>

enum { CACHEDIR_BOOT_MAX = 40, CACHEDIR_TEMP_NAME_MAX = 64 };

struct cachedir {
	int dir; /* -1: no directory; every get is a miss, every put fails */
	bool temporary;          /* ours alone: cachedir_remove deletes it */
	char path[PATH_LEN_MAX]; /* absolute, terminated */
	char boot[CACHEDIR_BOOT_MAX];
	enum sha256_kind hash;
	struct marks marks;
	pthread_mutex_t naming; /* held while a scratch file has a name */
	bool sealed;            /* none may have one any more */
};

/* Opens the directory at path, which is made if it does not exist. GS_CONFIG
 * for a path that is not absolute, or not UTF-8 so that go could not be told
 * of it; GS_TOOBIG, GS_SYS. */
GS_CHECKED enum gs_code cachedir_open(
	struct cachedir *s, const char *path, struct gs_err *err);

/* Makes and opens a private directory below the first of these that works:
 * $TMPDIR, /tmp, /var/tmp, /dev/shm. */
GS_CHECKED enum gs_code cachedir_open_temporary(
	struct cachedir *s, const char *tmpdir, struct gs_err *err);

void cachedir_close(struct cachedir *s);

/* Deletes a temporary directory; nothing for any other. */
void cachedir_remove(struct cachedir *s);

/* Looks an action up, checks what it finds, and marks it as used by cmd/go's
 * rule (gocache/trim.h). True with *e filled, or false: a miss. Any thread. */
bool cachedir_get(struct cachedir *s, const struct id *action, struct entry *e);

/* True if there is an action file of that name, whatever is in it: cheap, and
 * enough to tell what need not be fetched ahead. Any thread. */
bool cachedir_has_action(const struct cachedir *s, const struct id *action);

/* True if the body is there, of this size, and checked; it then counts as used.
 * Any thread. */
bool cachedir_has_body(
	struct cachedir *s, const struct id *output, uint64_t size);

/* Opens a body for reading; -1 if it is not there or not of this size. Any
 * thread. */
int cachedir_open_body(
	struct cachedir *s, const struct id *output, uint64_t size);

/* Appends the absolute path of a body. Any thread. */
void cachedir_body_path(
	const struct cachedir *s, const struct id *output, struct buf *path);

/* A body on its way into the directory; owns a temporary file. */
struct cachedir_body {
	int fd;
	struct id output; /* what it must hash to */
	uint64_t size;    /* bytes so far */
	struct sha256 hash;
	char temp[CACHEDIR_TEMP_NAME_MAX];
};

/* Begins a body. Any thread; so are the three that follow. */
GS_CHECKED enum gs_code cachedir_body_begin(struct cachedir *s,
	struct cachedir_body *b, const struct id *output, struct gs_err *err);

GS_CHECKED enum gs_code cachedir_body_add(
	struct cachedir_body *b, struct view bytes, struct gs_err *err);

/* Ends the body: GS_BAD unless it has this size and hashes to its OutputID,
 * else it is in place. The temporary file is gone either way. */
GS_CHECKED enum gs_code cachedir_body_commit(struct cachedir *s,
	struct cachedir_body *b, uint64_t size, struct gs_err *err);

/* Gives the body up; nothing happens after a commit. */
void cachedir_body_abort(struct cachedir *s, struct cachedir_body *b);

/* Writes an action file for a body that is in place. Any thread. */
GS_CHECKED enum gs_code cachedir_put(
	struct cachedir *s, const struct entry *e, struct gs_err *err);

/* Opens a new file in the directory that has no name, so that nothing is left of
 * it: for writing, and once more for a second reader. Any thread. */
GS_CHECKED enum gs_code cachedir_open_scratch(
	struct cachedir *s, int *fd, int *again, struct gs_err *err);

/* For the end of the process: from now on no scratch file can be opened, and
 * none has a name. Any thread. */
void cachedir_seal(struct cachedir *s);

/* The facts that a later run wants to know (gocache/mark.h). Any thread. */
bool cachedir_is_shared(const struct cachedir *s, struct view place,
	const struct id *action, const struct id *output);
void cachedir_set_shared(const struct cachedir *s, struct view place,
	const struct id *action, const struct id *output);

/* Removes what was not used for long, at most once a day, as cmd/go does. */
void cachedir_trim(struct cachedir *s);

#endif
