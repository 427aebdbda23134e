#include "front/stats.h"

#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct session session;
static struct stats_setup setup;
static struct stats_run run;
static char text[STATS_MAX];

static int
begin(void **state)
{
	memset(&session, 0, sizeof(session));
	session.close = SESSION_CLOSED_IN_TIME;
	setup = (struct stats_setup){
		.version = "1.2.3",
		.command = "build",
		.has_scope = true,
		.scope = {{0xab, 0xcd}},
	};
	run = (struct stats_run){
		.started_ns = 500000000,
		.wall_ms = 77,
		.usage = {.cpu_us = 12, .peak_kb = 34},
	};
	return 0;
}

static const char *
written(void)
{
	struct buf line = BUF_OVER(text);

	stats_write(&session, &setup, &run, &line);
	return buf_cstr(&line);
}

/* Parses the document; of the object `mirror`, which is too large to go with
 * the rest, only its place stays: null. With in_mirror only that object. */
static void
parse(struct json *j, bool in_mirror)
{
	static char kept[STATS_MAX];
	struct buf out = BUF_OVER(kept);
	struct view all = view_of(written());
	struct view mark = VIEW("\"mirror\":{");
	size_t at = view_find(all, mark);
	struct gs_err err;

	if (at < all.n) {
		size_t begins = at + mark.n - 1;
		struct view object = view_skip(all, begins);

		object.n = view_index(object, '}') + 1;
		if (in_mirror) {
			buf_add(&out, object);
		} else {
			buf_add(&out, (struct view){all.p, begins});
			buf_str(&out, "null");
			buf_add(&out, view_skip(all, begins + object.n));
		}
	} else {
		buf_add(&out, all);
	}
	assert_int_equal(json_parse(j, buf_view(&out), &err), GS_OK);
}

static size_t
member(const struct json *j, size_t object, const char *name)
{
	size_t value;

	if (!json_member(j, object, view_of(name), &value)) {
		fail_msg("no member %s", name);
	}
	return value;
}

static int64_t
count(const struct json *j, size_t object, const char *name)
{
	int64_t n;

	assert_true(json_int64(j, member(j, object, name), &n));
	return n;
}

static void
assert_text(const struct json *j, const char *name, const char *want)
{
	char storage[128];
	struct buf out = BUF_OVER(storage);

	assert_true(json_string(j, member(j, JSON_ROOT, name), &out));
	assert_string_equal(buf_cstr(&out), want);
}

static bool
is_null(const struct json *j, const char *name)
{
	return json_kind(j, member(j, JSON_ROOT, name)) == JSON_NULL;
}

static void
a_line_is_one_document(void **state)
{
	const char *line = written();

	assert_int_equal(strcspn(line, "\n"), strlen(line) - 1);
	assert_null(strstr(line, ",,"));
	assert_null(strstr(line, "{,"));
}

static void
what_is_known_of_the_run(void **state)
{
	struct json j;
	size_t front;

	parse(&j, false);
	assert_int_equal(count(&j, JSON_ROOT, "schema"), STATS_SCHEMA);
	assert_text(&j, "version", "1.2.3");
	assert_text(&j, "command", "build");
	assert_text(&j, "scope",
		"abcd000000000000000000000000000000000000000000000000000000000"
		"000");
	assert_text(&j, "started", "1970-01-01T00:00:00.5Z");
	assert_int_equal(count(&j, JSON_ROOT, "wall_ms"), 77);
	front = member(&j, JSON_ROOT, "front");
	assert_int_equal(count(&j, front, "cpu_us"), 12);
	assert_int_equal(count(&j, front, "peak_kb"), 34);
	setup.command[0] = '\0';
	setup.has_scope = false;
	parse(&j, false);
	assert_true(is_null(&j, "command"));
	assert_true(is_null(&j, "scope"));
}

static void
what_the_session_counted(void **state)
{
	struct json j;

	session.counts = (struct session_counts){
		.gets = 1,
		.local_hits = 2,
		.remote_hits = 3,
		.misses = 4,
		.puts = 5,
		.told = 6,
		.untold = 7,
	};
	parse(&j, false);
	assert_int_equal(count(&j, JSON_ROOT, "gets"), 1);
	assert_int_equal(count(&j, JSON_ROOT, "local_hits"), 2);
	assert_int_equal(count(&j, JSON_ROOT, "remote_hits"), 3);
	assert_int_equal(count(&j, JSON_ROOT, "misses"), 4);
	assert_int_equal(count(&j, JSON_ROOT, "puts"), 5);
	assert_int_equal(count(&j, JSON_ROOT, "untold"), 7);
}

