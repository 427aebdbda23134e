#include "pack/scope.h"

#include "base/array.h"
#include "base/le.h"
#include "base/sha256.h"
#include "pack/gofile.h"

/* The first ones decide about all of the standard library and so belong to the
 * family; the rest only to the scope. `go help environment`. */
enum { FAMILY_SETTINGS = 15, GOFLAGS_AT = FAMILY_SETTINGS };

const char *const scope_setting_name[SCOPE_SETTINGS] = {"GOOS", "GOARCH",
	"GO386", "GOAMD64", "GOARM", "GOARM64", "GOMIPS", "GOMIPS64", "GOPPC64",
	"GORISCV64", "GOWASM", "GOEXPERIMENT", "GOFIPS140", "CGO_ENABLED",
	"GO111MODULE", "GOFLAGS", "CC", "CXX", "CGO_CFLAGS", "CGO_CXXFLAGS",
	"CGO_LDFLAGS"};

/* --- words ----------------------------------------------------------------- */

/* Flags that change nothing that an action id depends on, or as much as another
 * one does; work/build.go, test/testflag.go and list/list.go in cmd/go. */
static const struct flag {
	const char *name;
	bool has_value;
	const char *as; /* what it counts as; NULL: nothing */
} mild_flags[] = {
	{"C", true, NULL},
	{"a", false, NULL},
	{"artifacts", false, NULL},
	{"bench", true, NULL},
	{"benchmem", false, NULL},
	{"benchtime", true, NULL},
	{"blockprofile", true, NULL},
	{"blockprofilerate", true, NULL},
	{"buildvcs", false, NULL},
	{"c", false, NULL},
	{"count", true, NULL},
	{"coverprofile", true, "-cover"},
	{"cpu", true, NULL},
	{"cpuprofile", true, NULL},
	{"debug-actiongraph", true, NULL},
	{"debug-runtime-trace", true, NULL},
	{"debug-trace", true, NULL},
	{"e", false, NULL},
	{"exec", true, NULL},
	{"f", true, NULL},
	{"failfast", false, NULL},
	{"fullpath", false, NULL},
	{"fuzz", true, "-fuzz"},
	{"fuzzminimizetime", true, NULL},
	{"fuzztime", true, NULL},
	{"json", false, NULL},
	{"ldflags", true, NULL},
	{"list", true, NULL},
	{"memprofile", true, NULL},
	{"memprofilerate", true, NULL},
	{"modcacherw", false, NULL},
	{"mutexprofile", true, NULL},
	{"mutexprofilefraction", true, NULL},
	{"n", false, NULL},
	{"o", true, NULL},
	{"outputdir", true, NULL},
	{"overlay", true, NULL},
	{"p", true, NULL},
	{"parallel", true, NULL},
	{"run", true, NULL},
	{"short", false, NULL},
	{"shuffle", true, NULL},
	{"skip", true, NULL},
	{"timeout", true, NULL},
	{"trace", true, NULL},
	{"v", false, NULL},
	{"work", false, NULL},
	{"x", false, NULL},
};

static const char *const family_flags[] = {"race", "msan", "asan"};

/* Of a command line, each with a NUL, or of GOFLAGS, between spaces. */
struct words {
	struct view rest;
	char separator;
	struct view command; /* go's: build, test, ... */
};

static bool
next_word(struct words *words, struct view *word)
{
	if (words->rest.n == 0) {
		return false;
	}
	view_cut(words->rest, words->separator, word, &words->rest);
	return true;
}

static bool
is_flag(struct view word)
{
	return word.n > 1 && word.p[0] == '-';
}

/* A flag's name and whether it holds its value: -x, --x, -test.x, -x=value. */
static struct view
flag_name(struct view word, bool *with_value)
{
	struct view name, value;

	word = view_skip(word, view_starts(word, VIEW("--")) ? 2 : 1);
	word = view_skip(word, view_starts(word, VIEW("test.")) ? 5 : 0);
	*with_value = view_cut(word, '=', &name, &value);
	return name;
}

/* The flag that the word is, if it is a mild one; else NULL. */
static const struct flag *
find_mild(struct view word, bool *with_value)
{
	struct view name = flag_name(word, with_value);

	for (size_t i = 0; i < ARRAY_LEN(mild_flags); i++) {
		if (view_eq(name, view_of(mild_flags[i].name))) {
			return &mild_flags[i];
		}
	}
	return NULL;
}

