#include "base/ini.h"

enum kind {
	SECTION, /* whole; type and name of it */
	PROPERTY,
	SUB_PROPERTY,
	CONTINUATION, /* of the property with this key, if there is one */
};

/* One thing that a file says. */
struct item {
	enum kind kind;
	struct view whole, type, name;
	struct view key, sub_key, value;
};

/* Where a reader is. */
struct reader {
	struct view rest;
	size_t line;      /* of the last item, from 1 */
	bool inside;      /* a section that is wanted */
	struct view key;  /* of the last property in this section, or empty */
	bool value_empty; /* there is one, and it has no value */
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_comment_mark(char c)
{
	return c == '#' || c == ';';
}

/* s without a comment, which needs a blank before its mark. */
static struct view
cut_comment(struct view s)
{
	for (size_t i = 1; i < s.n; i++) {
		if (is_blank(s.p[i - 1]) && is_comment_mark(s.p[i])) {
			return (struct view){s.p, i - 1};
		}
	}
	return s;
}

static struct view
unquote(struct view s)
{
	bool quoted = s.n >= 2 && (s.p[0] == '"' || s.p[0] == '\'') &&
		      s.p[s.n - 1] == s.p[0];

	return quoted ? (struct view){s.p + 1, s.n - 2} : s;
}

/* Splits at the first = or :, whichever is earlier. */
static bool
split_property(struct view s, struct view *key, struct view *value)
{
	size_t equals = view_index(s, '='), colon = view_index(s, ':');

	if (!view_cut(s, colon < equals ? ':' : '=', key, value)) {
		return false;
	}
	*key = view_trim(*key);
	*value = unquote(view_trim(*value));
	return true;
}

/* Splits what stands in brackets; a single word is a name without a type. */
static void
split_section(struct view whole, struct item *item)
{
	size_t n = 0;

	while (n < whole.n && !is_blank(whole.p[n])) {
		n++;
	}
	*item = (struct item){.kind = SECTION, .whole = whole, .name = whole};
	if (n < whole.n) {
		item->type = (struct view){whole.p, n};
		item->name = unquote(view_trim(view_skip(whole, n)));
	}
}

static bool
read_section(struct reader *r, struct view line, struct item *item)
{
	struct view comment, s;

	view_cut(line, '#', &line, &comment);
	view_cut(line, ';', &line, &comment);
	s = view_trim(line);
	if (s.n < 2 || s.p[0] != '[' || s.p[s.n - 1] != ']') {
		return false;
	}
	split_section(view_trim((struct view){s.p + 1, s.n - 2}), item);
	r->key = VIEW("");
	r->value_empty = false;
	return true;
}

static void
make_property(
	struct reader *r, struct view key, struct view value, struct item *item)
{
	r->key = key;
	r->value_empty = key.n > 0 && value.n == 0;
	*item = (struct item){.kind = PROPERTY, .key = key, .value = value};
}

/* A line that begins with a blank. */
static bool
read_indented(struct reader *r, struct view line, struct item *item)
{
	struct view key, value;

	if (!split_property(line, &key, &value)) {
		*item = (struct item){.kind = CONTINUATION,
			.key = r->key,
			.value = view_trim(line)};
		return r->key.n > 0 && !r->value_empty;
	}
	if (r->value_empty) {
		*item = (struct item){.kind = SUB_PROPERTY,
			.key = r->key,
			.sub_key = key,
			.value = value};
	} else {
		make_property(r, key, view_trim(cut_comment(value)), item);
	}
	return true;
}

/* Reads one line; false if it says nothing. */
static bool
read_line(struct reader *r, struct view line, struct item *item)
{
	struct view text = view_trim(line), key, value;

	if (text.n == 0 || is_comment_mark(text.p[0])) {
		return false;
	}
	if (read_section(r, line, item)) {
		return true;
	}
	if (is_blank(line.p[0])) {
		return read_indented(r, line, item);
	}
	if (!split_property(cut_comment(line), &key, &value)) {
		return false;
	}
	make_property(r, key, value, item);
	return true;
}

/* The next thing that the text says; false at its end. */
static bool
next(struct reader *r, struct item *item)
{
	while (r->rest.n > 0) {
		struct view line;

		view_cut(r->rest, '\n', &line, &r->rest);
		r->line++;
		if (read_line(r, line, item)) {
			return true;
		}
	}
	return false;
}

/* A section that is wanted, and how this file spells it. */
struct wanted {
	const struct ini_section *section;
	bool bare; /* [NAME] */
};

static bool
matches(const struct item *i, struct wanted w)
{
	if (w.bare) {
		return !view_eq(i->type, VIEW("profile")) &&
		       view_eq(i->whole, w.section->name);
	}
	return view_eq(i->type, w.section->type) &&
	       view_eq(i->name, w.section->name);
}

static bool
has(struct view text, struct wanted w)
{
	struct reader r = {.rest = text};
	struct item i;

	while (next(&r, &i)) {
		if (i.kind == SECTION && matches(&i, w)) {
			return true;
		}
	}
	return false;
}

static struct wanted
spell(struct view text, const struct ini_section *s)
{
	struct wanted bare = {s, true}, typed = {s, false};
	bool is_default = view_eq_nocase(s->name, VIEW("default"));

	if (!view_eq(s->type, VIEW("profile"))) {
		return typed;
	}
	if (s->file == INI_CREDENTIALS || (is_default && !has(text, typed))) {
		return bare;
	}
	return typed;
}

bool
ini_has(struct view text, const struct ini_section *section)
{
	return has(text, spell(text, section));
}

/* Lets an item under the wanted key have its say. */
static void
take(const struct item *i, struct view sub_key, struct buf *value, bool *found)
{
	bool direct = sub_key.n == 0;

	switch (i->kind) {
	case PROPERTY:
		buf_clear(value);
		*found = direct;
		if (direct) {
			buf_add(value, i->value);
		}
		break;
	case SUB_PROPERTY:
		if (!direct && view_eq_nocase(i->sub_key, sub_key)) {
			buf_clear(value);
			*found = true;
			buf_add(value, i->value);
		}
		break;
	case CONTINUATION:
		if (direct) {
			buf_char(value, '\n');
			buf_add(value, i->value);
		}
		break;
	case SECTION:
		break;
	}
}

/* The next thing that is said about the key in the section. */
static bool
next_about(
	struct reader *r, struct wanted w, struct view key, struct item *item)
{
	while (next(r, item)) {
		if (item->kind == SECTION) {
			r->inside = matches(item, w);
		} else if (r->inside && view_eq_nocase(item->key, key)) {
			return true;
		}
	}
	return false;
}

bool
ini_get(struct view text, const struct ini_section *section, struct view key,
	struct view sub_key, struct buf *value)
{
	struct wanted w = spell(text, section);
	struct reader r = {.rest = text};
	bool found = false;
	struct item i;

	buf_clear(value);
	while (next_about(&r, w, key, &i)) {
		take(&i, sub_key, value, &found);
	}
	return found;
}

size_t
ini_line(struct view text, const struct ini_section *section, struct view key)
{
	struct wanted w = spell(text, section);
	struct reader r = {.rest = text};
	size_t line = 0;
	struct item i;

	while (next_about(&r, w, key, &i)) {
		if (i.kind == PROPERTY) {
			line = r.line;
		}
	}
	return line;
}
