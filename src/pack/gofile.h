/*
 * What counts in the files that tell a go command what to do: go.mod and
 * go.work (https://go.dev/ref/mod) and its env file (`go help env`). They are
 * not checked; what is no such file has no values. Everything is borrowed from
 * the text.
 */
#ifndef PACK_GOFILE_H
#define PACK_GOFILE_H

#include "base/view.h"

/* The values of one directive, wherever they stand. Private. */
struct gofile {
	struct view name, text; /* text: what is not read yet */
	bool inside;            /* of parentheses */
};

struct gofile gofile_open(struct view text, const char *name);

/* The next value, without blanks, quotes and comment; false if there is none. */
bool gofile_next(struct gofile *d, struct view *value);

/* The module's path in a go.mod; empty if there is none. */
struct view gofile_module(struct view text);

/* A setting of the env file; empty if it has none. Of several, the last, as
 * cmd/go has it (internal/cfg, readEnvFile). */
struct view gofile_setting(struct view text, const char *name);

#endif
