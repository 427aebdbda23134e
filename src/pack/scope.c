#include "pack/scope.h"

#include "base/le.h"
#include "base/sha256.h"

/* The first ones decide about all of the standard library and so belong to the
 * family; the rest only to the scope. `go help environment`. */
enum { FAMILY_SETTINGS = 15, GOFLAGS_AT = FAMILY_SETTINGS };

const char *const scope_setting_name[SCOPE_SETTINGS] = {"GOOS", "GOARCH",
	"GO386", "GOAMD64", "GOARM", "GOARM64", "GOMIPS", "GOMIPS64", "GOPPC64",
	"GORISCV64", "GOWASM", "GOEXPERIMENT", "GOFIPS140", "CGO_ENABLED",
	"GO111MODULE", "GOFLAGS", "CC", "CXX", "CGO_CFLAGS", "CGO_CXXFLAGS",
	"CGO_LDFLAGS"};

/* --- words ----------------------------------------------------------------- */

/* Flags that count for nothing; cmd/go/internal/work/build.go, test/testflag.go
 * and list/list.go. */
static const struct {
	const char *name;
	bool has_value;
} dropped_flags[] = {
	{"C", true},
	{"a", false},
	{"artifacts", false},
	{"bench", true},
	{"benchmem", false},
	{"benchtime", true},
	{"blockprofile", true},
	{"blockprofilerate", true},
	{"c", false},
	{"count", true},
	{"coverprofile", true},
	{"cpu", true},
	{"cpuprofile", true},
	{"debug-actiongraph", true},
	{"debug-runtime-trace", true},
	{"debug-trace", true},
	{"e", false},
	{"exec", true},
	{"f", true},
	{"failfast", false},
	{"fullpath", false},
	{"fuzz", true},
	{"fuzzminimizetime", true},
	{"fuzztime", true},
	{"json", false},
	{"ldflags", true},
	{"list", true},
	{"memprofile", true},
	{"memprofilerate", true},
	{"modcacherw", false},
	{"mutexprofile", true},
	{"mutexprofilefraction", true},
	{"n", false},
	{"o", true},
	{"outputdir", true},
	{"overlay", true},
	{"p", true},
	{"parallel", true},
	{"run", true},
	{"short", false},
	{"shuffle", true},
	{"skip", true},
	{"timeout", true},
	{"trace", true},
	{"v", false},
	{"work", false},
	{"x", false},
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

/* Whether a flag is dropped, and whether the next word goes with it. */
static bool
is_dropped(struct view word, bool *and_next)
{
	bool with_value;
	struct view name = flag_name(word, &with_value);

	for (size_t i = 0; i < sizeof(dropped_flags) / sizeof(*dropped_flags);
		i++) {
		if (view_eq(name, view_of(dropped_flags[i].name))) {
			*and_next = dropped_flags[i].has_value && !with_value;
			return true;
		}
	}
	return false;
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
		bool and_next = false;

		if (!is_flag(*word) || !is_dropped(*word, &and_next)) {
			if (is_last(words, *word)) {
				words->rest.n = 0;
			}
			return true;
		}
		if (and_next) {
			(void)next_word(words, word);
		}
	}
	return false;
}

static struct words
argv_of(const struct scope_run *run)
{
	struct words words = {.rest = run->argv, .separator = '\0'};
	struct view program;

	if (!next_word(&words, &program) ||
		!next_word(&words, &words.command)) {
		words.command = VIEW("");
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
	return words_have(argv_of(run), wanted) ||
	       words_have(goflags_of(run), wanted);
}

/* --- files ----------------------------------------------------------------- */

/* A line of go.mod or go.work without comment, blanks and quotes. */
static struct view
clean_line(struct view line)
{
	line.n = view_find(line, VIEW("//"));
	line = view_trim(line);
	return line;
}

static struct view
unquote(struct view word)
{
	word = view_trim(word);
	if (word.n >= 2 && (word.p[0] == '"' || word.p[0] == '`') &&
		word.p[word.n - 1] == word.p[0]) {
		return (struct view){word.p + 1, word.n - 2};
	}
	return word;
}

/* What stands behind a directive, alone or in parentheses. */
struct directive {
	struct view name, text; /* text: what is not read yet */
	bool inside;
};

static bool
is_separated(struct view rest)
{
	return rest.n > 0 &&
	       (rest.p[0] == ' ' || rest.p[0] == '\t' || rest.p[0] == '(' ||
		       rest.p[0] == '"' || rest.p[0] == '`');
}

static bool
next_value(struct directive *d, struct view *value)
{
	while (d->text.n > 0) {
		struct view line, rest;

		view_cut(d->text, '\n', &line, &d->text);
		line = clean_line(line);
		rest = view_skip(line, d->name.n);
		if (d->inside && view_eq(line, VIEW(")"))) {
			d->inside = false;
		} else if (d->inside && line.n > 0) {
			*value = unquote(line);
			return true;
		} else if (view_starts(line, d->name) && is_separated(rest)) {
			*value = unquote(rest);
			d->inside = view_eq(*value, VIEW("("));
			if (!d->inside) {
				return true;
			}
		}
	}
	return false;
}

struct view
scope_module(struct view text)
{
	struct directive d = {.name = VIEW("module"), .text = text};
	struct view path;

	return next_value(&d, &path) ? path : VIEW("");
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
	for (size_t i = 0; i < sizeof(family_flags) / sizeof(*family_flags);
		i++) {
		add(h, has_flag(run, family_flags[i]) ? VIEW("1") : VIEW("0"));
	}
}

static void
add_module(struct sha256 *h, const struct scope_run *run)
{
	struct directive use = {.name = VIEW("use"), .text = run->go_work};
	struct view path;

	add(h, scope_module(run->go_mod));
	while (next_value(&use, &path)) {
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
	add_words(&h, argv_of(run));
	add_words(&h, goflags_of(run));
	sha256_final(&h, scope);
}
