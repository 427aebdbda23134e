#include "cli/options.h"

#include "base/array.h"
#include "base/duration.h"
#include "base/size.h"

#include <string.h>

enum kind { TEXT, SWITCH, DURATION, SIZE, DAYS };

enum { DAYS_MAX = 36500, DAY_S = 24 * 3600 };

struct option {
	const char *name;
	enum kind kind;
	size_t field;            /* offset in struct options */
	const char *env;         /* NULL: a flag only */
	const char *preset;      /* the value of an option not given */
	const char *placeholder; /* what -h calls the value */
	const char *help;        /* NULL: another spelling, not in -h */
};

#define FIELD(name) offsetof(struct options, name)

static const struct option table[] = {
	{"bucket", TEXT, FIELD(bucket), "GOCACHE_S3_BUCKET", "", "NAME",
		"bucket of the shared cache; without it the cache is local"},
	{"prefix", TEXT, FIELD(prefix), "GOCACHE_S3_PREFIX", "", "PREFIX",
		"put PREFIX/ before every key in the bucket"},
	{"path-style", SWITCH, FIELD(path_style), "GOCACHE_S3_PATH_STYLE",
		"false", "", "name the bucket in the path, not in the host"},
	{"endpoint", TEXT, FIELD(endpoint), "GOCACHE_S3_ENDPOINT", "", "URL",
		"S3 server; else AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, the "
		"profile, AWS"},
	{"region", TEXT, FIELD(region), "GOCACHE_S3_REGION", "", "REGION",
		"else AWS_REGION, AWS_DEFAULT_REGION, the profile"},
	{"profile", TEXT, FIELD(profile), "GOCACHE_S3_PROFILE", "", "NAME",
		"profile of the shared AWS files; else AWS_PROFILE, `default`"},
	{"ca-bundle", TEXT, FIELD(ca_bundle), "GOCACHE_S3_CA_BUNDLE", "",
		"FILE",
		"PEM file of the only authorities to trust; else "
		"AWS_CA_BUNDLE"},
	{"cache-dir", TEXT, FIELD(cache_dir), "GOCACHE_S3_CACHE_DIR", "", "DIR",
		"local cache; else GOCACHE; `temp` is a private one, removed "
		"at the end"},
	{"drain", DURATION, FIELD(drain_ms), "GOCACHE_S3_DRAIN", "10s",
		"DURATION", "how long uploads may go on after the build"},
	{"read-only", SWITCH, FIELD(read_only), "GOCACHE_S3_READ_ONLY", "false",
		"", "upload nothing"},
	{"scope", TEXT, FIELD(scope), "GOCACHE_S3_SCOPE", "", "NAME",
		"fetch what the last run of NAME used; else found out; or "
		"`off`"},
	{"prefetch", SIZE, FIELD(prefetch_bytes), "GOCACHE_S3_PREFETCH", "all",
		"SIZE", "how much to fetch ahead: 500MB, 2GiB, `all` or `off`"},
	{"keep", DAYS, FIELD(keep_s), "GOCACHE_S3_KEEP", "20", "DAYS",
		"renew what is used and as old, before it expires; 0: never"},
	{"stats", TEXT, FIELD(stats), "GOCACHE_S3_STATS", "", "FILE",
		"append what the run did to FILE, as a line of JSON"},
	{"strict", SWITCH, FIELD(strict), "GOCACHE_S3_STRICT", "false", "",
		"fail at the start if the configuration is wrong"},
	{"v", SWITCH, FIELD(verbose), "GOCACHE_S3_VERBOSE", "false", "",
		"give a summary at the end"},
	{"version", SWITCH, FIELD(show_version), NULL, "false", "",
		"print the version"},
	{"h", SWITCH, FIELD(show_help), NULL, "false", "", "print this text"},
	{"help", SWITCH, FIELD(show_help), NULL, "false", "", NULL},
};

enum { TABLE_LEN = ARRAY_LEN(table) };

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

/* What a value of this kind looks like. */
static const char *const wanted[] = {
	[SWITCH] = "want true or false",
	[DURATION] = "want a duration such as 10s, 500ms or 1m30s",
	[SIZE] = "want a size such as 500MB or 2GiB, all, or off",
	[DAYS] = "want a number of days, or 0",
};

