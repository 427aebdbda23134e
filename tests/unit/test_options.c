#include "cli/options.h"

#include "cli/explain.h"
#include "cli/version.h"
#include "options_words.h"

static void
nothing_given(void **state)
{
	struct options o = parse_ok(NOTHING, NOTHING);

	assert_string_equal(o.bucket, "");
	assert_string_equal(o.prefix, "");
	assert_string_equal(o.endpoint, "");
	assert_string_equal(o.region, "");
	assert_string_equal(o.profile, "");
	assert_string_equal(o.ca_bundle, "");
	assert_string_equal(o.cache_dir, "");
	assert_int_equal(o.drain_ms, 10000);
	assert_string_equal(o.scope, "");
	assert_string_equal(o.stats, "");
	assert_true(o.prefetch_bytes == UINT64_MAX);
	assert_int_equal(o.keep_s, 20 * 86400);
	assert_false(o.path_style || o.read_only || o.strict || o.verbose ||
		     o.show_version || o.show_help);
	assert_int_equal(o.ignored.code, GS_OK);
}

static void
every_flag(void **state)
{
	struct options o = parse_ok(
		ARGS("-bucket", "b", "-prefix", "p", "-endpoint", "e",
			"-region", "r", "-profile", "f", "-ca-bundle", "c"),
		NOTHING);

	assert_string_equal(o.bucket, "b");
	assert_string_equal(o.prefix, "p");
	assert_string_equal(o.endpoint, "e");
	assert_string_equal(o.region, "r");
	assert_string_equal(o.profile, "f");
	assert_string_equal(o.ca_bundle, "c");
	o = parse_ok(ARGS("-cache-dir", "d", "-drain", "1m30s", "-path-style",
			     "-read-only", "-strict", "-v", "-version"),
		NOTHING);
	assert_string_equal(o.cache_dir, "d");
	assert_int_equal(o.drain_ms, 90000);
	assert_true(o.path_style && o.read_only && o.strict && o.verbose &&
		    o.show_version);
	o = parse_ok(ARGS("-scope", "s", "-prefetch", "2GiB", "-keep", "3",
			     "-stats", "f"),
		NOTHING);
	assert_string_equal(o.scope, "s");
	assert_string_equal(o.stats, "f");
	assert_true(o.prefetch_bytes == UINT64_C(2) << 30);
	assert_int_equal(o.keep_s, 3 * 86400);
}

static void
every_variable(void **state)
{
	struct options o = parse_ok(NOTHING,
		ARGS("GOCACHE_S3_BUCKET=b", "GOCACHE_S3_PREFIX=p",
			"GOCACHE_S3_PATH_STYLE=1", "GOCACHE_S3_ENDPOINT=e",
			"GOCACHE_S3_REGION=r", "GOCACHE_S3_PROFILE=f",
			"GOCACHE_S3_CA_BUNDLE=c", "GOCACHE_S3_CACHE_DIR=d",
			"GOCACHE_S3_DRAIN=500ms", "GOCACHE_S3_READ_ONLY=true",
			"GOCACHE_S3_STRICT=T", "GOCACHE_S3_VERBOSE=TRUE"));

	assert_string_equal(o.bucket, "b");
	assert_string_equal(o.prefix, "p");
	assert_string_equal(o.endpoint, "e");
	assert_string_equal(o.region, "r");
	assert_string_equal(o.profile, "f");
	assert_string_equal(o.ca_bundle, "c");
	assert_string_equal(o.cache_dir, "d");
	assert_int_equal(o.drain_ms, 500);
	assert_true(o.path_style && o.read_only && o.strict && o.verbose);
	assert_int_equal(o.ignored.code, GS_OK);
	o = parse_ok(
		NOTHING, ARGS("GOCACHE_S3_SCOPE=s", "GOCACHE_S3_PREFETCH=1MB",
				 "GOCACHE_S3_KEEP=0", "GOCACHE_S3_STATS=f"));
	assert_string_equal(o.scope, "s");
	assert_string_equal(o.stats, "f");
	assert_int_equal(o.prefetch_bytes, 1000000);
	assert_int_equal(o.keep_s, 0);
}

