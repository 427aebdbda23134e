/* Command lines and environments for tests of cli/options.h. */
#ifndef TESTS_OPTIONS_WORDS_H
#define TESTS_OPTIONS_WORDS_H

#include "cli/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { WORDS_MAX = 16 };

/* Words as main gets them: writable, and ended by NULL. */
struct words {
	char text[WORDS_MAX][64];
	char *list[WORDS_MAX + 1];
	int count;
};

static inline void
words_add(struct words *w, const char *word)
{
	w->list[w->count] = w->text[w->count];
	snprintf(w->text[w->count++], sizeof(w->text[0]), "%s", word);
	w->list[w->count] = NULL;
}

/* Parses a command line and an environment, both NULL-terminated. What
 * options points to is valid until the next call. */
static inline enum gs_code
parse(const char *const args[], const char *const env[], struct options *o,
	struct gs_err *err)
{
	static struct words argv, environment;

	argv.count = environment.count = 0;
	environment.list[0] = NULL;
	words_add(&argv, "gocache-s3");
	while (*args) {
		words_add(&argv, *args++);
	}
	while (*env) {
		words_add(&environment, *env++);
	}
	return options_parse(argv.count, argv.list, environment.list, o, err);
}

#define ARGS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define NOTHING ((const char *const[]){NULL})

static inline struct options
parse_ok(const char *const args[], const char *const env[])
{
	struct options o = {.bucket = "untouched"};
	struct gs_err err = {.text = "untouched"};

	assert_int_equal(parse(args, env, &o, &err), GS_OK);
	assert_string_equal(err.text, "untouched");
	return o;
}

#endif
