#include "s3/keydoc.h"

#include "base/json.h"
#include "base/time.h"
#include "base/xml.h"
#include "s3/refusal.h"

enum { TIME_TEXT_MAX = 64, WORD_MAX = 64 };

/* A document that is being read. */
struct document {
	const struct kind *kind;
	struct view text;
	struct json json;
	size_t keys; /* the object that holds them */
	struct gs_err *err;
};

static enum gs_code check_code(const struct document *d);
static enum gs_code check_version(const struct document *d);

static const struct kind {
	const char *what;   /* for messages */
	const char *holder; /* the member that holds the keys, or NULL */
	const char *token, *end;
	/* refuses what the document as a whole says, or NULL */
	enum gs_code (*check)(const struct document *d);
	bool xml, end_in_ms;
	bool needs_token, needs_end, needs_code;
} kinds[] = {
	[KEYDOC_CONTAINER] = {"the container's keys", .token = "Token",
		.end = "Expiration", .check = check_code},
	[KEYDOC_INSTANCE] = {"the instance's keys", .token = "Token",
		.end = "Expiration", .check = check_code, .needs_end = true,
		.needs_code = true},
	[KEYDOC_COMMAND] = {"the command's output", .token = "SessionToken",
		.end = "Expiration", .check = check_version},
	[KEYDOC_SSO] = {"Identity Center's keys", .holder = "roleCredentials",
		.token = "SessionToken", .end = "Expiration", .end_in_ms = true,
		.needs_token = true, .needs_end = true},
	[KEYDOC_LOGIN] = {"the login's keys", .holder = "accessToken",
		.token = "SessionToken", .end = "ExpiresAt",
		.needs_token = true, .needs_end = true},
	[KEYDOC_ROLE] = {"STS's keys", .token = "SessionToken",
		.end = "Expiration", .xml = true, .needs_token = true,
		.needs_end = true},
	[KEYDOC_SESSION] = {"the session's keys", .token = "SessionToken",
		.end = "Expiration", .xml = true, .needs_token = true,
		.needs_end = true},
};

/* Says what is wrong with a member. */
static enum gs_code
complain(const struct document *d, enum gs_code code, const char *member,
	const char *why)
{
	char text[GS_ERR_TEXT_MAX];
	struct buf all = BUF_OVER(text);

	buf_str(&all, member);
	buf_str(&all, why);
	return gs_fail(d->err, code, d->kind->what, VIEW(""), buf_cstr(&all));
}

static bool
find(const struct document *d, size_t object, const char *name, size_t *value)
{
	return json_member_nocase(&d->json, object, view_of(name), value) &&
	       json_kind(&d->json, *value) != JSON_NULL;
}

/* Appends a member's text, or none; false for another kind of value and for
 * what does not fit. */
static bool
get_text(const struct document *d, const char *name, struct buf *out)
{
	size_t value;

	if (d->kind->xml) {
		(void)xml_text_of(d->text, view_of(name), out);
	} else if (find(d, d->keys, name, &value)) {
		return json_string(&d->json, value, out);
	}
	return buf_ok(out);
}

static enum gs_code
read_field(const struct document *d, const char *name, enum creds_field field,
	struct creds *creds)
{
	struct buf text = creds_field(creds, field);
	bool whole = get_text(d, name, &text);
	bool needed = field != CREDS_SESSION_TOKEN || d->kind->needs_token;

	buf_cstr(&text);
	if (!buf_ok(&text)) {
		return complain(d, GS_TOOBIG, name, " is longer than any");
	}
	if (!whole) {
		return complain(d, GS_BAD, name, " is no text");
	}
	if (needed && text.len == 0) {
		return complain(d, GS_BAD, name, " is missing");
	}
	return creds_is_sound(buf_view(&text), field)
		       ? GS_OK
		       : complain(d, GS_BAD, name, " has a wrong character");
}

static bool
read_ms(const struct document *d, int64_t *seconds)
{
	int64_t ms;
	size_t value;

	if (!find(d, d->keys, d->kind->end, &value) ||
		!json_int64(&d->json, value, &ms)) {
		return false;
	}
	*seconds = ms / 1000;
	return true;
}

static enum gs_code
read_end(const struct document *d, int64_t *seconds)
{
	char storage[TIME_TEXT_MAX];
	struct buf text = BUF_OVER(storage);
	const char *name = d->kind->end;

	if (d->kind->end_in_ms) {
		return read_ms(d, seconds)
			       ? GS_OK
			       : complain(d, GS_BAD, name, " is no number");
	}
	if (!get_text(d, name, &text)) {
		return complain(d, GS_BAD, name, " is no time");
	}
	if (text.len == 0 && !d->kind->needs_end) {
		*seconds = GRANT_NEVER;
		return GS_OK;
	}
	return time_parse_iso8601(view_trim(buf_view(&text)), seconds)
		       ? GS_OK
		       : complain(d, GS_BAD, name, " is no time");
}

/* Metadata says why it has no keys with status 200 too. */
static enum gs_code
check_code(const struct document *d)
{
	char storage[WORD_MAX];
	struct buf code = BUF_OVER(storage);

	if (!get_text(d, "Code", &code)) {
		return complain(d, GS_BAD, "Code", " is no text");
	}
	if (view_eq_nocase(buf_view(&code), VIEW("Success")) ||
		(code.len == 0 && !d->kind->needs_code)) {
		return GS_OK;
	}
	if (code.len == 0) {
		return complain(d, GS_BAD, "Code", " is missing");
	}
	(void)refusal_judge(d->kind->what, 200, d->text, d->err);
	return d->err->code;
}

static enum gs_code
check_version(const struct document *d)
{
	int64_t version;
	size_t value;

	if (!find(d, JSON_ROOT, "Version", &value) ||
		!json_int64(&d->json, value, &version) || version != 1) {
		return complain(d, GS_BAD, "Version", " is not 1");
	}
	return GS_OK;
}

static enum gs_code
open_json(struct document *d)
{
	const char *holder = d->kind->holder;
	struct gs_err why;

	if (json_parse(&d->json, d->text, &why) != GS_OK) {
		return complain(d, why.code, "", why.text);
	}
	d->keys = JSON_ROOT;
	return !holder || find(d, JSON_ROOT, holder, &d->keys)
		       ? GS_OK
		       : complain(d, GS_BAD, holder, " is missing");
}

static enum gs_code
open_document(struct document *d)
{
	if (d->text.n > KEYDOC_MAX) {
		return complain(d, GS_TOOBIG, "", "longer than any");
	}
	if (!d->kind->xml && open_json(d) != GS_OK) {
		return d->err->code;
	}
	return d->kind->check ? d->kind->check(d) : GS_OK;
}

static enum gs_code
read_grant(const struct document *d, struct grant *grant)
{
	const char *const names[CREDS_FIELDS] = {
		"AccessKeyId", "SecretAccessKey", d->kind->token};

	for (unsigned field = 0; field < CREDS_FIELDS; field++) {
		if (read_field(d, names[field], field, &grant->creds) !=
			GS_OK) {
			return d->err->code;
		}
	}
	return read_end(d, &grant->expires_s);
}

enum gs_code
keydoc_read(enum keydoc_kind kind, struct view text, struct grant *grant,
	struct gs_err *err)
{
	struct document d = {.kind = &kinds[kind], .text = text, .err = err};
	enum gs_code code = open_document(&d);

	if (code == GS_OK) {
		code = read_grant(&d, grant);
	}
	if (code != GS_OK) {
		wipe(grant, sizeof(*grant));
	}
	return code;
}
