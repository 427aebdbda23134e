#include "pack/gofile.h"

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

static bool
is_separated(struct view rest)
{
	return rest.n > 0 &&
	       (rest.p[0] == ' ' || rest.p[0] == '\t' || rest.p[0] == '(' ||
		       rest.p[0] == '"' || rest.p[0] == '`');
}

struct gofile
gofile_open(struct view text, const char *name)
{
	return (struct gofile){.name = view_of(name), .text = text};
}

bool
gofile_next(struct gofile *d, struct view *value)
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
gofile_module(struct view text)
{
	struct gofile d = gofile_open(text, "module");
	struct view path;

	return gofile_next(&d, &path) ? path : VIEW("");
}

struct view
gofile_setting(struct view text, const char *name)
{
	struct view line, key, value, found = VIEW("");

	while (text.n > 0) {
		view_cut(text, '\n', &line, &text);
		if (view_cut(line, '=', &key, &value) &&
			view_eq(key, view_of(name))) {
			found = value;
		}
	}
	return found;
}
