#include "base/pem.h"

#include "base/base64.h"

#define BEGIN VIEW("-----BEGIN ")
#define END VIEW("-----END ")
#define DASHES VIEW("-----")

/* Cuts s before needle: *head and, from needle on, *tail. */
static bool
cut_before(
	struct view s, struct view needle, struct view *head, struct view *tail)
{
	size_t at = view_find(s, needle);

	if (at == s.n) {
		return false;
	}
	*head = (struct view){s.p, at};
	*tail = view_skip(s, at);
	return true;
}

/* Moves *rest past the next BEGIN that starts a line. */
static bool
skip_to_begin(struct view *rest)
{
	struct view before, at;

	while (cut_before(*rest, BEGIN, &before, &at)) {
		*rest = view_skip(at, BEGIN.n);
		if (before.n == 0 || view_ends(before, VIEW("\n"))) {
			return true;
		}
	}
	*rest = VIEW("");
	return false;
}

/* Takes "LABEL-----" off *rest. */
static bool
take_label(struct view *rest, struct view *label)
{
	struct view line, tail;

	if (!cut_before(*rest, DASHES, &line, &tail) ||
		view_index(line, '\n') < line.n) {
		return false;
	}
	*label = line;
	*rest = view_skip(tail, DASHES.n);
	return true;
}

/* Takes base64 and "-----END LABEL-----" off *rest. */
static bool
take_body(struct view *rest, struct view label, struct view *body)
{
	struct view text, tail, end_label;

	if (!cut_before(*rest, DASHES, &text, &tail) ||
		!view_starts(tail, END)) {
		return false;
	}
	tail = view_skip(tail, END.n);
	if (!take_label(&tail, &end_label) || !view_eq(end_label, label)) {
		return false;
	}
	*body = text;
	*rest = tail;
	return true;
}

bool
pem_next(struct view *rest, struct view *label, struct view *body)
{
	while (skip_to_begin(rest)) {
		struct view after = *rest, name, text;

		if (take_label(&after, &name) &&
			take_body(&after, name, &text)) {
			*label = name;
			*body = text;
			*rest = after;
			return true;
		}
	}
	return false;
}

static bool
is_space(char c)
{
	return c == '\n' || c == '\r' || c == ' ' || c == '\t';
}

bool
pem_decode(struct view body, struct buf *out)
{
	struct base64_decoder d;
	struct gs_err err;
	size_t used;

	base64_decoder_init(&d);
	while (body.n > 0) {
		if (is_space(body.p[0])) {
			body = view_skip(body, 1);
			continue;
		}
		if (base64_decode(&d, body, &used, out, &err) != GS_OK ||
			used == 0) {
			return false;
		}
		body = view_skip(body, used);
	}
	return base64_decoder_at_end(&d);
}
