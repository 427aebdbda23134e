#include "s3/tagging.h"

#include "base/ascii.h"
#include "base/percent.h"
#include "base/utf8.h"

#define FORM "must be KEY=VALUE&KEY=VALUE, each percent-encoded as UTF-8"
#define CHARACTERS "may hold letters, digits, spaces and + - = . _ : / @ only"

enum { BYTES_PER_CHARACTER = 4 };

/* A key or value that is not encoded any longer. */
struct text {
	char storage[BYTES_PER_CHARACTER * TAGGING_VALUE_MAX];
	struct buf b;
};

struct tag {
	struct view key, value; /* encoded */
};

static bool
is_one_of(char c, struct view characters)
{
	return view_index(characters, c) < characters.n;
}

/* In a query a plus is a space, and some characters must be escaped. */
static bool
is_encoded(struct view text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (!percent_is_unreserved(c) && !is_one_of(c, VIEW("%+:/@"))) {
			return false;
		}
	}
	return true;
}

static bool
decode(struct view encoded, struct text *t)
{
	t->b = BUF_OVER(t->storage);
	if (!is_encoded(encoded)) {
		return false;
	}
	while (encoded.n > 0) {
		struct view part;
		bool plus = view_cut(encoded, '+', &part, &encoded);

		if (!percent_decode(part, &t->b)) {
			return false;
		}
		buf_str(&t->b, plus ? " " : "");
	}
	return true;
}

static bool
is_allowed(uint32_t c)
{
	return c > 0x7f || ascii_is_letter((char)c) ||
	       ascii_is_digit((char)c) || is_one_of((char)c, VIEW(" +-=._:/@"));
}

static const char *
text_fault(
	struct view encoded, size_t max, const char *too_long, struct text *t)
{
	struct view rest;
	uint32_t c;
	size_t n = 0;

	if (!decode(encoded, t)) {
		return FORM;
	}
	if (!buf_ok(&t->b)) {
		return too_long;
	}
	rest = buf_view(&t->b);
	for (; utf8_take(&rest, &c); n++) {
		if (!is_allowed(c)) {
			return CHARACTERS;
		}
	}
	if (rest.n > 0) {
		return FORM;
	}
	return n > max ? too_long : NULL;
}

static const char *
key_fault(struct view encoded, struct text *key)
{
	const char *fault = text_fault(
		encoded, TAGGING_KEY_MAX, "a key may have 128 characters", key);
	struct view start = buf_view(&key->b);

	if (fault) {
		return fault;
	}
	if (start.n == 0) {
		return "a tag must have a key";
	}
	start.n = start.n < 4 ? start.n : 4;
	return view_eq_nocase(start, VIEW("aws:"))
		       ? "keys that begin with aws: are reserved"
		       : NULL;
}

static bool
is_among(struct view key, const struct tag *tags, size_t count)
{
	struct text other;

	for (size_t i = 0; i < count; i++) {
		if (decode(tags[i].key, &other) &&
			view_eq(buf_view(&other.b), key)) {
			return true;
		}
	}
	return false;
}

static const char *
tag_fault(const struct tag *tags, size_t at)
{
	struct text text;
	const char *fault = key_fault(tags[at].key, &text);

	if (fault) {
		return fault;
	}
	if (is_among(buf_view(&text.b), tags, at)) {
		return "a key is there twice";
	}
	return text_fault(tags[at].value, TAGGING_VALUE_MAX,
		"a value may have 256 characters", &text);
}

const char *
tagging_fault(struct view tags)
{
	struct tag tag[TAGGING_MAX];
	size_t count = 0;
	bool more = true;

	while (more) {
		const char *fault;

		if (count == TAGGING_MAX) {
			return "an object can have ten tags";
		}
		more = view_cut(tags, '&', &tag[count].key, &tags);
		if (!view_cut(tag[count].key, '=', &tag[count].key,
			    &tag[count].value)) {
			return FORM;
		}
		fault = tag_fault(tag, count++);
		if (fault) {
			return fault;
		}
	}
	return NULL;
}
