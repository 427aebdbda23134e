#include "mirror/say.h"

#include "base/buf.h"
#include "os/link_io.h"

enum { PATIENCE_MS = 1000 };

void
say(int link, enum log_level level, struct view text)
{
	struct link_msg m = {.kind = LINK_SAY, .level = (uint32_t)level};
	struct buf out = buf_over(m.text, sizeof(m.text) - 1);

	buf_add(&out,
		(struct view){text.p, text.n < out.cap ? text.n : out.cap});
	link_send(link, &m, PATIENCE_MS);
}

void
say_err(int link, enum log_level level, const struct gs_err *err)
{
	say(link, level, view_of(err->text));
}
