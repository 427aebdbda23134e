#include "base/err.h"

#include "base/clean.h"

enum { SUBJECT_MIN = 32 };

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

	clean_add(text, VIEW(" '"));
	clean_add(text, (struct view){subject.p, fits ? subject.n : room - 3});
	clean_add(text, fits ? VIEW("'") : VIEW("...'"));
}

enum gs_code
gs_fail(struct gs_err *err, enum gs_code code, const char *what,
	struct view subject, const char *why)
{
	struct buf text = BUF_OVER(err->text);

	clean_add(&text, view_of(what));
	if (subject.n > 0) {
		add_subject(&text, subject,
			room_for_subject(view_of(what), view_of(why)));
	}
	if (why) {
		clean_add(&text, VIEW(": "));
		clean_add(&text, view_of(why));
	}
	buf_cstr(&text);
	err->code = code;
	err->sys_errno = 0;
	return code;
}
