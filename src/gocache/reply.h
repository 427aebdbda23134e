/*
 * The helper's side of the conversation: one JSON object and LF per reply,
 * appended to a buffer. A reply needs at most REPLY_MAX + 6 * length of its
 * path or text bytes; one that does not fit marks the buffer full and leaves a
 * part of itself behind.
 *
 * Paths and texts may hold any byte, but JSON is UTF-8: for what is not, go
 * reads U+FFFD, and so looks for a file that is not there.
 * Source: cmd/go/internal/cacheprog/cacheprog.go; docs/protocol.md.
 */
#ifndef GOCACHE_REPLY_H
#define GOCACHE_REPLY_H

#include "base/buf.h"
#include "base/id.h"

enum { REPLY_MAX = 512 };

/* True if text is UTF-8, so that go reads it as it is. */
bool reply_can_say(struct view text);

/* {"ID":0,"KnownCommands":["get","put","close"]} */
void reply_hello(struct buf *out);

void reply_miss(struct buf *out, int64_t id);

/* A hit. All members are sent, also a size of 0, which is at most INT64_MAX.
 * time_ns is Unix time and is sent as RFC 3339 in UTC; path is the absolute
 * path of the body. */
void reply_hit(struct buf *out, int64_t id, const struct id *output,
	uint64_t size, int64_t time_ns, struct view path);

/* The answer to a put that was stored, with the path of its body. */
void reply_put(struct buf *out, int64_t id, struct view path);

/* The answer to a close. */
void reply_done(struct buf *out, int64_t id);

/* Err: text. For unknown commands only: an Err in answer to a put or a close
 * fails the build (docs/protocol.md). */
void reply_error(struct buf *out, int64_t id, struct view text);

#endif
