/* What documents say about the program is so: the man page and the README list
 * exactly the options that -h lists, with the same values and variables; the
 * tour in HACKING.md passes every header, and none that is not there. */
#include "cli/options.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char manual[64 * 1024], readme[64 * 1024], hacking[64 * 1024];
static char help[OPTIONS_HELP_MAX];

/* One option as -h shows it: "  -NAME [VALUE]   [VARIABLE]". */
struct shown {
	struct view name, value, variable;
};

static struct view
word(struct view *line)
{
	struct view head;

	*line = view_trim(*line);
	view_cut(*line, ' ', &head, line);
	return head;
}

/* Takes the next option from the text of -h; false at its end. */
static bool
next_option(struct view *text, struct shown *s)
{
	struct view line, last;

	do {
		if (text->n == 0) {
			return false;
		}
		view_cut(*text, '\n', &line, text);
	} while (!view_starts(line, VIEW("  -")));
	*s = (struct shown){.name = view_skip(word(&line), 1)};
	s->value = word(&line);
	last = word(&line);
	s->variable = last.n > 0 ? last : s->value;
	if (view_starts(s->value, VIEW("GOCACHE_S3_"))) {
		s->value = VIEW("");
	}
	return true;
}

static void
add_lower(struct buf *b, struct view v)
{
	for (size_t i = 0; i < v.n; i++) {
		bool upper = v.p[i] >= 'A' && v.p[i] <= 'Z';

		buf_char(b, upper ? (char)(v.p[i] + 'a' - 'A') : v.p[i]);
	}
}

/* .It Fl NAME Ar value , Ev VARIABLE */
static void
manual_line(const struct shown *s, struct buf *out)
{
	buf_str(out, "\n.It Fl ");
	buf_add(out, s->name);
	if (s->value.n > 0) {
		buf_str(out, " Ar ");
		add_lower(out, s->value);
	}
	if (s->variable.n > 0) {
		buf_str(out, " , Ev ");
		buf_add(out, s->variable);
	}
	buf_char(out, '\n');
}

/* | `-NAME VALUE` | `VARIABLE` | */
static void
readme_line(const struct shown *s, struct buf *out)
{
	buf_str(out, "\n| `-");
	buf_add(out, s->name);
	if (s->value.n > 0) {
		buf_char(out, ' ');
		buf_add(out, s->value);
	}
	buf_str(out, "` | ");
	if (s->variable.n > 0) {
		buf_char(out, '`');
		buf_add(out, s->variable);
		buf_str(out, "` ");
	}
	buf_char(out, '|');
}

static size_t
count(struct view text, struct view what)
{
	size_t n = 0, at;

	while ((at = view_find(text, what)) < text.n) {
		text = view_skip(text, at + 1);
		n++;
	}
	return n;
}

static void
lists_the_same(struct view document, struct view mark,
	void (*line)(const struct shown *, struct buf *))
{
	struct view rest = view_of(help);
	struct shown option;
	char storage[256];
	size_t n = 0;

	while (next_option(&rest, &option)) {
		struct buf want = BUF_OVER(storage);

		line(&option, &want);
		if (count(document, buf_view(&want)) != 1) {
			fail_msg("not once in the document: %s",
				buf_cstr(&want));
		}
		n++;
	}
	assert_true(n > 10);
	assert_int_equal(count(document, mark), n);
}

static void
man_page(void **state)
{
	lists_the_same(view_of(manual), VIEW("\n.It Fl "), manual_line);
}

static void
readme_table(void **state)
{
	lists_the_same(view_of(readme), VIEW("\n| `-"), readme_line);
}

/* Of "src/ROOM/X.h" the tour says `ROOM/X.h`, in quotes. */
static void
tour_passes(const char *path)
{
	char storage[128];
	struct buf quoted = BUF_OVER(storage);

	buf_char(&quoted, '`');
	buf_str(&quoted, path + strlen("src/"));
	buf_char(&quoted, '`');
	if (count(view_of(hacking), buf_view(&quoted)) == 0) {
		fail_msg("not in HACKING.md: %s", path);
	}
}

static void
tour_has_every_header(void **state)
{
	glob_t headers;

	assert_int_equal(glob("src/*.h", 0, NULL, &headers), 0);
	assert_int_equal(glob("src/*/*.h", GLOB_APPEND, NULL, &headers), 0);
	assert_true(headers.gl_pathc > 50);
	for (size_t i = 0; i < headers.gl_pathc; i++) {
		tour_passes(headers.gl_pathv[i]);
	}
	globfree(&headers);
}

/* True if the text in quotes looks like a header of ours. */
static bool
is_header(struct view text)
{
	return view_ends(text, VIEW(".h")) && view_index(text, '/') < text.n &&
	       view_index(text, ' ') == text.n;
}

static void
tour_has_no_other_header(void **state)
{
	struct view rest = view_of(hacking), text;
	char storage[128];

	while (view_cut(rest, '`', &text, &rest) &&
		view_cut(rest, '`', &text, &rest)) {
		struct buf path = BUF_OVER(storage);

		if (!is_header(text)) {
			continue;
		}
		buf_str(&path, "src/");
		buf_add(&path, text);
		if (access(buf_cstr(&path), R_OK) != 0) {
			fail_msg("HACKING.md names %s", path.p);
		}
	}
}

/* False if the file is not there or does not fit. */
static bool
read_text(const char *path, char *text, size_t cap)
{
	FILE *f = fopen(path, "r");
	size_t n = f ? fread(text, 1, cap - 1, f) : 0;

	if (f) {
		fclose(f);
	}
	text[n] = '\0';
	return n > 0 && n < cap - 1;
}

static int
set_up(void **state)
{
	struct buf b = BUF_OVER(help);

	options_help(&b);
	buf_cstr(&b);
	return buf_ok(&b) &&
			       read_text("docs/gocache-s3.1", manual,
				       sizeof(manual)) &&
			       read_text("README.md", readme, sizeof(readme)) &&
			       read_text("HACKING.md", hacking, sizeof(hacking))
		       ? 0
		       : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(man_page),
		cmocka_unit_test(readme_table),
		cmocka_unit_test(tour_has_every_header),
		cmocka_unit_test(tour_has_no_other_header),
	};

	return cmocka_run_group_tests_name("docs", tests, set_up, NULL);
}