/* Stores the value; false, and nothing changed, if it is not of its kind. */
static bool
store(const struct option *opt, const char *value, struct options *o)
{
	void *field = (char *)o + opt->field;
	const char **text = field;

	switch (opt->kind) {
	case SWITCH:
		return parse_bool(view_of(value), field);
	case DURATION:
		return duration_parse_ms(view_of(value), field);
	case SIZE:
		return parse_limit(view_of(value), field);
	case DAYS:
		return parse_days(view_of(value), field);
	case TEXT:
		*text = value;
		return true;
	}
	return false;
}

static enum gs_code
fail_value(struct gs_err *err, const char *dash, const char *name,
	const char *value, enum kind kind)
{
	char what[64];
	struct buf b = BUF_OVER(what);

	buf_str(&b, "invalid value of ");
	buf_str(&b, dash);
	buf_str(&b, name);
	return gs_fail(
		err, GS_CONFIG, buf_cstr(&b), view_of(value), wanted[kind]);
}

static void
read_presets(struct options *o)
{
	for (size_t i = 0; i < TABLE_LEN; i++) {
		store(&table[i], table[i].preset, o);
	}
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
	for (size_t i = 0; i < TABLE_LEN; i++) {
		const struct option *opt = &table[i];
		const char *value = opt->env ? env_value(env, opt->env) : "";

		if (value[0] != '\0' && !store(opt, value, o) &&
			o->ignored.code == GS_OK) {
			fail_value(&o->ignored, "", opt->env, value, opt->kind);
		}
	}
}

static const struct option *
find(struct view name)
{
	for (size_t i = 0; i < TABLE_LEN; i++) {
		if (view_eq(name, view_of(table[i].name))) {
			return &table[i];
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
		return gs_fail(err, GS_CONFIG, "flag provided but not defined",
			VIEW(""), arg);
	}
	if (!value && opt->kind == SWITCH) {
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

static enum gs_code
read_flags(int argc, char *const argv[], struct options *o, struct gs_err *err)
{
	int at = 1;

	while (at < argc && is_flag(argv[at])) {
		if (read_flag(argv, &at, o, err) != GS_OK) {
			return err->code;
		}
		if (o->show_help) {
			return GS_OK;
		}
	}
	if (at < argc && strcmp(argv[at], "--") == 0) {
		at++;
	}
	if (at < argc) {
		return gs_fail(err, GS_CONFIG, "unexpected argument",
			view_of(argv[at]), "there are only flags");
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
	if (read_flags(argc, argv, &result, err) != GS_OK) {
		return err->code;
	}
	*o = result;
	return GS_OK;
}

/* Appends spaces until the line that began at start is width wide. */
static void
pad(struct buf *out, size_t start, size_t width)
{
	do {
		buf_char(out, ' ');
	} while (out->len < start + width && buf_ok(out));
}

/*   -NAME PLACEHOLDER       VARIABLE
 *         what it does (default VALUE)
 */
static void
help_option(const struct option *opt, struct buf *out)
{
	size_t start = out->len;

	buf_str(out, "  -");
	buf_str(out, opt->name);
	if (opt->placeholder[0] != '\0') {
		buf_char(out, ' ');
		buf_str(out, opt->placeholder);
	}
	if (opt->env) {
		pad(out, start, 32);
		buf_str(out, opt->env);
	}
	buf_str(out, "\n        ");
	buf_str(out, opt->help);
	if (opt->kind != TEXT && opt->kind != SWITCH) {
		buf_str(out, " (default ");
		buf_str(out, opt->preset);
		buf_char(out, ')');
	}
	buf_char(out, '\n');
}

void
options_help(struct buf *out)
{
	buf_str(out,
		"gocache-s3 shares the build cache of the go command through "
		"S3.\n\n"
		"usage: export GOCACHEPROG=\"gocache-s3 [options]\"\n\n"
		"options, each with the variable that stands for it when the "
		"flag is not given:\n\n");
	for (size_t i = 0; i < TABLE_LEN; i++) {
		if (table[i].help) {
			help_option(&table[i], out);
		}
	}
	buf_str(out,
		"\nCredentials come from the AWS variables and files, as for "
		"the AWS command line.\nMore: man gocache-s3\n");
}
