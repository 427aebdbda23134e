/*
 * Marks: 64-bit fingerprints of facts that a later run wants to know again.
 * Two kinds, told apart by a first word so that they never meet:
 *
 * checked  this very file (device, inode, size, mtime, ctime), since the
 *          machine was booted, was read and its SHA-256 is this OutputID
 * shared   this bucket holds this entry
 *
 * A mark is the first 8 bytes of a SHA-256, never 0. A false match has a
 * chance of about 2^-61 per question (8 ways of 2^64).
 */
#ifndef GOCACHE_MARK_H
#define GOCACHE_MARK_H

#include "base/id.h"
#include "base/sha256.h"

/* What fstat(2) says of a body's file. */
struct mark_file {
	uint64_t device, inode, size;
	int64_t mtime_ns, ctime_ns;
};

/* boot: the text that names this boot of the machine, or empty. */
uint64_t mark_checked(enum sha256_kind kind, struct view boot,
	const struct id *output, const struct mark_file *file);

/* place: the text that names endpoint, bucket and prefix. */
uint64_t mark_shared(enum sha256_kind kind, struct view place,
	const struct id *action, const struct id *output);

#endif
