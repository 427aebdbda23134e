#include "gocache/entry.h"

#include <string.h>

/* Where each part of the 175 bytes begins. */
enum {
	ACTION_AT = 3,
	OUTPUT_AT = ACTION_AT + ID_HEX_LEN + 1,
	SIZE_AT = OUTPUT_AT + ID_HEX_LEN + 1,
	NUMBER_LEN = 20,
	TIME_AT = SIZE_AT + NUMBER_LEN + 1,
	NEWLINE_AT = TIME_AT + NUMBER_LEN,
};

/* "%20d" of a number that is not negative. */
static void
put_number(char *out, uint64_t n)
{
	char *at = out + NUMBER_LEN;

	memset(out, ' ', NUMBER_LEN);
	do {
		*--at = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
}

void
entry_format(const struct entry *e, char out[ENTRY_LEN])
{
	struct buf text = buf_over(out, ENTRY_LEN);

	buf_str(&text, "v1 ");
	buf_hex(&text, e->action.byte, ID_LEN);
	buf_char(&text, ' ');
	buf_hex(&text, e->output.byte, ID_LEN);
	buf_char(&text, ' ');
	put_number(out + SIZE_AT, e->size);
	out[TIME_AT - 1] = ' ';
	put_number(out + TIME_AT, e->time_ns > 0 ? (uint64_t)e->time_ns : 0);
	out[NEWLINE_AT] = '\n';
}

static bool
has_frame(const char *p)
{
	return memcmp(p, "v1 ", ACTION_AT) == 0 && p[OUTPUT_AT - 1] == ' ' &&
	       p[SIZE_AT - 1] == ' ' && p[TIME_AT - 1] == ' ' &&
	       p[NEWLINE_AT] == '\n';
}

/* A decimal int64 that is not negative, after any number of spaces. */
static bool
take_number(const char *p, unsigned long long *n)
{
	struct view digits = {p, NUMBER_LEN};

	while (digits.n > 0 && digits.p[0] == ' ') {
		digits = view_skip(digits, 1);
	}
	return view_uint(digits, INT64_MAX, n);
}

/* Why p[ENTRY_LEN] is no entry for this action, or NULL and *e is written. */
static const char *
read_entry(const char *p, const struct id *action, struct entry *e)
{
	struct id named, output;
	unsigned long long size, time_ns;

	if (!has_frame(p)) {
		return "its spaces or its version are not where they belong";
	}
	if (!id_parse((struct view){p + ACTION_AT, ID_HEX_LEN}, &named) ||
		!id_parse((struct view){p + OUTPUT_AT, ID_HEX_LEN}, &output)) {
		return "an id in it is not hexadecimal";
	}
	if (!id_eq(&named, action)) {
		return "it is the entry of another action";
	}
	if (!take_number(p + SIZE_AT, &size)) {
		return "its size is not a number";
	}
	if (!take_number(p + TIME_AT, &time_ns)) {
		return "its time is not a number";
	}
	*e = (struct entry){named, output, size, (int64_t)time_ns};
	return NULL;
}

enum gs_code
entry_parse(struct view bytes, const struct id *action, struct entry *e,
	struct gs_err *err)
{
	const char *why = "it is not 175 bytes long";
	char name[ENTRY_NAME_MAX];

	if (bytes.n == ENTRY_LEN) {
		why = read_entry(bytes.p, action, e);
	}
	if (!why) {
		return GS_OK;
	}
	entry_action_name(action, name);
	return gs_fail(
		err, GS_BAD, "cannot use cache entry", view_of(name), why);
}

static void
put_name(const struct id *id, const char *suffix, char out[ENTRY_NAME_MAX])
{
	struct buf name = buf_over(out, ENTRY_NAME_MAX);

	buf_hex(&name, id->byte, 1);
	buf_char(&name, '/');
	buf_hex(&name, id->byte, ID_LEN);
	buf_str(&name, suffix);
	buf_cstr(&name);
}

void
entry_action_name(const struct id *action, char out[ENTRY_NAME_MAX])
{
	put_name(action, "-a", out);
}

void
entry_output_name(const struct id *output, char out[ENTRY_NAME_MAX])
{
	put_name(output, "-d", out);
}
