/* What json_parse accepts and refuses, a plain recursive recogniser does too;
 * duplicate names and the limits apart. */
#include "base/json.h"

#include "base/utf8.h"
#include "fuzz.h"

/* s->n of a text that is refused. */
static const struct view refused = {NULL, SIZE_MAX};

static struct view value(struct view s);

static bool
at(struct view s, const char *any)
{
	return s.p && s.n > 0 && *s.p && strchr(any, *s.p);
}

static struct view
blanks(struct view s)
{
	while (at(s, " \t\r\n")) {
		s = view_skip(s, 1);
	}
	return s;
}

static struct view
expect(struct view s, const char *any)
{
	return at(s, any) ? view_skip(s, 1) : refused;
}

static struct view
digits(struct view s)
{
	s = expect(s, "0123456789");
	while (at(s, "0123456789")) {
		s = view_skip(s, 1);
	}
	return s;
}

static struct view
number(struct view s)
{
	s = at(s, "-") ? view_skip(s, 1) : s;
	s = at(s, "0") ? view_skip(s, 1) : digits(s);
	s = at(s, ".") ? digits(view_skip(s, 1)) : s;
	if (at(s, "eE")) {
		s = view_skip(s, 1);
		s = digits(at(s, "+-") ? view_skip(s, 1) : s);
	}
	return s;
}

static struct view
unit(struct view s, unsigned *value)
{
	char hex[5] = "";

	if (!view_starts(s, VIEW("\\u")) || s.n < 6 ||
		strspn(memcpy(hex, s.p + 2, 4), "0123456789abcdefABCDEF") !=
			4) {
		return refused;
	}
	*value = (unsigned)strtoul(hex, NULL, 16);
	return view_skip(s, 6);
}

static struct view
escape(struct view s)
{
	unsigned first, second = 0;

	if (!view_starts(s, VIEW("\\u"))) {
		return expect(view_skip(s, 1), "\"\\/bfnrt");
	}
	s = unit(s, &first);
	if (!s.p || first < 0xd800 || first > 0xdfff) {
		return s;
	}
	s = first < 0xdc00 ? unit(s, &second) : refused;
	return second >= 0xdc00 && second <= 0xdfff ? s : refused;
}

static struct view
string(struct view s)
{
	uint32_t c;

	s = expect(s, "\"");
	while (s.p && s.n > 0 && *s.p != '"') {
		if (*s.p == '\\') {
			s = escape(s);
		} else if (!utf8_take(&s, &c) || c < 0x20) {
			return refused;
		}
	}
	return s.p ? expect(s, "\"") : s;
}

static struct view
member(struct view s)
{
	s = string(blanks(s));
	s = s.p ? expect(blanks(s), ":") : s;
	return s.p ? value(s) : s;
}

static struct view
container(struct view s, const char *end, struct view (*item)(struct view))
{
	s = blanks(view_skip(s, 1));
	if (at(s, end)) {
		return view_skip(s, 1);
	}
	for (s = item(s); s.p && at(s, ","); s = item(view_skip(s, 1))) {
	}
	return s.p ? expect(s, end) : s;
}

/* A value and the blanks around it. */
static struct view
value(struct view s)
{
	static const char *const words[] = {"true", "false", "null"};

	s = blanks(s);
	if (at(s, "{")) {
		return blanks(container(s, "}", member));
	}
	if (at(s, "[")) {
		return blanks(container(s, "]", value));
	}
	if (at(s, "\"")) {
		s = string(s);
		return s.p ? blanks(s) : s;
	}
	for (size_t i = 0; i < 3; i++) {
		if (view_starts(s, view_of(words[i]))) {
			return blanks(view_skip(s, strlen(words[i])));
		}
	}
	s = number(s);
	return s.p ? blanks(s) : s;
}

static bool
recognises(struct view text)
{
	struct view rest = blanks(text);

	if (!at(rest, "{[")) {
		return false;
	}
	rest = value(rest);
	return rest.p && rest.n == 0;
}

static void
ask(const struct json *j)
{
	static char storage[JSON_TEXT_MAX];
	size_t v;
	int64_t n;

	if (json_member(j, JSON_ROOT, VIEW("ID"), &v)) {
		struct buf out = BUF_OVER(storage);

		if (json_int64(j, v, &n) && json_kind(j, v) != JSON_NUMBER) {
			abort();
		}
		if (json_string(j, v, &out) !=
			(json_kind(j, v) == JSON_STRING)) {
			abort();
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view text = {(const char *)data, size};
	struct gs_err err = {.code = GS_OK};
	struct json j;
	enum gs_code code = json_parse(&j, text, &err);

	if (code == GS_OK) {
		ask(&j);
	}
	if (code != GS_TOOBIG && (code == GS_OK) != recognises(text) &&
		!strstr(err.text, "repeated")) {
		abort();
	}
	return 0;
}
