#include "base/err.h"

#include "base/buf.h"

static void
add_cut(struct buf *b, struct view v)
{
	for (size_t i = 0; i < v.n && b->len + 1 < b->cap; i++) {
		unsigned char c = (unsigned char)v.p[i];

		buf_char(b, c < 0x20 || c == 0x7f ? '?' : (char)c);
	}
}

enum gs_code
gs_fail(struct gs_err *err, enum gs_code code, const char *what,
	struct view subject, const char *why)
{
	struct buf text = BUF_OVER(err->text);

	add_cut(&text, view_of(what));
	if (subject.n > 0) {
		add_cut(&text, VIEW(" '"));
		add_cut(&text, subject);
		add_cut(&text, VIEW("'"));
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
