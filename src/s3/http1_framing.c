#include "s3/http1_framing.h"

#include "base/array.h"
#include "s3/http1_syntax.h"

enum gs_code
http1_refuse(struct gs_err *err, enum gs_code code, const char *why)
{
	return gs_fail(
		err, code, "the server's answer is refused", VIEW(""), why);
}

/* A list of equal numbers is as good as one (RFC 9110, 8.6). */
static enum gs_code
note_length(struct http1_answer *a, struct view value, struct gs_err *err)
{
	struct view item;
	unsigned long long n = 0;

	while (http1_next_item(&value, &item)) {
		if (!view_uint(item, INT64_MAX, &n)) {
			return http1_refuse(
				err, GS_BAD, "Content-Length is not a number");
		}
		if (a->has_length && a->length != n) {
			return http1_refuse(
				err, GS_BAD, "two different Content-Lengths");
		}
		a->has_length = true;
		a->length = n;
	}
	return GS_OK;
}

static enum gs_code
note_coding(struct http1_answer *a, struct view value, struct gs_err *err)
{
	if (a->chunked || !view_eq_nocase(value, VIEW("chunked"))) {
		return http1_refuse(
			err, GS_BAD, "a Transfer-Encoding other than chunked");
	}
	a->chunked = true;
	return GS_OK;
}

static enum gs_code
note_connection(struct http1_answer *a, struct view value, struct gs_err *err)
{
	struct view item;

	(void)err;
	while (http1_next_item(&value, &item)) {
		a->close_wanted |= view_eq_nocase(item, VIEW("close"));
		a->keep_wanted |= view_eq_nocase(item, VIEW("keep-alive"));
	}
	return GS_OK;
}

/* The fields that say where the answer ends and what comes after it. */
static const struct {
	const char *name;
	enum gs_code (*note)(
		struct http1_answer *, struct view, struct gs_err *);
} framing[] = {
	{"Content-Length", note_length},
	{"Transfer-Encoding", note_coding},
	{"Connection", note_connection},
};

enum gs_code
http1_note_field(struct http1_answer *a, struct view name, struct view value,
	struct gs_err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(framing); i++) {
		if (view_eq_nocase(name, view_of(framing[i].name))) {
			return framing[i].note(a, value, err);
		}
	}
	return GS_OK;
}