/* Takes a flag with its value; false if it counts for nothing. */
static bool
take_flag(struct words *words, struct view *word)
{
	bool with_value;
	const struct flag *mild = find_mild(*word, &with_value);
	struct view value;

	if (!mild) {
		return true;
	}
	if (mild->has_value && !with_value) {
		(void)next_word(words, &value);
	}
	*word = view_of(mild->as);
	return mild->as != NULL;
}

/* Behind the first thing that `run` and `tool` are to run, and behind -args,
 * arguments for a program follow, or more of its files. */
static bool
is_last(const struct words *words, struct view word)
{
	bool runs = view_eq(words->command, VIEW("run")) ||
		    view_eq(words->command, VIEW("tool"));

	return runs && !is_flag(word);
}

static bool
begins_arguments(struct view word)
{
	return view_eq(word, VIEW("-args")) || view_eq(word, VIEW("--args"));
}

/* The next word that counts. */
static bool
next_counting(struct words *words, struct view *word)
{
	while (next_word(words, word) && !begins_arguments(*word)) {
		if (is_last(words, *word)) {
			words->rest.n = 0;
		}
		if (!is_flag(*word) || take_flag(words, word)) {
			return true;
		}
	}
	return false;
}

static struct words
argv_of(struct view argv)
{
	struct words words = {.rest = argv, .separator = '\0'};
	struct view program, command;

	/* -C may stand before the command, too. */
	if (next_word(&words, &program) && next_counting(&words, &command)) {
		words.command = command;
	}
	return words;
}

static struct words
goflags_of(const struct scope_run *run)
{
	return (struct words){run->setting[GOFLAGS_AT], ' ', VIEW("")};
}

static bool
words_have(struct words words, const char *wanted)
{
	struct view word;
	bool with_value;

	while (next_counting(&words, &word)) {
		if (is_flag(word) && view_eq(flag_name(word, &with_value),
					     view_of(wanted))) {
			return true;
		}
	}
	return false;
}

static bool
has_flag(const struct scope_run *run, const char *wanted)
{
	return words_have(argv_of(run->argv), wanted) ||
	       words_have(goflags_of(run), wanted);
}

struct view
scope_command(struct view argv)
{
	struct view command = argv_of(argv).command;

	for (size_t i = 0; i < command.n; i++) {
		if (command.p[i] < 'a' || command.p[i] > 'z') {
			return VIEW("");
		}
	}
	return command;
}

/* --- ids ------------------------------------------------------------------- */

static void
add(struct sha256 *h, struct view text)
{
	unsigned char n[8];

	le_put64(n, text.n);
	sha256_update(h, (struct view){(const char *)n, sizeof(n)});
	sha256_update(h, text);
}

/* What a family has in common, or all that counts beside a given name. */
static void
add_toolchain(struct sha256 *h, const struct scope_run *run)
{
	add(h, run->version);
	for (size_t i = 0; i < FAMILY_SETTINGS; i++) {
		add(h, run->setting[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(family_flags); i++) {
		add(h, has_flag(run, family_flags[i]) ? VIEW("1") : VIEW("0"));
	}
}

static void
add_module(struct sha256 *h, const struct scope_run *run)
{
	struct gofile use = gofile_open(run->go_work, "use");
	struct view path;

	add(h, gofile_module(run->go_mod));
	while (gofile_next(&use, &path)) {
		add(h, path);
	}
}

static void
add_words(struct sha256 *h, struct words words)
{
	struct view word;

	add(h, words.command);
	while (next_counting(&words, &word)) {
		add(h, word);
	}
}

/* Where the sources lie is part of their packages' action ids, unless go
 * trims it off; where in the module go runs always matters. */
static void
add_place(struct sha256 *h, const struct scope_run *run)
{
	add(h, has_flag(run, "trimpath") ? VIEW("") : run->root);
	add(h, view_starts(run->dir, run->root)
			? view_skip(run->dir, run->root.n)
			: run->dir);
}

void
scope_of(const struct scope_run *run, struct id *scope, struct id *family)
{
	struct sha256 h;

	sha256_init(&h, SHA256_PORTABLE);
	add(&h, VIEW("gocache-s3 scope 1"));
	add_toolchain(&h, run);
	add(&h, run->name);
	if (run->name.n > 0) {
		sha256_final(&h, family);
		*scope = *family;
		return;
	}
	add_module(&h, run);
	sha256_final(&h, family);
	add(&h, VIEW("command"));
	for (size_t i = GOFLAGS_AT + 1; i < SCOPE_SETTINGS; i++) {
		add(&h, run->setting[i]);
	}
	add_place(&h, run);
	add_words(&h, argv_of(run->argv));
	add_words(&h, goflags_of(run));
	sha256_final(&h, scope);
}
