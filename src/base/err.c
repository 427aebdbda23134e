#include "base/err.h"

#include "base/buf.h"

enum { SUBJECT_MIN = 32 };

static void
add_cut(struct buf *b, struct view v)
{
	for (size_t i = 0; i < v.n && b->len + 1 < b->cap; i++) {
		unsigned char c = (unsigned char)v.p[i];

		buf_char(b, c < 0x20 || c == 0x7f ? '?' : (char)c);
	}
}

static size_t
room_for_subject(struct view what, struct view why)
{
	size_t rest = what.n + why.n + sizeof(" '': ");

	return rest + SUBJECT_MIN < GS_ERR_TEXT_MAX ? GS_ERR_TEXT_MAX - rest
						    : SUBJECT_MIN;
}

static void
add_subject(struct buf *text, struct view subject, size_t room)
{
	bool fits = subject.n <= room;

	add_cut(text, VIEW(" '"));
	add_cut(text, (struct view){subject.p, fits ? subject.n : room - 3});
	add_cut(text, fits ? VIEW("'") : VIEW("...'"));
}

enum gs_code
gs_fail(struct gs_err *err, enum gs_code code, const char *what,
	struct view subject, const char *why)
{
	struct buf text = BUF_OVER(err->text);

	add_cut(&text, view_of(what));
	if (subject.n > 0) {
		add_subject(&text, subject,
			room_for_subject(view_of(what), view_of(why)));
	}
	if (why) {
		add_cut(&text, VIEW(": "));
		add_cut(&text, view_of(why));
	}
	buf_cstr(&text);
	err->code = code;
	err->sys_errno = 0;
	return code;
}
