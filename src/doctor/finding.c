#include "doctor/finding.h"

#include "base/clean.h"

static void
set_text(char *to, size_t cap, struct view text)
{
	struct buf out = buf_over(to, cap);

	clean_add(&out, text);
	buf_cstr(&out);
}

/* Our own words, in lines, and a prefix of any bytes in a policy. */
static void
set_advice(struct finding *f, struct view text)
{
	struct buf out = BUF_OVER(f->advice);
	struct view line;
	bool more = text.n > 0;

	while (more) {
		more = view_cut(text, '\n', &line, &text);
		clean_add(&out, line);
		buf_add(&out,
			more && out.len + 1 < out.cap ? VIEW("\n") : VIEW(""));
	}
	buf_cstr(&out);
}

void
finding_init(struct finding *f)
{
	f->verdict = FINDING_OK;
	f->text[0] = f->advice[0] = '\0';
	f->fact_count = 0;
}

void
finding_say(struct finding *f, enum finding_verdict verdict, struct view text,
	struct view advice)
{
	f->verdict = verdict;
	set_text(f->text, sizeof(f->text), text);
	set_advice(f, advice);
}

void
finding_fail(struct finding *f, const struct gs_err *err, const char *advice)
{
	finding_say(f, FINDING_FAILED, view_of(err->text), view_of(advice));
}

void
finding_add(struct finding *f, const char *name, struct view value,
	const char *from)
{
	if (f->fact_count < FINDING_FACTS_MAX) {
		struct finding_fact *fact = &f->fact[f->fact_count++];

		fact->name = name;
		fact->from = from;
		set_text(fact->value, sizeof(fact->value), value);
	}
}
