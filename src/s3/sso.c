#include "s3/sso.h"

#include "base/array.h"
#include "base/json.h"
#include "base/json_text.h"
#include "base/time.h"

enum { TIME_TEXT_MAX = 64 };

#define NS_PER_S INT64_C(1000000000)

static const char cache_name[] = "the SSO cache";
static const char answer_name[] = "the answer of SSO's OIDC";

/* reading */

/* The token's texts, which are members of documents too. */
static const struct field {
	const char *member;
	size_t offset;
} fields[] = {
	{"accessToken", offsetof(struct sso_token, access_token)},
	{"refreshToken", offsetof(struct sso_token, refresh_token)},
	{"clientId", offsetof(struct sso_token, client_id)},
	{"clientSecret", offsetof(struct sso_token, client_secret)},
};

enum { ANSWERED_FIELDS = 2 }; /* of them */

static enum gs_code
parse(struct json *j, const char *what, struct view text, struct gs_err *err)
{
	struct gs_err why;

	return json_parse(j, text, &why) == GS_OK
		       ? GS_OK
		       : gs_fail(err, why.code, what, VIEW(""), why.text);
}

/* Reads those of the first fields that a document has. */
static enum gs_code
read_fields(const struct json *j, const char *what, size_t count,
	struct sso_token *token, struct gs_err *err)
{
	for (size_t i = 0; i < count; i++) {
		struct view name = view_of(fields[i].member);
		struct buf text = buf_over(
			(char *)token + fields[i].offset, SSO_TOKEN_MAX + 1);
		size_t value;

		if (!json_member(j, JSON_ROOT, name, &value)) {
			continue;
		}
		if ((!json_string(j, value, &text) && buf_ok(&text)) ||
			view_index(buf_view(&text), '\0') < text.len) {
			return gs_fail(err, GS_BAD, what, name, "no text");
		}
		buf_cstr(&text);
		if (!buf_ok(&text)) {
			return gs_fail(
				err, GS_TOOBIG, what, name, "longer than any");
		}
	}
	return token->access_token[0] ? GS_OK
				      : gs_fail(err, GS_BAD, what,
						VIEW("accessToken"), "missing");
}

static bool
read_time(const struct json *j, const char *member, int64_t *unix_s)
{
	char storage[TIME_TEXT_MAX];
	struct buf text = BUF_OVER(storage);
	size_t value;

	return json_member(j, JSON_ROOT, view_of(member), &value) &&
	       json_string(j, value, &text) &&
	       time_parse_iso8601(buf_view(&text), unix_s);
}

static enum gs_code
read_cache(struct view text, struct sso_token *token, struct gs_err *err)
{
	struct json j;

	token->registration_expires_s = GRANT_NEVER;
	if (parse(&j, cache_name, text, err) != GS_OK ||
		read_fields(&j, cache_name, ARRAY_LEN(fields), token, err) !=
			GS_OK) {
		return err->code;
	}
	/* As in Go, it need not be there or make sense. */
	(void)read_time(
		&j, "registrationExpiresAt", &token->registration_expires_s);
	return read_time(&j, "expiresAt", &token->expires_s)
		       ? GS_OK
		       : gs_fail(err, GS_BAD, cache_name, VIEW("expiresAt"),
				 "missing, or no time");
}

enum gs_code
sso_read_cache(struct view text, struct sso_token *token, struct gs_err *err)
{
	enum gs_code code;

	wipe(token, sizeof(*token));
	code = read_cache(text, token, err);
	if (code != GS_OK) {
		wipe(token, sizeof(*token));
	}
	return code;
}

static enum gs_code
read_answer(struct view document, int64_t now_s, struct sso_token *token,
	struct gs_err *err)
{
	struct json j;
	size_t value;
	int64_t lifetime_s;

	token->access_token[0] = '\0';
	if (parse(&j, answer_name, document, err) != GS_OK ||
		read_fields(&j, answer_name, ANSWERED_FIELDS, token, err) !=
			GS_OK) {
		return err->code;
	}
	return json_member(&j, JSON_ROOT, VIEW("expiresIn"), &value) &&
			       json_int64(&j, value, &lifetime_s) &&
			       lifetime_s > 0 &&
			       !__builtin_add_overflow(
				       now_s, lifetime_s, &token->expires_s)
		       ? GS_OK
		       : gs_fail(err, GS_BAD, answer_name, VIEW("expiresIn"),
				 "missing, or no number of seconds");
}

enum gs_code
sso_read_refresh(struct view document, int64_t now_s, struct sso_token *token,
	struct gs_err *err)
{
	enum gs_code code = read_answer(document, now_s, token, err);

