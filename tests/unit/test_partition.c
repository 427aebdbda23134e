#include "s3/partition.h"

#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "lines.h"

enum { SERVICE_CASES = 128 };

static struct gs_err err;

static struct view
take_column(struct view *line)
{
	struct view column;

	view_cut(*line, ' ', &column, line);
	return view_eq(column, VIEW("-")) ? VIEW("") : column;
}

static void
run_service(struct view line)
{
	char service[16], text[256];
	struct buf name = BUF_OVER(service), url = BUF_OVER(text);
	struct view all = line, region, flags;
	struct partition_variants variants;
	enum gs_code code;

	buf_add(&name, take_column(&line));
	region = take_column(&line);
	flags = take_column(&line);
	variants.fips = view_starts(flags, VIEW("fips"));
	variants.dual_stack = view_ends(flags, VIEW("dualstack"));
	code = partition_service_url(
		buf_cstr(&name), region, variants, &url, &err);
	if (code == GS_OK ? !view_eq(buf_view(&url), line)
			  : !view_eq(line, VIEW("!"))) {
		fail_msg("'%.*s' gives '%.*s'", (int)all.n, all.p, (int)url.len,
			text);
	}
	assert_true(code == GS_OK || code == GS_CONFIG);
}

static void
test_services(void **state)
{
	struct lines lines;
	struct view line;

	lines_open(&lines, "tests/vectors/partition/services.txt");
	while (lines_next(&lines, &line)) {
		run_service(line);
	}
	assert_int_equal(lines.count, SERVICE_CASES);
}

static void
test_partitions_of_regions(void **state)
{
	static const struct {
		const char *region, *id;
	} cases[] = {
		{"us-east-1", "aws"},
		{"us-gov-west-1", "aws-us-gov"},
		{"us-gov-west-", "aws"},
		{"cn-northwest-1", "aws-cn"},
		{"cn-north", "aws"},
		{"us-iso-east-1", "aws-iso"},
		{"us-isob-east-1", "aws-iso-b"},
		{"us-isof-south-1", "aws-iso-f"},
		{"eu-isoe-west-1", "aws-iso-e"},
		{"eusc-de-east-1", "aws-eusc"},
		{"eusc-fr-east-1", "aws"},
		{"aws-global", "aws"},
		{"aws-cn-global", "aws-cn"},
		{"aws-iso-b-global", "aws-iso-b"},
		{"", "aws"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_string_equal(
			partition_of_region(view_of(cases[i].region))->id,
			cases[i].id);
	}
}

static void
test_partitions_of_hosts(void **state)
{
	static const struct {
		const char *host, *id, *before;
	} cases[] = {
		{"s3.us-east-1.amazonaws.com", "aws", "s3.us-east-1"},
		{"amazonaws.com", "aws", ""},
		{"s3.cn-north-1.amazonaws.com.cn", "aws-cn", "s3.cn-north-1"},
		{"s3.us-iso-east-1.c2s.ic.gov", "aws-iso", "s3.us-iso-east-1"},
	};
	struct view before;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct partition *p =
			partition_of_host(view_of(cases[i].host), &before);

		assert_non_null(p);
		assert_string_equal(p->id, cases[i].id);
		assert_true(view_eq(before, view_of(cases[i].before)));
	}
	assert_null(partition_of_host(VIEW("s3.notamazonaws.com"), &before));
	assert_null(partition_of_host(VIEW("amazonaws.com.evil"), &before));
	assert_null(partition_of_host(VIEW(""), &before));
}

static void
test_names_of_regions(void **state)
{
	static const char *const good[] = {
		"us-east-1", "auto", "a.b", "R", "-", "fips-us-east-1"};
	static const char *const bad[] = {"", "a b", "a..b", ".a", "a.",
		"us_east_1", "a/b", "us-east-2!"};
	static char x[REGION_MAX + 1];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(partition_region_is_valid(view_of(good[i])));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(partition_region_is_valid(view_of(bad[i])));
	}
	memset(x, 'x', sizeof(x));
	assert_true(partition_region_is_valid((struct view){x, REGION_MAX}));
	assert_false(
		partition_region_is_valid((struct view){x, REGION_MAX + 1}));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_services),
		cmocka_unit_test(test_partitions_of_regions),
		cmocka_unit_test(test_partitions_of_hosts),
		cmocka_unit_test(test_names_of_regions),
	};

	return cmocka_run_group_tests_name("partition", tests, NULL, NULL);
}
