/*
 * The body of a put on its way from cmd/go to a place that has a path.
 *
 * A put must not fail (docs/protocol.md), so neither does anything here. The
 * body goes to the cache directory; where that is full or cannot be written, to memory,
 * under /proc/PID/fd, within BODY_MEMORY_MAX for the whole run; else nowhere,
 * and the path is one that does not exist, which cmd/go can live with.
 */
#ifndef FRONT_BODY_H
#define FRONT_BODY_H

#include "os/cachedir.h"

#define BODY_MEMORY_MAX (64ULL * 1024 * 1024)

enum { BODY_MEMORY_FILES_MAX = 256 };

enum body_place { BODY_STORED, BODY_PRESENT, BODY_MEMORY, BODY_NOWHERE };

struct body {
	struct cachedir *dir;
	enum body_place place;
	struct cachedir_body file;
	int memory; /* BODY_MEMORY: a memfd; a whole one is open until we exit */
	uint64_t size, declared;
	bool broken; /* the directory failed this body; problem says how */
	struct gs_err problem;
	/* of the whole run */
	uint64_t memory_bytes;
	unsigned memory_files;
};

void body_init(struct body *b, struct cachedir *dir);

/* Begins a body that should hash to output and have this size. */
void body_begin(struct body *b, const struct id *output, uint64_t size);

void body_add(struct body *b, struct view bytes);

/* Ends the body and appends its path. True if it is in place, whole and
 * with the right hash, so that an entry may name it. */
bool body_end(struct body *b, struct buf *path);

/* The body stopped short: nothing stays of it. Nothing happens after an
 * end. */
void body_abort(struct body *b);

#endif
