/*
 * Settings from the command line and the environment, spelled as Go's flag
 * package takes them. One table (options_table.c) makes the parser, the environment
 * variables, -h, and what man page and README are checked against. Flags win
 * over variables; an empty variable is unset.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "base/buf.h"
#include "base/err.h"
#include "s3/extras.h"

#include <stdint.h>

/* Texts borrow from argv and the environment; "" is not given. */
struct options {
	const char *bucket, *prefix;
	bool path_style;
	const char *endpoint, *region, *profile, *ca_bundle;
	const char *cache_dir; /* "temp": a private one, removed at the end */
	uint64_t drain_ms;
	const char *scope;       /* "off": no snapshots and packs */
	uint64_t prefetch_bytes; /* UINT64_MAX: no limit */
	uint64_t keep_s;         /* 0: for ever */
	const char *stats;       /* the path of a file */
	struct extras_wish extras;
	bool read_only, strict, verbose;
	bool doctor, json; /* gocache-s3 doctor -json */
	bool show_version, show_help;
	/* GS_OK, or the first variable whose value makes no sense. It counts
	 * as unset, since a variable must not fail a build: a warning, or with
	 * strict a failed start, is the caller's to make of it. */
	struct gs_err ignored;
};

/* The room that options_help needs. */
enum { OPTIONS_HELP_MAX = 6144 };

/*
 * Reads env (as environ) and then argv[1..argc) over the defaults. GS_CONFIG
 * names the flag, what is wrong with it and what is right; an argument that is
 * no flag is wrong too, but for the word doctor. Reading stops at -h.
 * Source: Go's flag.go (parseOne, boolValue) and strconv/atob.go.
 */
GS_CHECKED enum gs_code options_parse(int argc, char *const argv[],
	char *const env[], struct options *o, struct gs_err *err);

/* Appends the text of -h: purpose, use, every option with its variable. */
void options_help(struct buf *out);

#endif