/* Every count of the struct, in its order, under its own name. */
static const char *const mirror_names[] = {"fetched", "fetched_bytes", "absent",
	"failed_gets", "uploaded", "uploaded_bytes", "dropped", "requests",
	"retries", "connections", "prefetched", "prefetched_bytes", "rejected",
	"packs", "snapshots", "packed_bytes", "received_bytes", "sent_bytes",
	"cpu_us", "peak_kb"};

enum { MIRROR_NAMES = sizeof(mirror_names) / sizeof(*mirror_names) };

static void
what_the_mirror_counted(void **state)
{
	uint64_t counts[MIRROR_NAMES];
	struct json j;

	assert_int_equal(sizeof(counts), offsetof(struct link_counts, goes_on));
	for (size_t i = 0; i < MIRROR_NAMES; i++) {
		counts[i] = 100 + i;
	}
	memcpy(&session.mirror_counts, counts, sizeof(counts));
	parse(&j, true);
	for (size_t i = 0; i < MIRROR_NAMES; i++) {
		assert_int_equal(
			count(&j, JSON_ROOT, mirror_names[i]), 100 + i);
	}
}

static void
how_it_ended(void **state)
{
	static const struct {
		enum session_close close;
		const char *text;
		bool counted;
	} ends[] = {
		{SESSION_NOT_CLOSED, "none", false},
		{SESSION_CLOSED_IN_TIME, "done", true},
		{SESSION_CLOSED_LATE, "late", true},
		{SESSION_CLOSED_BLINDLY, "unknown", false},
	};

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		struct json j;

		session.close = ends[i].close;
		parse(&j, false);
		assert_text(&j, "close", ends[i].text);
		assert_int_equal(strstr(written(), "\"mirror\":null") == NULL,
			ends[i].counted);
	}
}

static bool
is_complete(void)
{
	bool complete = strstr(written(), ",\"complete\":true,") != NULL;

	assert_int_equal(
		strstr(written(), ",\"complete\":false,") == NULL, complete);
	return complete;
}

static void
whether_it_is_all(void **state)
{
	assert_true(is_complete());
	session.close = SESSION_CLOSED_LATE;
	assert_true(is_complete());
	session.mirror_counts.goes_on = 1;
	assert_false(is_complete());
	session.mirror_counts.goes_on = 0;
	session.close = SESSION_NOT_CLOSED;
	assert_false(is_complete());
	session.close = SESSION_CLOSED_BLINDLY;
	assert_false(is_complete());
}

static void
the_longest_line_fits(void **state)
{
	memset(&session.counts, 0xff, sizeof(session.counts));
	memset(&session.mirror_counts, 0xff, sizeof(session.mirror_counts));
	memset(&run.usage, 0xff, sizeof(run.usage));
	run.wall_ms = UINT64_MAX;
	memset(setup.command, 'x', sizeof(setup.command) - 1);
	setup.version = "1000000.1000000.1000000";
	assert_true(written()[0] != '\0');
}

/* docs/stats.md explains every member. */
static void
every_member_is_documented(void **state)
{
	static char page[16 * 1024];
	FILE *f = fopen("docs/stats.md", "r");
	const char *p = written();
	char name[64], want[80];

	assert_non_null(f);
	page[fread(page, 1, sizeof(page) - 1, f)] = '\0';
	fclose(f);
	while ((p = strstr(p, "\":")) != NULL) {
		const char *start = p - 1;

		while (start[-1] != '"') {
			start--;
		}
		snprintf(name, sizeof(name), "%.*s", (int)(p - start), start);
		snprintf(want, sizeof(want), "`%s`", name);
		if (!strstr(page, want)) {
			fail_msg("not in docs/stats.md: %s", want);
		}
		p += 2;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_line_is_one_document, begin),
		cmocka_unit_test_setup(what_is_known_of_the_run, begin),
		cmocka_unit_test_setup(what_the_session_counted, begin),
		cmocka_unit_test_setup(what_the_mirror_counted, begin),
		cmocka_unit_test_setup(how_it_ended, begin),
		cmocka_unit_test_setup(whether_it_is_all, begin),
		cmocka_unit_test_setup(the_longest_line_fits, begin),
		cmocka_unit_test_setup(every_member_is_documented, begin),
	};

	return cmocka_run_group_tests_name("stats", tests, NULL, NULL);
}
