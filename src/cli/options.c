#include "cli/options.h"

#include "base/duration.h"
#include "base/size.h"
#include "cli/options_table.h"

#include <string.h>

enum { DAYS_MAX = 36500, DAY_S = 24 * 3600 };

/* strconv.ParseBool. */
static bool
parse_bool(struct view text, bool *value)
{
	static const char words[2][6][6] = {
		{"0", "f", "F", "false", "FALSE", "False"},
		{"1", "t", "T", "true", "TRUE", "True"},
	};

	for (size_t i = 0; i < 12; i++) {
		if (view_eq(text, view_of(words[i / 6][i % 6]))) {
			*value = i / 6 == 1;
			return true;
		}
	}
	return false;
}

static bool
parse_limit(struct view text, uint64_t *bytes)
{
	if (view_eq(text, VIEW("all"))) {
		*bytes = UINT64_MAX;
		return true;
	}
	if (view_eq(text, VIEW("off"))) {
		*bytes = 0;
		return true;
	}
	return size_parse(text, bytes);
}

static bool
parse_days(struct view text, uint64_t *seconds)
{
	unsigned long long days;

	if (!view_uint(text, DAYS_MAX, &days)) {
		return false;
	}
	*seconds = days * DAY_S;
	return true;
}

/* The first flag replaces what the variable said, others add to it. */
static bool
add_text(struct extras_texts *texts, const char *value)
{
	if (texts->replaceable) {
		texts->replaceable = false;
		texts->count = 0;
	}
	if (texts->count == EXTRAS_HEADERS_MAX) {
		return false;
	}
	texts->text[texts->count++] = value;
	return true;
}

/* What a value of this kind looks like. */
static const char *const wanted[] = {
	[OPTION_SWITCH] = "want true or false",
	[OPTION_DURATION] = "want a duration such as 10s, 500ms or 1m30s",
	[OPTION_SIZE] = "want a size such as 500MB or 2GiB, all, or off",
	[OPTION_DAYS] = "want a number of days from 0 to 36500",
	[OPTION_TEXTS] = "these are more than there is room for",
};

/* Stores the value; false, and nothing changed, if it is not of its kind. */
static bool
store(const struct option *opt, const char *value, struct options *o)
{
	void *field = (char *)o + opt->field;
	const char **text = field;

	switch (opt->kind) {
	case OPTION_SWITCH:
		return parse_bool(view_of(value), field);
	case OPTION_DURATION:
		return duration_parse_ms(view_of(value), field);
	case OPTION_SIZE:
		return parse_limit(view_of(value), field);
	case OPTION_DAYS:
		return parse_days(view_of(value), field);
	case OPTION_TEXTS:
		return add_text(field, value);
	case OPTION_TEXT:
		*text = value;
		return true;
	}
	return false;
}

/* A header may be a secret. */
static enum gs_code
fail_value(struct gs_err *err, const char *dash, const char *name,
	const char *value, enum option_kind kind)
{
	char what[64];
	struct buf b = BUF_OVER(what);

	buf_str(&b, "invalid value of ");
	buf_str(&b, dash);
	buf_str(&b, name);
	return gs_fail(err, GS_CONFIG, buf_cstr(&b),
		kind == OPTION_TEXTS ? VIEW("") : view_of(value), wanted[kind]);
}

/* Without what may be a value of another option. */
static enum gs_code
fail_unknown(struct gs_err *err, const char *arg)
{
	struct view flag, value;

	view_cut(view_of(arg), '=', &flag, &value);
	return gs_fail(err, GS_CONFIG, "flag provided but not defined", flag,
		"gocache-s3 -h lists all");
}

static void
read_presets(struct options *o)
{
	for (size_t i = 0; i < options_count; i++) {
		store(&options_table[i], options_table[i].preset, o);
	}
	o->extras.headers.replaceable = true;
}

/* The variable's value, "" if it is unset. */
static const char *
env_value(char *const env[], const char *name)
{
	size_t n = strlen(name);

	for (; *env; env++) {
		if (strncmp(*env, name, n) == 0 && (*env)[n] == '=') {
			return *env + n + 1;
		}
	}
	return "";
}

