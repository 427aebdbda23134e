/*
 * One zstd frame (RFC 8878) at a time, in memory that the caller gives.
 *
 * A frame of ours declares its content's size, needs a window of at most
 * ZFRAME_WINDOW_BYTES, and has no dictionary and no checksum: what is in it is
 * hashed elsewhere. The reader refuses every other frame before it decodes
 * anything, gives at most the bytes that it was told to expect, and needs the
 * same memory whatever a frame claims. Nothing here allocates.
 */
#ifndef PACK_ZFRAME_H
#define PACK_ZFRAME_H

#include "base/buf.h"
#include "base/err.h"

enum {
	/* On archives of Go, in blocks of 1 MiB: frames are 7 % smaller than with
	 * 17; with 20 they are 9 %, for half as much memory again. */
	ZFRAME_WINDOW_LOG = 19,
	ZFRAME_WINDOW_BYTES = 1 << ZFRAME_WINDOW_LOG,
	ZFRAME_HEADER_MAX = 18, /* of a frame: RFC 8878, 3.1.1 */
	/* What zstd 1.5.7 asks for is less; tests/unit/test_zframe.c. */
	ZFRAME_READER_BYTES = 1024 * 1024,
	ZFRAME_WRITER_BYTES = 1584 * 1024,
	/* On archives of Go: 4.20 times smaller, at 450 MB/s; 1 gives 4.06 at
	 * 530, and 3 gives 4.28 at 320. */
	ZFRAME_LEVEL = 2,
};

struct ZSTD_DCtx_s;
struct ZSTD_CCtx_s;

/* All private but ended. A failure sticks until the next begin. */
struct zframe_reader {
	struct ZSTD_DCtx_s *context;
	uint64_t left; /* raw bytes still to come */
	unsigned char header[ZFRAME_HEADER_MAX];
	size_t header_len;
	bool header_read, failed;
	bool ended; /* the whole frame was read */
};

/* memory: ZFRAME_READER_BYTES, aligned to 8, as long as the reader is used. */
void zframe_reader_init(struct zframe_reader *r, void *memory);

/* A frame begins that holds raw_len bytes. */
void zframe_reader_begin(struct zframe_reader *r, uint64_t raw_len);

/*
 * Takes *used bytes of in, and appends what they give to out as far as there
 * is room. With room left in out, all of in is taken up to the frame's end; with
 * none there may be more to come without more input: call again with an emptied
 * out. GS_BAD: not a frame of raw_len bytes as above.
 */
GS_CHECKED enum gs_code zframe_read(struct zframe_reader *r, struct view in,
	size_t *used, struct buf *out, struct gs_err *err);

/* All private. */
struct zframe_writer {
	struct ZSTD_CCtx_s *context;
};

/* memory: ZFRAME_WRITER_BYTES, aligned to 8, as long as the writer is used. */
void zframe_writer_init(struct zframe_writer *w, void *memory);

/* A frame of raw_len bytes begins. */
void zframe_writer_begin(struct zframe_writer *w, uint64_t raw_len);

/* Takes *used bytes of in and appends to out; with room left in out, all of
 * in is taken. GS_BAD: more than raw_len bytes were given. */
GS_CHECKED enum gs_code zframe_write(struct zframe_writer *w, struct view in,
	size_t *used, struct buf *out, struct gs_err *err);

/* Appends the frame's rest to out; *ended tells whether that was all, else
 * call again with an emptied out. GS_BAD: raw_len bytes were not given. */
GS_CHECKED enum gs_code zframe_write_end(struct zframe_writer *w,
	struct buf *out, bool *ended, struct gs_err *err);

#endif
