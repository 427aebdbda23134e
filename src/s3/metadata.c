#include "s3/metadata.h"

#include "base/array.h"
#include "base/ascii.h"
#include "s3/http1_syntax.h"
#include "s3/keydoc.h"
#include "s3/refusal.h"

#include <assert.h>
#include <string.h>

#define TOKEN_PATH "/latest/api/token"
#define ROLES_PATH "/latest/meta-data/iam/security-credentials/"

static const char service_name[] = "the instance's metadata";

enum { FAILURES_MAX = 2 };

void
metadata_init(struct metadata *m, bool without_v1)
{
	memset(m, 0, sizeof(*m));
	m->step = METADATA_TOKEN;
	m->without_v1 = without_v1;
}

void
metadata_release(struct metadata *m)
{
	wipe(m, sizeof(*m));
	m->step = METADATA_FAILED;
}

/* the requests */

static void
write_nothing(const void *ctx, struct buf *out)
{
	(void)ctx;
	(void)out;
}

static enum gs_code
write_token_request(
	const struct call_place *where, struct buf *out, struct gs_err *err)
{
	const struct http1_header lifetime = {
		VIEW("x-aws-ec2-metadata-token-ttl-seconds"), VIEW("21600")};
	static const struct call_body empty = {NULL, write_nothing};
	struct call c;

	call_begin(&c, VIEW("PUT"), where, VIEW(TOKEN_PATH));
	return http1_request_add_all(&c.request, &lifetime, 1, err) == GS_OK
		       ? call_write(&c, &empty, out, err)
		       : err->code;
}

static enum gs_code
write_get(const struct metadata *m, const struct call_place *where,
	struct buf *out, struct gs_err *err)
{
	const struct http1_header token = {
		VIEW("x-aws-ec2-metadata-token"), view_of(m->token)};
	char storage[sizeof(ROLES_PATH) + METADATA_NAME_MAX];
	struct buf path = BUF_OVER(storage);
	struct call c;

	buf_str(&path, ROLES_PATH);
	buf_str(&path, m->step == METADATA_KEYS ? m->role : "");
	call_begin(&c, VIEW("GET"), where, buf_view(&path));
	return http1_request_add_all(
		       &c.request, &token, token.value.n > 0, err) == GS_OK
		       ? call_write(&c, NULL, out, err)
		       : err->code;
}

enum gs_code
metadata_head(const struct metadata *m, const struct url *service,
	struct buf *out, struct gs_err *err)
{
	struct url root = *service;
	const struct call_place where = {&root, NULL};

	root.path = VIEW("");
	return m->step == METADATA_TOKEN ? write_token_request(&where, out, err)
					 : write_get(m, &where, out, err);
}

/* the answers */

/* One of them. */
struct answer {
	unsigned status; /* 0: none */
	struct view body;
	const struct gs_err *trouble;
};

static void
fail(struct metadata *m, enum gs_code code, const char *why)
{
	(void)gs_fail(&m->err, code, service_name, VIEW(""), why);
	m->step = METADATA_FAILED;
}

/* Fails for what the answer says. */
static void
fail_with(struct metadata *m, const struct answer *a)
{
	if (a->status == 0) {
		m->err = *a->trouble;
	} else {
		(void)refusal_judge(service_name, a->status, a->body, &m->err);
	}
	m->step = METADATA_FAILED;
}

/* Where the token is for: a second one comes in the middle. */
static enum metadata_step
step_after_token(const struct metadata *m)
{
	return m->role[0] ? METADATA_KEYS : METADATA_ROLE;
}

static void
take_token(struct metadata *m, const struct answer *a)
{
	struct buf token = BUF_OVER(m->token);

	if (a->status != 200) {
		if (m->without_v1 || a->status == 400) {
			fail_with(m, a);
		} else {
			m->step = step_after_token(m);
		}
		return;
	}
	buf_add(&token, view_trim(a->body));
	if (!http1_is_visible(buf_view(&token)) || !buf_cstr(&token)[0]) {
		m->token[0] = '\0';
		fail(m, GS_BAD, "what it sent is no token");
		return;
	}
	m->step = step_after_token(m);
}

/* IAM, API_CreateRole: [\w+=,.@-]+ */
static bool
is_role_name(struct view name)
{
	struct view others = VIEW("_+=,.@-");

	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!ascii_is_letter(c) && !ascii_is_digit(c) &&
			view_index(others, c) == others.n) {
			return false;
		}
	}
	return name.n <= METADATA_NAME_MAX;
}

static void
take_role(struct metadata *m, const struct answer *a)
{
	struct buf role = BUF_OVER(m->role);
	struct view name, others;

	if (a->status != 200 && a->status != 404) {
		fail_with(m, a);
		return;
	}
	view_cut(a->body, '\n', &name, &others);
	name = view_trim(name);
	if (a->status == 404 || name.n == 0) {
		fail(m, GS_CONFIG,
			"no role is attached to this instance: attach one, or "
			"set other credentials");
	} else if (!is_role_name(name)) {
		fail(m, GS_BAD, "what it sent is no role's name");
	} else {
		buf_add(&role, name);
		buf_cstr(&role);
		m->step = METADATA_KEYS;
	}
}

static void
take_keys(struct metadata *m, const struct answer *a)
{
	if (a->status != 200) {
		fail_with(m, a);
	} else if (keydoc_read(KEYDOC_INSTANCE, a->body, &m->grant, &m->err) ==
		   GS_OK) {
		m->step = METADATA_DONE;
	} else {
		m->step = METADATA_FAILED;
	}
}

/* True if the same request may do better next time. */
static bool
is_passing(const struct metadata *m, unsigned status)
{
	return (status >= 500 || status == 429) && m->failures < FAILURES_MAX;
}

void
metadata_take(struct metadata *m, unsigned status, struct view body,
	const struct gs_err *trouble)
{
	static void (*const take[])(
		struct metadata * m, const struct answer *a) = {
		[METADATA_TOKEN] = take_token,
		[METADATA_ROLE] = take_role,
		[METADATA_KEYS] = take_keys,
	};
	const struct answer a = {status, body, trouble};

	assert(m->step < METADATA_DONE);
	if (is_passing(m, status)) {
		m->failures++;
	} else if (status == 401 && m->step != METADATA_TOKEN &&
		   !m->asked_again) {
		m->asked_again = true;
		m->token[0] = '\0';
		m->step = METADATA_TOKEN;
	} else {
		take[m->step](m, &a);
	}
}
