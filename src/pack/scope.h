/*
 * Which runs are of one kind, so that what one of them used is worth fetching
 * before the next: the id that a snapshot is stored under.
 *
 * Two ids: the scope is this module, this command and everything else that
 * action ids depend on; the family is the module and the toolchain, whatever
 * the command. What only changes how a command looks, what it writes where, or
 * how tests are run (-o, -v, -run, -ldflags and the version in it, ...) counts
 * in neither. Two kinds that share an id by mistake cost time, never a wrong
 * artifact.
 */
#ifndef PACK_SCOPE_H
#define PACK_SCOPE_H

#include "base/id.h"

/* What go's settings are called that count, in the order in which values are
 * passed: go gives its helpers most in the environment; go's env file has the
 * others. */
enum { SCOPE_SETTINGS = 21 };

extern const char *const scope_setting_name[SCOPE_SETTINGS];

struct scope_run {
	struct view name;    /* -scope NAME: instead of module and command */
	struct view go_mod;  /* the text of the nearest one, or empty */
	struct view go_work; /* likewise */
	struct view root;    /* the directory of go.work, or else of go.mod */
	struct view dir;     /* where the go command runs */
	struct view argv;    /* its words, each with a NUL: /proc/PID/cmdline */
	struct view version; /* of Go: GOVERSION */
	struct view setting[SCOPE_SETTINGS]; /* values, empty where unset */
};

void scope_of(const struct scope_run *run, struct id *scope, struct id *family);

/* What the go command was asked to do: build, test, ...; empty if argv has no
 * word of letters there. Borrowed from argv. */
struct view scope_command(struct view argv);

#endif