static void
sizes_and_days(void **state)
{
	assert_int_equal(
		parse_ok(ARGS("-prefetch=off"), NOTHING).prefetch_bytes, 0);
	assert_int_equal(
		parse_ok(ARGS("-prefetch=0"), NOTHING).prefetch_bytes, 0);
	assert_int_equal(
		parse_ok(ARGS("-prefetch=7"), NOTHING).prefetch_bytes, 7);
	assert_true(
		parse_ok(ARGS("-prefetch=all"), ARGS("GOCACHE_S3_PREFETCH=off"))
			.prefetch_bytes == UINT64_MAX);
}

static void
spellings(void **state)
{
	static const char *const lines[][3] = {
		{"-bucket", "x=y"},
		{"--bucket", "x=y"},
		{"-bucket=x=y"},
		{"--bucket=x=y"},
		{"-bucket=x=y", "--"},
		{"-bucket=first", "-bucket=x=y"},
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_string_equal(parse_ok(lines[i], NOTHING).bucket, "x=y");
	}
	assert_string_equal(
		parse_ok(ARGS("-bucket", "-v"), NOTHING).bucket, "-v");
	assert_string_equal(
		parse_ok(ARGS("-bucket", "--"), NOTHING).bucket, "--");
	assert_string_equal(parse_ok(ARGS("-bucket", ""), NOTHING).bucket, "");
}

static void
switches(void **state)
{
	static const char *const on[] = {"-v", "--v", "-v=1", "-v=t", "-v=T",
		"-v=true", "-v=TRUE", "-v=True"};
	static const char *const off[] = {
		"-v=0", "-v=f", "-v=F", "-v=false", "-v=FALSE", "--v=False"};

	for (size_t i = 0; i < sizeof(on) / sizeof(on[0]); i++) {
		assert_true(parse_ok(ARGS(on[i]), NOTHING).verbose);
	}
	for (size_t i = 0; i < sizeof(off) / sizeof(off[0]); i++) {
		assert_false(parse_ok(ARGS("-v", off[i]), NOTHING).verbose);
	}
}

static void
flags_win(void **state)
{
	const char *const env[] = {"GOCACHE_S3_BUCKET=env",
		"GOCACHE_S3_VERBOSE=1", "GOCACHE_S3_DRAIN=1s", NULL};
	struct options o =
		parse_ok(ARGS("-bucket=flag", "-v=false", "-drain=2s"), env);

	assert_string_equal(o.bucket, "flag");
	assert_false(o.verbose);
	assert_int_equal(o.drain_ms, 2000);
	assert_string_equal(parse_ok(ARGS("-bucket="), env).bucket, "");
}

static void
variables_like_go(void **state)
{
	struct options o = parse_ok(NOTHING,
		ARGS("GOCACHE_S3_BUCKETS=no", "GOCACHE_S3_BUCKET",
			"GOCACHE_S3_BUCKET=first", "GOCACHE_S3_BUCKET=second",
			"GOCACHE_S3_VERBOSE=", "GOCACHE_S3_DRAIN="));

	assert_string_equal(o.bucket, "first");
	assert_false(o.verbose);
	assert_int_equal(o.drain_ms, 10000);
	assert_int_equal(o.ignored.code, GS_OK);
}

static void
senseless_variables(void **state)
{
	struct options o = parse_ok(NOTHING,
		ARGS("GOCACHE_S3_VERBOSE=maybe", "GOCACHE_S3_PATH_STYLE=yes",
			"GOCACHE_S3_DRAIN=soon", "GOCACHE_S3_BUCKET=b"));

	assert_false(o.path_style || o.verbose);
	assert_int_equal(o.drain_ms, 10000);
	assert_string_equal(o.bucket, "b");
	assert_int_equal(o.ignored.code, GS_CONFIG);
	assert_string_equal(o.ignored.text,
		"invalid value of GOCACHE_S3_PATH_STYLE 'yes': "
		"want true or false");
}

#define ONLY ": there are only flags, and doctor; gocache-s3 -h lists all"

