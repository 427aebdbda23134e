#include "base/json.h"

#include "base/json_scalar.h"
#include "base/utf8.h"

#define JSMN_STATIC
#include <jsmn.h>

/* What stands without quotes: a literal or a number. */
static bool
bare_kind(struct view s, enum json_kind *kind)
{
	if (view_eq(s, VIEW("true"))) {
		*kind = JSON_TRUE;
	} else if (view_eq(s, VIEW("false"))) {
		*kind = JSON_FALSE;
	} else if (view_eq(s, VIEW("null"))) {
		*kind = JSON_NULL;
	} else {
		*kind = JSON_NUMBER;
	}
	return *kind != JSON_NUMBER || json_is_number(s);
}

/* What must come next. */
enum want {
	WANT_ROOT,
	WANT_FIRST, /* the end of a container that was just opened, or an item */
	WANT_ITEM, /* after a comma: a name in an object, a value in an array */
	WANT_COLON,
	WANT_VALUE,
	WANT_MORE, /* a comma, or the end of the container */
	WANT_NOTHING,
};

static const char *const complaints[] = {
	[WANT_ROOT] = "no object or array",
	[WANT_FIRST] = "a wrong, repeated or missing name or value",
	[WANT_ITEM] = "a wrong, repeated or missing name or value",
	[WANT_COLON] = "a missing colon",
	[WANT_VALUE] = "a wrong or missing value",
	[WANT_MORE] = "a missing comma or closing bracket",
	[WANT_NOTHING] = "something after its end",
};

struct reader {
	struct json *j;
	struct view text;
	size_t at;
	enum want want;
	const jsmntok_t *given; /* jsmn's tokens; the next one is j->count */
	size_t given_count;
	size_t depth;
	size_t open
		[JSON_TOKENS_MAX]; /* the containers around, innermost last */
};

/* The bytes of jsmn's next token, which must begin at start. */
static bool
next_token(const struct reader *r, size_t start, struct view *bytes)
{
	const jsmntok_t *t = &r->given[r->j->count];

	if (r->j->count == r->given_count || (size_t)t->start != start) {
		return false;
	}
	*bytes = (struct view){r->text.p + start, (size_t)t->end - start};
	return true;
}

static void
keep_token(struct reader *r, enum json_kind kind, struct view bytes)
{
	size_t start = (size_t)(bytes.p - r->text.p), i = r->j->count++;

	r->j->token[i] = (struct json_token){
		.kind = kind,
		.start = (uint32_t)start,
		.end = (uint32_t)(start + bytes.n),
		.next = (uint32_t)(i + 1),
	};
}

static bool
in_object(const struct reader *r)
{
	return r->j->token[r->open[r->depth - 1]].kind == JSON_OBJECT;
}

/* A value is complete. */
static void
after_value(struct reader *r)
{
	r->want = r->depth > 0 ? WANT_MORE : WANT_NOTHING;
}

static bool
read_open(struct reader *r, enum json_kind kind)
{
	struct view bytes;

	if (!next_token(r, r->at, &bytes)) {
		return false;
	}
	r->open[r->depth++] = r->j->count;
	keep_token(r, kind, bytes);
	r->at++;
	r->want = WANT_FIRST;
	return true;
}

static void
read_close(struct reader *r)
{
	struct json_token *t = &r->j->token[r->open[--r->depth]];

	t->next = (uint32_t)r->j->count;
	r->at++;
	after_value(r);
}

static bool
read_string(struct reader *r)
{
	struct view bytes;

	if (!next_token(r, r->at + 1, &bytes) || !json_is_string(bytes)) {
		return false;
	}
	keep_token(r, JSON_STRING, bytes);
	r->at += bytes.n + 2;
	return true;
}

static bool
read_bare(struct reader *r)
{
	enum json_kind kind;
	struct view bytes;

	if (!next_token(r, r->at, &bytes) || !bare_kind(bytes, &kind)) {
		return false;
	}
	keep_token(r, kind, bytes);
	r->at += bytes.n;
	return true;
}

static bool
read_value(struct reader *r)
{
	char c = r->text.p[r->at];

	if (c == '{' || c == '[') {
		return read_open(r, c == '{' ? JSON_OBJECT : JSON_ARRAY);
	}
	if (r->want == WANT_ROOT ||
		!(c == '"' ? read_string(r) : read_bare(r))) {
		return false;
	}
	after_value(r);
	return true;
}

static struct view
token_text(const struct json *j, size_t i)
{
	const struct json_token *t = &j->token[i];

	return (struct view){j->text + t->start, t->end - t->start};
}

/* What a member is called, and when it is called the same. */
struct name {
	struct view text;
	bool (*same)(struct view a, struct view b);
};

/* Finds a member's value among the tokens after an object's own. */
static bool
find_member(const struct json *j, size_t object, size_t end, struct name name,
	size_t *value)
{
	for (size_t i = object + 1; i < end; i = j->token[i + 1].next) {
		if (name.same(token_text(j, i), name.text)) {
			*value = i + 1;
			return true;
		}
	}
	return false;
}

