#include "gocache/entry.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

/* An action file that go 1.26 wrote. */
static char go_file[ENTRY_LEN];
static struct entry go_entry;

static int
read_go_file(void **state)
{
	FILE *f = fopen("tests/vectors/gocache/entry-go1.26.txt", "rb");
	bool whole = f && fread(go_file, 1, ENTRY_LEN, f) == ENTRY_LEN;

	(void)state;
	if (!f || !whole || fgetc(f) != EOF || fclose(f) != 0) {
		return -1;
	}
	return id_parse(
		       (struct view){go_file + 3, ID_HEX_LEN}, &go_entry.action)
		       ? 0
		       : -1;
}

static void
expect_parsed(const char file[ENTRY_LEN], struct entry *e)
{
	struct gs_err err = {.code = GS_OK};

	assert_int_equal(entry_parse((struct view){file, ENTRY_LEN},
				 &go_entry.action, e, &err),
		GS_OK);
	assert_int_equal(err.code, GS_OK);
}

static void
expect_refused(struct view file, const char *why)
{
	struct entry before, e;
	struct gs_err err = {.code = GS_OK};

	memset(&before, 0x5a, sizeof(before));
	memcpy(&e, &before, sizeof(e));
	assert_int_equal(entry_parse(file, &go_entry.action, &e, &err), GS_BAD);
	assert_int_equal(err.code, GS_BAD);
	assert_non_null(strstr(err.text, why));
	assert_memory_equal(&e, &before, sizeof(e));
}

static void
gos_own_file_is_read(void **state)
{
	struct entry e;
	struct id output;

	expect_parsed(go_file, &e);
	assert_true(id_parse(
		VIEW("f2a1967f5840ce713b1382f8bf71f9f2ca800206047ccabeb167e5a8"
		     "39fb9f72"),
		&output));
	assert_true(id_eq(&e.action, &go_entry.action));
	assert_true(id_eq(&e.output, &output));
	assert_int_equal(e.size, 1828);
	assert_int_equal(e.time_ns, 1795418095335684249);
}

static void
gos_own_file_is_written(void **state)
{
	char out[ENTRY_LEN];
	struct entry e;

	expect_parsed(go_file, &e);
	entry_format(&e, out);
	assert_memory_equal(out, go_file, ENTRY_LEN);
}

static void
numbers_round_trip(void **state)
{
	static const struct entry cases[] = {
		{.size = 0, .time_ns = 0},
		{.size = 1, .time_ns = 999999999},
		{.size = 5ULL << 30, .time_ns = 1795418095335684249},
		{.size = INT64_MAX, .time_ns = INT64_MAX},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct entry in = cases[i], e;
		char out[ENTRY_LEN];

		in.action = go_entry.action;
		entry_format(&in, out);
		expect_parsed(out, &e);
		assert_int_equal(e.size, in.size);
		assert_int_equal(e.time_ns, in.time_ns);
	}
}

static void
time_before_1970_is_written_as_0(void **state)
{
	struct entry in = go_entry, e;
	char out[ENTRY_LEN];

	in.time_ns = -1;
	entry_format(&in, out);
	expect_parsed(out, &e);
	assert_int_equal(e.time_ns, 0);
}

static void
length_is_exact(void **state)
{
	char longer[ENTRY_LEN + 1];

	memcpy(longer, go_file, ENTRY_LEN);
	longer[ENTRY_LEN] = '\n';
	for (size_t n = 0; n <= sizeof(longer); n++) {
		if (n != ENTRY_LEN) {
			expect_refused(
				(struct view){longer, n}, "175 bytes long");
		}
	}
}

/* Every byte replaced by one that cannot stand there. */
static void
every_byte_counts(void **state)
{
	for (size_t i = 0; i < ENTRY_LEN; i++) {
		char file[ENTRY_LEN];

		memcpy(file, go_file, ENTRY_LEN);
		file[i] = 'x';
		expect_refused((struct view){file, ENTRY_LEN}, "-a': ");
	}
}

static void
another_actions_entry_is_refused(void **state)
{
	static const size_t places[] = {3, 3 + ID_HEX_LEN - 1};

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		char file[ENTRY_LEN];

		memcpy(file, go_file, ENTRY_LEN);
		file[places[i]] = file[places[i]] == '0' ? '1' : '0';
		expect_refused(
			(struct view){file, ENTRY_LEN}, "another action");
	}
}

static void
hex_may_be_upper_case(void **state)
{
	char file[ENTRY_LEN];
	struct entry e;

	memcpy(file, go_file, ENTRY_LEN);
	for (size_t i = 3; i < 3 + 2 * ID_HEX_LEN; i++) {
		if (file[i] >= 'a' && file[i] <= 'f') {
			file[i] = (char)(file[i] - 'a' + 'A');
		}
	}
	expect_parsed(file, &e);
	assert_true(id_eq(&e.action, &go_entry.action));
}

static void
numbers_as_go_reads_them(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} cases[] = {
		{"                   7", true},
		{"00000000000000000007", true},
		{"       0000000000007", true},
		{"                  -0", false},
		{" 9223372036854775807", true},
		{" 9223372036854775808", false},
		{"18446744073709551616", false},
		{"                    ", false},
		{"                  7 ", false},
		{"                 7 7", false},
		{"                  -7", false},
		{"                  +7", false},
		{"                 1_0", false},
		{"                 0x7", false},
		{"\t                  7", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		for (size_t at = 133; at <= 154; at += 21) {
			char file[ENTRY_LEN];
			struct entry e;

			memcpy(file, go_file, ENTRY_LEN);
			memcpy(file + at, cases[i].text, 20);
			if (cases[i].good) {
				expect_parsed(file, &e);
			} else {
				expect_refused((struct view){file, ENTRY_LEN},
					"is not a number");
			}
		}
	}
}

static void
names_begin_with_the_first_byte(void **state)
{
	char name[ENTRY_NAME_MAX];
	struct id id = {{0x0a, 0xbc}};

	entry_action_name(&id, name);
	assert_string_equal(name,
		"0a/0abc0000000000000000000000000000000000000000000000000000"
		"00000000-a");
	entry_output_name(&id, name);
	assert_string_equal(name,
		"0a/0abc0000000000000000000000000000000000000000000000000000"
		"00000000-d");
	assert_int_equal(strlen(name), ENTRY_NAME_MAX - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gos_own_file_is_read),
		cmocka_unit_test(gos_own_file_is_written),
		cmocka_unit_test(numbers_round_trip),
		cmocka_unit_test(time_before_1970_is_written_as_0),
		cmocka_unit_test(length_is_exact),
		cmocka_unit_test(every_byte_counts),
		cmocka_unit_test(another_actions_entry_is_refused),
		cmocka_unit_test(hex_may_be_upper_case),
		cmocka_unit_test(numbers_as_go_reads_them),
		cmocka_unit_test(names_begin_with_the_first_byte),
	};

	return cmocka_run_group_tests_name("entry", tests, read_go_file, NULL);
}
