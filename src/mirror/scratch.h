/*
 * A pack or a snapshot on its way to the bucket: a file of the cache directory
 * without a name, which is gone with its process, and its SHA-256 as it grows. A
 * copy of the struct marks a place to go back to.
 */
#ifndef MIRROR_SCRATCH_H
#define MIRROR_SCRATCH_H

#include "os/cachedir.h"

struct scratch {
	int fd;    /* -1: none is open */
	int again; /* a second reader's */
	uint64_t size;
	struct sha256 hash;
};

GS_CHECKED enum gs_code scratch_open(
	struct scratch *s, struct cachedir *dir, struct gs_err *err);

GS_CHECKED enum gs_code scratch_add(
	struct scratch *s, struct view bytes, struct gs_err *err);

/* Appends len bytes of another one, from offset on. */
GS_CHECKED enum gs_code scratch_copy(struct scratch *s,
	const struct scratch *from, uint64_t offset, uint64_t len,
	struct gs_err *err);

/* Forgets what was added since the mark, a copy of *s. */
void scratch_go_back(struct scratch *s, const struct scratch *mark);

/* The SHA-256 of all of it. */
struct id scratch_digest(const struct scratch *s);

/* Does nothing if none is open. */
void scratch_close(struct scratch *s);

#endif
