#include "doctor/report.h"

#include "base/json_text.h"

enum { CHECK_COLUMN = 6, TEXT_COLUMN = 22, FACT_COLUMN = 8 };

static const char *const words[FINDING_VERDICTS] = {
	[FINDING_OK] = "ok",
	[FINDING_WARNING] = "warn",
	[FINDING_FAILED] = "FAIL",
	[FINDING_SKIPPED] = "-",
};

static const char *const names[FINDING_VERDICTS] = {
	[FINDING_OK] = "ok",
	[FINDING_WARNING] = "warning",
	[FINDING_FAILED] = "failed",
	[FINDING_SKIPPED] = "skipped",
};

/* --- for a person ---------------------------------------------------------- */

/* Appends spaces, one at least, up to a column of the line that began at
 * start. */
static void
pad(struct buf *out, size_t start, size_t column)
{
	do {
		buf_char(out, ' ');
	} while (out->len < start + column && buf_ok(out));
}

static void
print_fact(const struct finding_fact *fact, struct buf *out)
{
	size_t start = out->len;

	pad(out, start, FACT_COLUMN);
	buf_str(out, fact->name);
	pad(out, start, TEXT_COLUMN);
	buf_str(out, fact->value[0] ? fact->value : "none");
	if (fact->from[0]) {
		buf_str(out, "  (");
		buf_str(out, fact->from);
		buf_char(out, ')');
	}
	buf_char(out, '\n');
}

static void
print_advice(struct view advice, struct buf *out)
{
	const char *lead = "do: ";
	struct view line;

	while (advice.n > 0) {
		view_cut(advice, '\n', &line, &advice);
		pad(out, out->len, FACT_COLUMN);
		buf_str(out, lead);
		buf_add(out, line);
		buf_char(out, '\n');
		lead = "    ";
	}
}

static void
print_finding(const char *check, const struct finding *f, struct buf *out)
{
	size_t start = out->len;

	buf_str(out, words[f->verdict]);
	pad(out, start, CHECK_COLUMN);
	buf_str(out, check);
	if (f->text[0]) {
		pad(out, start, TEXT_COLUMN);
		buf_str(out, f->text);
	}
	buf_char(out, '\n');
	for (size_t i = 0; i < f->fact_count; i++) {
		print_fact(&f->fact[i], out);
	}
	print_advice(view_of(f->advice), out);
}

static void
print_end(const struct report *r, struct buf *out)
{
	if (!report_is_well(r)) {
		buf_str(out, "\nThe cache cannot work as it is.\n");
	} else if (r->count[FINDING_WARNING] > 0) {
		buf_str(out, "\nThe cache works; the warnings say what could "
			     "be better.\n");
	} else {
		buf_str(out, "\nAll is well.\n");
	}
}

/* --- for a program --------------------------------------------------------- */

static void
add_name(const char *name, struct buf *out)
{
	buf_str(out, ",\"");
	buf_str(out, name);
	buf_str(out, "\":");
}

/* A text, or null for an empty one. */
static void
add_text(const char *name, const char *text, struct buf *out)
{
	add_name(name, out);
	if (text[0]) {
		json_add_text(out, view_of(text));
	} else {
		buf_str(out, "null");
	}
}

static void
add_fact(const struct finding_fact *fact, struct buf *out)
{
	buf_str(out, "{\"name\":");
	json_add_text(out, view_of(fact->name));
	add_text("value", fact->value, out);
	add_text("from", fact->from, out);
	buf_char(out, '}');
}

static void
add_finding(const char *check, const struct finding *f, struct buf *out)
{
	buf_str(out, "{\"check\":");
	json_add_text(out, view_of(check));
	add_text("verdict", names[f->verdict], out);
	add_text("text", f->text, out);
	add_text("advice", f->advice, out);
	add_name("facts", out);
	buf_char(out, '[');
	for (size_t i = 0; i < f->fact_count; i++) {
		buf_str(out, i > 0 ? "," : "");
		add_fact(&f->fact[i], out);
	}
	buf_str(out, "]}");
}

/* --- either ---------------------------------------------------------------- */

void
report_begin(struct report *r, const char *version, struct buf *out)
{
	if (r->json) {
		buf_str(out, "{\"schema\":1");
		add_text("version", version, out);
		buf_str(out, ",\"checks\":[");
	}
}

void
report_finding(struct report *r, const char *check, const struct finding *f,
	struct buf *out)
{
	if (r->json) {
		buf_str(out, r->begun ? ",\n" : "\n");
		add_finding(check, f, out);
	} else {
		print_finding(check, f, out);
	}
	r->begun = true;
	r->count[f->verdict]++;
}

void
report_end(struct report *r, struct buf *out)
{
	if (r->json) {
		buf_str(out, "\n],\"well\":");
		buf_str(out, report_is_well(r) ? "true}\n" : "false}\n");
	} else {
		print_end(r, out);
	}
}

bool
report_is_well(const struct report *r)
{
	return r->count[FINDING_FAILED] == 0;
}
