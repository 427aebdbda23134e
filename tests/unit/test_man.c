/* The man page and the README list exactly the options that -h lists, with
 * the same values and variables. */
#include "cli/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static char manual[64 * 1024], readme[64 * 1024], help[OPTIONS_HELP_MAX];

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

static int
read_text(const char *path, char *text, size_t cap)
{
	FILE *f = fopen(path, "r");
	size_t n = f ? fread(text, 1, cap - 1, f) : 0;

	if (f) {
		fclose(f);
	}
	text[n] = '\0';
	return n > 0 && n < cap - 1 ? 0 : -1;
}

static int
set_up(void **state)
{
	struct buf b = BUF_OVER(help);

	options_help(&b);
	buf_cstr(&b);
	return buf_ok(&b) && read_text("docs/gocache-s3.1", manual,
				     sizeof(manual)) == 0
		       ? read_text("README.md", readme, sizeof(readme))
		       : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(man_page),
		cmocka_unit_test(readme_table),
	};

	return cmocka_run_group_tests_name("man", tests, set_up, NULL);
}
