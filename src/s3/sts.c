#include "s3/sts.h"

#include "base/array.h"
#include "base/percent.h"
#include "base/sha256.h"
#include "base/time.h"

enum {
	AMZ_DATE_LEN = 16,
	SESSION_S = 15 * 60, /* a role's keys live as long, or longer */
	NS_PER_S = 1000 * 1000 * 1000,
};

#define SESSION_PREFIX "gocache-s3-"

/* What is said in a form. */
struct form {
	const char *action;
	const struct chain_role *role;
	struct view session_name, token;
	unsigned duration_s; /* 0: as STS pleases */
};

static void
add_value(struct buf *out, const char *name, struct view value)
{
	if (value.n > 0) {
		buf_char(out, '&');
		buf_str(out, name);
		buf_char(out, '=');
		percent_encode(value, out);
	}
}

static void
write_form(const void *ctx, struct buf *out)
{
	const struct form *f = ctx;

	buf_str(out, "Action=");
	buf_str(out, f->action);
	add_value(out, "Version", VIEW("2011-06-15"));
	add_value(out, "RoleArn", view_of(f->role->arn));
	add_value(out, "RoleSessionName", f->session_name);
	if (f->duration_s > 0) {
		buf_str(out, "&DurationSeconds=");
		buf_uint(out, f->duration_s);
	}
	add_value(out, "ExternalId", view_of(f->role->external_id));
	add_value(out, "WebIdentityToken", f->token);
}

/* The role's own name for its session, or one that is made in storage. */
static struct view
session_name(const struct sts_env *env, const struct chain_role *role,
	struct buf *storage)
{
	if (role->session_name[0]) {
		return view_of(role->session_name);
	}
	buf_str(storage, SESSION_PREFIX);
	buf_uint(storage, (uint64_t)env->now_ns);
	return buf_view(storage);
}

static enum gs_code
begin(const struct sts_env *env, struct gs_err *err)
{
	const struct http1_header type = {VIEW("Content-Type"),
		VIEW("application/x-www-form-urlencoded")};

	call_begin(&env->scratch->call, VIEW("POST"), &env->where, VIEW(""));
	return http1_request_add_all(
		&env->scratch->call.request, &type, 1, err);
}

/* What is written into out to be hashed does not stay. */
static void
digest(const struct call_body *body, struct buf *out, struct buf *hex)
{
	size_t start = out->len;
	struct id hash;

	body->write(body->ctx, out);
	sha256_of(view_skip(buf_view(out), start), &hash);
	out->len = start;
	buf_hex(hex, hash.byte, ID_LEN);
}

static enum gs_code
write_signed(const struct sts_env *env, const struct call_body *body,
	struct buf *out, struct gs_err *err)
{
	char date_text[AMZ_DATE_LEN], hash_text[ID_HEX_LEN];
	struct call *c = &env->scratch->call;
	struct buf date = BUF_OVER(date_text), hash = BUF_OVER(hash_text);
	struct buf value = BUF_OVER(env->scratch->authorization);
	const struct sigv4_identity who = {view_of(env->creds->access_key),
		view_of(env->creds->secret_key), env->region, VIEW("sts")};
	struct view token = view_of(env->creds->session_token);

	time_format_amz(&date, env->now_ns / NS_PER_S);
	digest(body, out, &hash);

	const struct http1_header headers[] = {
		{VIEW("x-amz-content-sha256"), buf_view(&hash)},
		{VIEW("x-amz-date"), buf_view(&date)},
		{VIEW("x-amz-security-token"), token},
	};
	enum gs_code code = http1_request_add_all(
		&c->request, headers, ARRAY_LEN(headers) - (token.n == 0), err);

	if (code == GS_OK) {
		code = sigv4_authorization(&c->request, buf_view(&date), &who,
			env->scratch->canonical, &value, err);
	}
	if (code == GS_OK) {
		code = http1_request_add(&c->request, VIEW("Authorization"),
			buf_view(&value), err);
	}
	return code == GS_OK ? call_write(c, body, out, err) : code;
}

enum gs_code
sts_assume_role(const struct sts_env *env, const struct chain_role *role,
	struct buf *out, struct gs_err *err)
{
	char name[ROLE_SESSION_MAX];
	struct buf storage = BUF_OVER(name);
	/* As Go's: a shorter one than the shortest does not count. */
	const struct form form = {
		.action = "AssumeRole",
		.role = role,
		.session_name = session_name(env, role, &storage),
		.duration_s = role->duration_s > SESSION_S ? role->duration_s
							   : SESSION_S,
	};
	const struct call_body body = {&form, write_form};

	return begin(env, err) == GS_OK ? write_signed(env, &body, out, err)
					: err->code;
}

enum gs_code
sts_assume_role_with_web_identity(const struct sts_env *env,
	const struct chain_role *role, struct view token, struct buf *out,
	struct gs_err *err)
{
	static const char what[] = "web identity token";
	char name[ROLE_SESSION_MAX];
	struct buf storage = BUF_OVER(name);
	const struct form form = {
		.action = "AssumeRoleWithWebIdentity",
		.role = role,
		.session_name = session_name(env, role, &storage),
		.token = view_trim(token),
	};
	const struct call_body body = {&form, write_form};

	if (form.token.n == 0) {
		return gs_fail(err, GS_CONFIG, what, VIEW(""), "it is empty");
	}
	if (form.token.n > WEB_TOKEN_MAX) {
		return gs_fail(err, GS_TOOBIG, what, VIEW(""),
			"longer than STS takes");
	}
	return begin(env, err) == GS_OK
		       ? call_write(&env->scratch->call, &body, out, err)
		       : err->code;
}