	if (code != GS_OK) {
		wipe(token, sizeof(*token));
	}
	return code;
}

bool
sso_can_refresh(const struct sso_token *token, int64_t now_s)
{
	return token->refresh_token[0] && token->client_id[0] &&
	       token->client_secret[0] && now_s < token->registration_expires_s;
}

/* the cache's next text */

/* What takes the place of a value in the cache's text. */
struct replacement {
	struct view old;
	const char *member, *text;
};

/* The one that comes first in the text at or after a place, or NULL. */
static const struct replacement *
next_after(const struct replacement *all, size_t count, const char *place)
{
	const struct replacement *next = NULL;

	for (size_t i = 0; i < count; i++) {
		if (all[i].old.p >= place &&
			(!next || all[i].old.p < next->old.p)) {
			next = &all[i];
		}
	}
	return next;
}

static void
add_replaced(struct buf *out, struct view text, const struct replacement *all,
	size_t count)
{
	const struct replacement *r;
	const char *at = text.p, *end = text.p + text.n;

	while ((r = next_after(all, count, at))) {
		buf_add(out, (struct view){at, (size_t)(r->old.p - at)});
		json_add_text(out, view_of(r->text));
		at = r->old.p + r->old.n;
	}
	buf_add(out, (struct view){at, (size_t)(end - at)});
}

/* Times that nanoseconds cannot say become the nearest that they can. */
static const char *
format_time(int64_t unix_s, struct buf *text)
{
	int64_t last_s = INT64_MAX / NS_PER_S;

	unix_s = unix_s < last_s ? unix_s : last_s;
	unix_s = unix_s > -last_s ? unix_s : -last_s;
	time_format_rfc3339(text, unix_s * NS_PER_S);
	return buf_cstr(text);
}

enum gs_code
sso_write_cache(struct view text, const struct sso_token *token,
	struct buf *out, struct gs_err *err)
{
	char storage[TIME_TEXT_MAX];
	struct buf time = BUF_OVER(storage);
	struct replacement all[] = {
		{.member = "accessToken", .text = token->access_token},
		{.member = "expiresAt",
			.text = format_time(token->expires_s, &time)},
		{.member = "refreshToken", .text = token->refresh_token},
	};
	struct json j;

	if (parse(&j, cache_name, text, err) != GS_OK) {
		return err->code;
	}
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct view name = view_of(all[i].member);
		size_t value;

		if (!json_member(&j, JSON_ROOT, name, &value)) {
			return gs_fail(
				err, GS_BAD, cache_name, name, "missing");
		}
		all[i].old = json_written(&j, value);
	}
	add_replaced(out, text, all, ARRAY_LEN(all));
	return buf_ok(out) ? GS_OK
			   : gs_fail(err, GS_TOOBIG, cache_name, VIEW(""),
				     "longer than any");
}

/* requests */

static void
write_refresh(const void *ctx, struct buf *out)
{
	const struct sso_token *token = ctx;

	buf_str(out, "{\"clientId\":");
	json_add_text(out, view_of(token->client_id));
	buf_str(out, ",\"clientSecret\":");
	json_add_text(out, view_of(token->client_secret));
	buf_str(out, ",\"grantType\":\"refresh_token\",\"refreshToken\":");
	json_add_text(out, view_of(token->refresh_token));
	buf_char(out, '}');
}

enum gs_code
sso_refresh_request(const struct call_place *where,
	const struct sso_token *token, struct buf *out, struct gs_err *err)
{
	const struct http1_header type = {
		VIEW("Content-Type"), VIEW("application/json")};
	const struct call_body body = {token, write_refresh};
	struct call c;

	call_begin(&c, VIEW("POST"), where, VIEW("/token"));
	return http1_request_add_all(&c.request, &type, 1, err) == GS_OK
		       ? call_write(&c, &body, out, err)
		       : err->code;
}

enum gs_code
sso_keys_request(const struct call_place *where, const struct chain *chain,
	struct view access_token, struct buf *out, struct gs_err *err)
{
	const struct query_param params[] = {
		{VIEW("account_id"), view_of(chain->account)},
		{VIEW("role_name"), view_of(chain->role_name)},
	};
	const struct http1_header token = {
		VIEW("x-amz-sso_bearer_token"), access_token};
	struct call c;

	call_begin(&c, VIEW("GET"), where, VIEW("/federation/credentials"));
	call_query(&c, params, ARRAY_LEN(params));
	return http1_request_add_all(&c.request, &token, 1, err) == GS_OK
		       ? call_write(&c, NULL, out, err)
		       : err->code;
}
