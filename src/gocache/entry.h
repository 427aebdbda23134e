/*
 * cmd/go's own cache format under $GOCACHE: an action file `XX/HEX-a` of 175
 * bytes that names an output, and an output file `XX/HEX-d` with the body; XX
 * are the first two digits of HEX. Source: cmd/go/internal/cache/cache.go
 * (entrySize, get, putIndexEntry, fileName); docs/storage.md.
 */
#ifndef GOCACHE_ENTRY_H
#define GOCACHE_ENTRY_H

#include "base/buf.h"
#include "base/err.h"
#include "base/id.h"

enum {
	/* "v1 " hex " " hex " " 20 digits " " 20 digits LF */
	ENTRY_LEN = 2 + 1 + ID_HEX_LEN + 1 + ID_HEX_LEN + 1 + 20 + 1 + 20 + 1,
	/* "XX/" hex "-a" and a NUL */
	ENTRY_NAME_MAX = 3 + ID_HEX_LEN + 2 + 1,
};

struct entry {
	struct id action;
	struct id output;
	uint64_t size;
	int64_t time_ns; /* Unix time of the last put */
};

/* The 175 bytes of an action file. A time before 1970, which cmd/go would
 * refuse to read, is written as 0. */
void entry_format(const struct entry *e, char out[ENTRY_LEN]);

/*
 * Reads an action file's bytes; GS_BAD unless they are exactly an entry for
 * this action, as cmd/go would accept it. Stricter in one thing: a sign, which
 * strconv.ParseInt takes and cmd/go never writes, is refused. *e is written
 * only on success; its size is at most INT64_MAX.
 */
GS_CHECKED enum gs_code entry_parse(struct view bytes, const struct id *action,
	struct entry *e, struct gs_err *err);

/* File names relative to the cache directory, terminated. */
void entry_action_name(const struct id *action, char out[ENTRY_NAME_MAX]);
void entry_output_name(const struct id *output, char out[ENTRY_NAME_MAX]);

#endif
