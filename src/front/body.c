#include "front/body.h"

#include "os/fdio.h"

#include <sys/mman.h>
#include <unistd.h>

void
body_init(struct body *b, struct cachedir *dir)
{
	*b = (struct body){.dir = dir, .file.fd = -1, .memory = -1};
}

static void
note_problem(struct body *b, const struct gs_err *err)
{
	if (!b->broken) {
		b->broken = true;
		b->problem = *err;
	}
}

/* Moves what the directory has taken so far into memory. */
static bool
copy_to_memory(struct body *b)
{
	char chunk[2048];
	struct gs_err ignored;
	ssize_t n = 0;

	if (b->file.fd < 0) {
		return b->size == 0;
	}
	for (uint64_t at = 0; at < b->size; at += (uint64_t)n) {
		uint64_t left = b->size - at;

		n = pread(b->file.fd, chunk,
			left < sizeof(chunk) ? (size_t)left : sizeof(chunk),
			(off_t)at);
		if (n <= 0 || fd_write_all(b->memory, chunk, (size_t)n,
				      &ignored) != GS_OK) {
			return false;
		}
	}
	return true;
}

static void
open_memory(struct body *b)
{
	if (b->memory_files == BODY_MEMORY_FILES_MAX ||
		b->declared > BODY_MEMORY_MAX - b->memory_bytes) {
		return;
	}
	b->memory = memfd_create("gocache-s3", MFD_CLOEXEC);
	if (b->memory >= 0) {
		b->place = BODY_MEMORY;
		b->memory_files++;
		b->memory_bytes += b->declared;
	}
}

/* Memory has failed too: a limit on the size of files counts there as well. */
static void
leave_memory(struct body *b)
{
	close(b->memory);
	b->memory = -1;
	b->place = BODY_NOWHERE;
	b->memory_files--;
	b->memory_bytes -= b->declared;
}

/* The directory cannot take this body: go on in memory, or nowhere. */
static void
leave_directory(struct body *b)
{
	b->place = BODY_NOWHERE;
	open_memory(b);
	if (b->place == BODY_MEMORY && !copy_to_memory(b)) {
		leave_memory(b);
	}
	cachedir_body_abort(b->dir, &b->file);
}

void
body_begin(struct body *b, const struct id *output, uint64_t size)
{
	struct gs_err err;

	b->size = 0;
	b->declared = size;
	b->broken = false;
	b->memory = -1;
	b->file.fd = -1;
	b->file.output = *output;
	b->place = BODY_PRESENT;
	if (cachedir_has_body(b->dir, output, size)) {
		return;
	}
	b->place = BODY_STORED;
	if (cachedir_body_begin(b->dir, &b->file, output, &err) != GS_OK) {
		note_problem(b, &err);
		leave_directory(b);
	}
}

void
body_add(struct body *b, struct view bytes)
{
	struct gs_err err;

	if (bytes.n > b->declared - b->size) {
		bytes.n = (size_t)(b->declared - b->size); /* a flood */
	}
	if (b->place == BODY_STORED &&
		cachedir_body_add(&b->file, bytes, &err) != GS_OK) {
		note_problem(b, &err);
		leave_directory(b);
	}
	if (b->place == BODY_MEMORY &&
		fd_write_all(b->memory, bytes.p, bytes.n, &err) != GS_OK) {
		leave_memory(b);
	}
	b->size += bytes.n;
}

static void
add_memory_path(const struct body *b, struct buf *path)
{
	buf_str(path, "/proc/");
	buf_uint(path, (uint64_t)getpid());
	buf_str(path, "/fd/");
	buf_uint(path, (uint64_t)b->memory);
}

bool
body_end(struct body *b, struct buf *path)
{
	struct gs_err err;
	bool stored = b->place == BODY_PRESENT;

	if (b->place == BODY_STORED) {
		stored = cachedir_body_commit(
				 b->dir, &b->file, b->declared, &err) == GS_OK;
		if (!stored) {
			note_problem(b, &err);
		}
	}
	if (b->place == BODY_MEMORY) {
		add_memory_path(b, path);
	} else {
		cachedir_body_path(b->dir, &b->file.output, path);
	}
	b->place = BODY_NOWHERE;
	return stored;
}

void
body_abort(struct body *b)
{
	if (b->place == BODY_STORED) {
		cachedir_body_abort(b->dir, &b->file);
	}
	if (b->place == BODY_MEMORY) {
		leave_memory(b);
	}
	b->place = BODY_NOWHERE;
}
