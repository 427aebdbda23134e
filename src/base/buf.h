/*
 * A bounded append buffer over storage that the caller owns.
 *
 * Text that does not fit is dropped whole and the buffer is marked full for
 * good: do all the appends, then ask buf_ok once. Nothing here allocates.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/view.h"

#include <stdint.h>

struct buf {
	char *p;
	size_t len;
	size_t cap;
	bool full; /* an append did not fit; sticks until buf_clear */
};

/* An empty buffer over storage[cap], which must outlive it. */
struct buf buf_over(void *storage, size_t cap);

/* A buffer over a char array. */
#define BUF_OVER(array) buf_over((array), sizeof(array))

void buf_clear(struct buf *b);

void buf_add(struct buf *b, struct view v);
void buf_str(struct buf *b, const char *s);
void buf_char(struct buf *b, char c);
void buf_uint(struct buf *b, uint64_t n);

/* Lower-case hex digits of bytes[n]. */
void buf_hex(struct buf *b, const void *bytes, size_t n);

/* Ends the text with a NUL that is not counted in len; needs one free byte,
 * else the buffer becomes full. Returns the text, "" if the buffer is full. */
const char *buf_cstr(struct buf *b);

/* What has been appended; valid until the next change. */
struct view buf_view(const struct buf *b);

/* True if every append since init or clear did fit. */
bool buf_ok(const struct buf *b);

/* Overwrites the whole storage with zeros in a way that is not optimised
 * away, and clears the buffer: for secrets. */
void buf_wipe(struct buf *b);

/* The same for any memory. */
void wipe(void *p, size_t n);

#endif
