/* Answers to the request for a session. What is accepted is safe to send: the
 * head of a request in the session holds its own lines and no others. */
#include "s3/express.h"

#include "fuzz.h"
#include "s3/object.h"

static struct grant grant;
static struct object_scratch scratch;
static char head[OBJECT_HEAD_MAX];

static void
check_wiped(void)
{
	const char *bytes = (const char *)&grant;

	for (size_t i = 0; i < sizeof(grant); i++) {
		check(bytes[i] == '\0');
	}
}

static void
check_head(const struct endpoint *e)
{
	const struct object_env with = {.endpoint = e,
		.creds = &grant.creds,
		.in_session = true,
		.scratch = &scratch};
	const struct id action = {{0}};
	struct buf out = BUF_OVER(head);
	struct gs_err err;

	check(object_get_head(&with, &action, &out, &err) == GS_OK);
	check(count_lines(buf_view(&out)) == 9);
	check(view_find(buf_view(&out), VIEW("\r\nx-amz-s3session-token: ")) <
		out.len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct endpoint_wish wish = {.bucket = VIEW("b--use1-az4--x-s3"),
		.region = VIEW("us-east-1")};
	struct view document = {(const char *)data, size};
	struct endpoint endpoint;
	struct gs_err err;

	check(endpoint_resolve(&wish, &endpoint, &err) == GS_OK);
	if (express_read(document, &grant, &err) != GS_OK) {
		check_wiped();
		return 0;
	}
	check(grant.expires_s < GRANT_NEVER);
	check_head(&endpoint);
	return 0;
}
