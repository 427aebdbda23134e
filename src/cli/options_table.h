/*
 * The table of options: the one place that says what there is. Private to
 * options*.c.
 */
#ifndef CLI_OPTIONS_TABLE_H
#define CLI_OPTIONS_TABLE_H

#include "cli/options.h"

enum option_kind {
	OPTION_TEXT,
	OPTION_TEXTS, /* of struct extras_texts: may be given more than once */
	OPTION_SWITCH,
	OPTION_DURATION, /* from here on -h shows the preset */
	OPTION_SIZE,
	OPTION_DAYS,
};

struct option {
	const char *name;
	enum option_kind kind;
	size_t field;            /* offset in struct options */
	const char *env;         /* NULL: a flag only */
	const char *preset;      /* the value of an option not given */
	const char *placeholder; /* what -h calls the value */
	const char *help;        /* NULL: another spelling, not in -h */
};

extern const struct option options_table[];
extern const size_t options_count;

#endif