static void
refusals(void **state)
{
	static const struct {
		const char *const args[4];
		const char *text;
	} cases[] = {
		{{"-x"}, "flag provided but not defined '-x': gocache-s3 -h "
			 "lists all"},
		{{"-buckets"}, "flag provided but not defined '-buckets': "
			       "gocache-s3 -h lists all"},
		{{"-Bucket"}, "flag provided but not defined '-Bucket': "
			      "gocache-s3 -h lists all"},
		{{"-bucket"}, "flag needs an argument: -bucket"},
		{{"-v", "--drain"}, "flag needs an argument: --drain"},
		{{"---v"}, "bad flag syntax: ---v"},
		{{"-=v"}, "bad flag syntax: -=v"},
		{{"--=v"}, "bad flag syntax: --=v"},
		{{"-v=yes"}, "invalid value of -v 'yes': want true or false"},
		{{"-v="}, "invalid value of -v: want true or false"},
		{{"-drain", "10"},
			"invalid value of -drain '10': "
			"want a duration such as 10s, 500ms or 1m30s"},
		{{"-drain=-1s"}, "invalid value of -drain '-1s': "
				 "want a duration such as 10s, 500ms or 1m30s"},
		{{"-prefetch=some"}, "invalid value of -prefetch 'some': want "
				     "a size such as 500MB or 2GiB, all, or "
				     "off"},
		{{"-keep=20d"}, "invalid value of -keep '20d': want a number "
				"of days from 0 to 36500"},
		{{"-keep=36501"}, "invalid value of -keep '36501': want a "
				  "number of days from 0 to 36500"},
		{{"x"}, "unexpected argument 'x'" ONLY},
		{{"-v", "true"}, "unexpected argument 'true'" ONLY},
		{{"-v", "-", "-v"}, "unexpected argument '-'" ONLY},
		{{"--", "-v"}, "unexpected argument '-v'" ONLY},
		{{"doctor", "doctor"}, "unexpected argument 'doctor'" ONLY},
		{{"-json"}, "flag needs doctor: -json"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct options o = {.bucket = "untouched"};
		struct gs_err err = {0};

		assert_int_equal(
			parse(cases[i].args, NOTHING, &o, &err), GS_CONFIG);
		assert_string_equal(err.text, cases[i].text);
		assert_string_equal(o.bucket, "untouched");
	}
}

static void
the_doctor_is_a_word_of_its_own(void **state)
{
	struct options o = parse_ok(
		ARGS("-bucket", "b", "doctor", "-json", "-prefix=p"), NOTHING);

	assert_true(o.doctor && o.json);
	assert_string_equal(o.bucket, "b");
	assert_string_equal(o.prefix, "p");
	assert_false(parse_ok(ARGS("-v"), NOTHING).doctor);
}

static void
help_ends_the_reading(void **state)
{
	static const char *const words[] = {"-h", "--h", "-help", "--help"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		assert_true(parse_ok(ARGS(words[i], "-nonsense", "x"), NOTHING)
				    .show_help);
	}
}

static void
texts_have_room(void **state)
{
	static char help[OPTIONS_HELP_MAX], explain[CLI_EXPLAIN_MAX];
	struct buf h = BUF_OVER(help), e = BUF_OVER(explain);

	options_help(&h);
	assert_true(buf_ok(&h));
	assert_true(view_find(buf_view(&h), VIEW("(default 10s)")) < h.len);
	assert_true(view_find(buf_view(&h), VIEW("(default 20)")) < h.len);
	cli_explain(&e);
	assert_true(buf_ok(&e));
	assert_true(
		view_find(buf_view(&e), VIEW("export GOCACHEPROG=")) < e.len);
}

static void
help_stops_at_a_full_buffer(void **state)
{
	char room[100];
	struct buf h = BUF_OVER(room);

	options_help(&h);
	assert_false(buf_ok(&h));
}

static void
version_is_three_numbers(void **state)
{
	struct view rest = view_of(version_text), part;
	unsigned long long n;

	for (int i = 0; i < 3; i++) {
		assert_int_equal(view_cut(rest, '.', &part, &rest), i < 2);
		assert_true(view_uint(part, 1000, &n));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_given),
		cmocka_unit_test(every_flag),
		cmocka_unit_test(every_variable),
		cmocka_unit_test(sizes_and_days),
		cmocka_unit_test(spellings),
		cmocka_unit_test(switches),
		cmocka_unit_test(flags_win),
		cmocka_unit_test(variables_like_go),
		cmocka_unit_test(senseless_variables),
		cmocka_unit_test(refusals),
		cmocka_unit_test(the_doctor_is_a_word_of_its_own),
		cmocka_unit_test(help_ends_the_reading),
		cmocka_unit_test(texts_have_room),
		cmocka_unit_test(help_stops_at_a_full_buffer),
		cmocka_unit_test(version_is_three_numbers),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