static void
read_env(char *const env[], struct options *o)
{
	for (size_t i = 0; i < options_count; i++) {
		const struct option *opt = &options_table[i];
		const char *value = opt->env ? env_value(env, opt->env) : "";

		if (value[0] != '\0' && !store(opt, value, o) &&
			o->ignored.code == GS_OK) {
			fail_value(&o->ignored, "", opt->env, value, opt->kind);
		}
	}
	o->extras.headers.replaceable = true;
}

static const struct option *
find(struct view name)
{
	for (size_t i = 0; i < options_count; i++) {
		if (view_eq(name, view_of(options_table[i].name))) {
			return &options_table[i];
		}
	}
	return NULL;
}

/* Takes -NAME, --NAME or either with =VALUE apart; value is NULL without. */
static bool
split_flag(const char *arg, struct view *name, const char **value)
{
	struct view rest = view_skip(view_of(arg), arg[1] == '-' ? 2 : 1);
	struct view tail;

	if (rest.p[0] == '-' || rest.p[0] == '=') {
		return false;
	}
	*value = view_cut(rest, '=', name, &tail) ? tail.p : NULL;
	return true;
}

/* Reads the flag at argv[*at], and its value if that is the next argument. */
static enum gs_code
read_flag(char *const argv[], int *at, struct options *o, struct gs_err *err)
{
	const char *arg = argv[(*at)++];
	const char *value;
	const struct option *opt;
	struct view name;

	if (!split_flag(arg, &name, &value)) {
		return gs_fail(
			err, GS_CONFIG, "bad flag syntax", VIEW(""), arg);
	}
	opt = find(name);
	if (!opt) {
		return fail_unknown(err, arg);
	}
	if (!value && opt->kind == OPTION_SWITCH) {
		value = "true";
	} else if (!value && !argv[*at]) {
		return gs_fail(err, GS_CONFIG, "flag needs an argument",
			VIEW(""), arg);
	} else if (!value) {
		value = argv[(*at)++];
	}
	return store(opt, value, o)
		       ? GS_OK
		       : fail_value(err, "-", opt->name, value, opt->kind);
}

static bool
is_flag(const char *arg)
{
	return arg[0] == '-' && arg[1] != '\0' && strcmp(arg, "--") != 0;
}

/* Reads flags from argv[*at] on, up to what is none. */
static enum gs_code
read_flags(int argc, char *const argv[], int *at, struct options *o,
	struct gs_err *err)
{
	while (*at < argc && is_flag(argv[*at]) && !o->show_help) {
		if (read_flag(argv, at, o, err) != GS_OK) {
			return err->code;
		}
	}
	return GS_OK;
}

/* Takes the one word that is no flag, where there is one. */
static void
read_command(int argc, char *const argv[], int *at, struct options *o)
{
	if (*at < argc && strcmp(argv[*at], "doctor") == 0) {
		o->doctor = true;
		(*at)++;
	}
}

/* [flags] [doctor [flags]] [--] */
static enum gs_code
read_arguments(
	int argc, char *const argv[], struct options *o, struct gs_err *err)
{
	int at = 1;
	enum gs_code code = read_flags(argc, argv, &at, o, err);

	if (code == GS_OK) {
		read_command(argc, argv, &at, o);
		code = read_flags(argc, argv, &at, o, err);
	}
	if (code != GS_OK || o->show_help) {
		return code;
	}
	if (at < argc && strcmp(argv[at], "--") == 0) {
		at++;
	}
	if (at < argc) {
		return gs_fail(err, GS_CONFIG, "unexpected argument",
			view_of(argv[at]),
			"there are only flags, and doctor; gocache-s3 -h lists "
			"all");
	}
	if (o->json && !o->doctor) {
		return gs_fail(
			err, GS_CONFIG, "flag needs doctor", VIEW(""), "-json");
	}
	return GS_OK;
}

enum gs_code
options_parse(int argc, char *const argv[], char *const env[],
	struct options *o, struct gs_err *err)
{
	struct options result = {0};

	read_presets(&result);
	read_env(env, &result);
	if (read_arguments(argc, argv, &result, err) != GS_OK) {
		return err->code;
	}
	*o = result;
	return GS_OK;
}
