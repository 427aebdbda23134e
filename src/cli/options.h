/*
 * Settings from the command line and the environment, spelled as Go's flag
 * package takes them. One table (options.c) makes the parser, the environment
 * variables, -h, and what the man page is checked against. Flags win over
 * variables; an empty variable is unset.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "base/buf.h"
#include "base/err.h"
#include "base/limits.h"

#include <stdint.h>

/* Texts borrow from argv and the environment; "" is not given. */
struct options {
	const char *bucket, *prefix;
	bool path_style;
	const char *endpoint, *region, *profile, *ca_bundle;
	const char *cache_dir; /* "temp": a private one, removed at the end */
	uint64_t drain_ms;
	bool read_only, strict, verbose;
	bool show_version, show_help;
};

/*
 * Reads argv[1..argc) and then env (as environ) over the defaults. GS_CONFIG
 * names the flag or variable, what is wrong with its value and what is right.
 */
GS_CHECKED enum gs_code options_parse(int argc, char *const argv[],
	char *const env[], struct options *o, struct gs_err *err);

/* Appends the text of -h: purpose, use, every option with its variable. */
void options_help(struct buf *out);

#endif