static bool
read_name(struct reader *r)
{
	size_t token = r->j->count, object = r->open[r->depth - 1], twin;

	if (r->text.p[r->at] != '"' || !read_string(r)) {
		return false;
	}

	struct name name = {token_text(r->j, token), json_same_string};

	if (find_member(r->j, object, token, name, &twin)) {
		return false;
	}
	r->want = WANT_COLON;
	return true;
}

static bool
read_mark(struct reader *r, char mark, enum want then)
{
	if (r->text.p[r->at] != mark) {
		return false;
	}
	r->at++;
	r->want = then;
	return true;
}

/* Reads the next thing, which begins at a byte that is not blank. */
static bool
read_next(struct reader *r)
{
	switch (r->want) {
	case WANT_FIRST:
	case WANT_MORE:
		if (r->text.p[r->at] == (in_object(r) ? '}' : ']')) {
			read_close(r);
			return true;
		}
		if (r->want == WANT_MORE) {
			return read_mark(r, ',', WANT_ITEM);
		}
		return in_object(r) ? read_name(r) : read_value(r);
	case WANT_ITEM:
		return in_object(r) ? read_name(r) : read_value(r);
	case WANT_COLON:
		return read_mark(r, ':', WANT_VALUE);
	case WANT_ROOT:
	case WANT_VALUE:
		return read_value(r);
	case WANT_NOTHING:
		break;
	}
	return false;
}

static void
skip_blanks(struct reader *r)
{
	struct view blanks = VIEW(" \t\r\n");

	while (r->at < r->text.n &&
		view_index(blanks, r->text.p[r->at]) < blanks.n) {
		r->at++;
	}
}

enum gs_code
json_parse(struct json *j, struct view text, struct gs_err *err)
{
	static const char what[] = "cannot read JSON";
	jsmn_parser parser;
	jsmntok_t tokens[JSON_TOKENS_MAX];
	struct reader r = {.j = j, .text = text, .given = tokens};
	int given = JSMN_ERROR_NOMEM;

	jsmn_init(&parser);
	if (text.n <= JSON_TEXT_MAX) {
		given = jsmn_parse(
			&parser, text.p, text.n, tokens, JSON_TOKENS_MAX);
	}
	if (given == JSMN_ERROR_NOMEM) {
		return gs_fail(err, GS_TOOBIG, what, VIEW(""), "too large");
	}
	if (given < 0) {
		return gs_fail(err, GS_BAD, what, VIEW(""), "not well-formed");
	}
	j->text = text.p;
	j->count = 0;
	r.given_count = (size_t)given;
	for (skip_blanks(&r); r.at < text.n; skip_blanks(&r)) {
		if (!read_next(&r)) {
			break;
		}
	}
	if (r.at < text.n || r.want != WANT_NOTHING) {
		return gs_fail(err, GS_BAD, what, VIEW(""), complaints[r.want]);
	}
	return GS_OK;
}

enum json_kind
json_kind(const struct json *j, size_t value)
{
	return j->token[value].kind;
}

static bool
member(const struct json *j, size_t object, struct name name, size_t *value)
{
	const struct json_token *t = &j->token[object];

	return t->kind == JSON_OBJECT &&
	       find_member(j, object, t->next, name, value);
}

bool
json_member(
	const struct json *j, size_t object, struct view name, size_t *value)
{
	return member(j, object, (struct name){name, json_same_string}, value);
}

bool
json_member_nocase(
	const struct json *j, size_t object, struct view name, size_t *value)
{
	return member(
		j, object, (struct name){name, json_same_string_nocase}, value);
}

struct view
json_written(const struct json *j, size_t value)
{
	struct view text = token_text(j, value);

	if (j->token[value].kind == JSON_STRING) {
		text = (struct view){text.p - 1, text.n + 2};
	}
	return text;
}

bool
json_int64(const struct json *j, size_t value, int64_t *n)
{
	struct view digits = token_text(j, value);
	bool negative = view_starts(digits, VIEW("-"));
	unsigned long long size;

	digits = view_skip(digits, negative);
	if (j->token[value].kind != JSON_NUMBER ||
		!view_uint(digits, INT64_MAX + (uint64_t)negative, &size)) {
		return false;
	}
	*n = (int64_t)(negative ? 0 - size : size);
	return true;
}

bool
json_string(const struct json *j, size_t value, struct buf *out)
{
	struct view rest = token_text(j, value);
	size_t len = out->len;
	uint32_t c;

	if (j->token[value].kind != JSON_STRING) {
		return false;
	}
	while (rest.n > 0 && json_take_char(&rest, &c)) {
		utf8_add(out, c);
	}
	if (out->full) {
		out->len = len;
	}
	return !out->full;
}
