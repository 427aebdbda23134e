/* A role's ARN, session, external id and a web identity's token, with NULs
 * between them: whatever they hold, a request is one head and one form, as long
 * as it says. */
#include "s3/sts.h"

#include "fuzz.h"

static void
copy(char *to, size_t max, struct view text)
{
	size_t n = text.n < max ? text.n : max;

	memcpy(to, text.p, n);
	to[n] = '\0';
}

static void
check_request(struct view request)
{
	struct view name = VIEW("\r\nContent-Length: "), head, digits, rest;
	size_t end = view_find(request, VIEW("\r\n\r\n"));
	unsigned long long length;

	head = (struct view){request.p, end};
	request = view_skip(request, end + 4);
	head = view_skip(head, view_find(head, name) + name.n);
	view_cut(head, '\r', &digits, &rest);
	check(view_uint(digits, STS_BODY_MAX, &length));
	check(length == request.n);
	for (size_t i = 0; i < request.n; i++) {
		check(request.p[i] > ' ' && request.p[i] <= '~');
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sts_scratch scratch;
	static struct chain_role role;
	static char storage[STS_REQUEST_MAX];
	static const struct url url = {
		.host = {"h", 1}, .port = 80, .path = {"", 0}};
	static const struct creds creds = {"A", "S", "T"};
	const struct sts_env env = {.where.url = &url,
		.region = VIEW("us-east-1"),
		.creds = &creds,
		.now_ns = 1767323045000000000,
		.scratch = &scratch};
	struct buf out = BUF_OVER(storage);
	struct view text, rest = {(const char *)data, size};
	struct gs_err err;

	view_cut(rest, '\0', &text, &rest);
	copy(role.arn, ROLE_ARN_MAX, text);
	view_cut(rest, '\0', &text, &rest);
	copy(role.session_name, ROLE_SESSION_MAX, text);
	view_cut(rest, '\0', &text, &rest);
	copy(role.external_id, EXTERNAL_ID_MAX, text);
	check(sts_assume_role(&env, &role, &out, &err) == GS_OK);
	check_request(buf_view(&out));
	buf_clear(&out);
	if (sts_assume_role_with_web_identity(&env, &role, rest, &out, &err) ==
		GS_OK) {
		check_request(buf_view(&out));
	}
	return 0;
}
