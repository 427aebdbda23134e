#include "s3/metadata.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "vectors.h"
#include "wire.h"

static struct gs_err err;
static struct metadata m;

static const struct url service = {.host = {"169.254.169.254", 15},
	.is_ip = true,
	.port = 80,
	.path = {"", 0}};

static struct view
request(char *storage, size_t cap)
{
	struct buf out = buf_over(storage, cap);

	assert_int_equal(metadata_head(&m, &service, &out, &err), GS_OK);
	return buf_view(&out);
}

/* METHOD PATH [TOKEN] of the request that is next. */
static void
assert_asks(struct view want)
{
	char storage[METADATA_HEAD_MAX], text[2048];
	struct view head = request(storage, sizeof(storage)), line, token;
	struct view name = VIEW("x-aws-ec2-metadata-token: ");
	struct buf got = BUF_OVER(text);

	view_cut(head, '\r', &line, &head);
	line.n -= sizeof(" HTTP/1.1") - 1;
	buf_add(&got, line);
	token = view_skip(head, view_find(head, name));
	if (token.n > 0) {
		view_cut(view_skip(token, name.n), '\r', &token, &head);
		buf_char(&got, ' ');
		buf_add(&got, token);
	}
	vector_assert(buf_cstr(&got), want);
}

/* STATUS [BODY], in which \r and \n are written as such. */
static void
take(struct view answer)
{
	static const struct gs_err silence = {
		.code = GS_TIMEOUT, .text = "no answer"};
	char storage[4096];
	struct buf body = BUF_OVER(storage);
	struct view word, part;
	unsigned long long status;

	view_cut(answer, ' ', &word, &answer);
	assert_true(view_uint(word, 999, &status));
	while (view_cut(answer, '\\', &part, &answer)) {
		buf_add(&body, part);
		buf_char(&body, answer.p[0] == 'n' ? '\n' : '\r');
		answer = view_skip(answer, 1);
	}
	buf_add(&body, part);
	metadata_take(&m, (unsigned)status, buf_view(&body),
		status == 0 ? &silence : NULL);
}

/* `done`, or CODE TEXT of the failure. */
static void
assert_ends(struct view want)
{
	char text[512];
	struct buf got = BUF_OVER(text);

	if (m.step == METADATA_DONE) {
		buf_str(&got, "done");
	} else if (m.step == METADATA_FAILED) {
		buf_str(&got, vector_code(m.err.code));
		buf_char(&got, ' ');
		buf_str(&got, m.err.text);
	}
	vector_assert(buf_cstr(&got), want);
	assert_null(strstr(m.err.text, "MARKED"));
}

static void
follow(struct view key, struct view value)
{
	if (view_eq(key, VIEW("without-v1"))) {
		metadata_init(&m, true);
	} else if (view_eq(key, VIEW("asks"))) {
		assert_asks(value);
	} else if (view_eq(key, VIEW("says"))) {
		take(value);
	} else if (view_eq(key, VIEW("ends"))) {
		assert_ends(value);
	} else {
		assert_true(view_eq(key, VIEW("access")));
		assert_true(view_eq(view_of(m.grant.creds.access_key), value));
	}
}

static void
run_vector(const char *path)
{
	struct view section, key, value;

	sections_find(sections_load(path), "", &section);
	metadata_init(&m, false);
	while (sections_next(&section, &key, &value)) {
		follow(key, value);
	}
	assert_true(m.step >= METADATA_DONE);
	metadata_release(&m);
}

static void
conversations_end_as_they_should(void **state)
{
	assert_int_equal(
		sections_each("tests/vectors/metadata", run_vector), 30);
}

static void
a_token_is_asked_for_with_its_lifetime(void **state)
{
	char storage[METADATA_HEAD_MAX];

	metadata_init(&m, false);
	wire_assert("token", request(storage, sizeof(storage)),
		VIEW("PUT /latest/api/token HTTP/1.1\n"
		     "Host: 169.254.169.254\n"
		     "x-aws-ec2-metadata-token-ttl-seconds: 21600\n"
		     "Accept-Encoding: identity\n"
		     "User-Agent: gocache-s3/VERSION\n"
		     "Content-Length: 0"));
}

static void
the_service_is_where_its_url_says(void **state)
{
	char storage[METADATA_HEAD_MAX];
	struct buf out = BUF_OVER(storage);
	struct url url;

	metadata_init(&m, false);
	take(VIEW("404"));
	assert_int_equal(url_parse(VIEW("http://[fd00:ec2::254]:81/base/"),
				 "url", &url, &err),
		GS_OK);
	assert_int_equal(metadata_head(&m, &url, &out, &err), GS_OK);
	wire_assert("base", buf_view(&out),
		VIEW("GET /latest/meta-data/iam/security-credentials/ "
		     "HTTP/1.1\n"
		     "Host: [fd00:ec2::254]:81\n"
		     "Accept-Encoding: identity\n"
		     "User-Agent: gocache-s3/VERSION"));
}

static enum metadata_step
step_after(size_t token, size_t role)
{
	static char storage[4096];

	memset(storage, 'n', sizeof(storage));
	metadata_init(&m, false);
	metadata_take(&m, 200, (struct view){storage, token}, NULL);
	if (m.step == METADATA_ROLE && role > 0) {
		metadata_take(&m, 200, (struct view){storage, role}, NULL);
	}
	return m.step;
}

static void
names_and_tokens_have_a_limit(void **state)
{
	char storage[METADATA_HEAD_MAX];

	assert_int_equal(step_after(METADATA_TOKEN_MAX, 0), METADATA_ROLE);
	assert_int_equal(
		step_after(METADATA_TOKEN_MAX + 1, 0), METADATA_FAILED);
	assert_int_equal(step_after(METADATA_TOKEN_MAX, METADATA_NAME_MAX + 1),
		METADATA_FAILED);
	assert_int_equal(step_after(METADATA_TOKEN_MAX, METADATA_NAME_MAX),
		METADATA_KEYS);
	assert_true(request(storage, sizeof(storage)).n >
		    METADATA_TOKEN_MAX + METADATA_NAME_MAX);
}

static void
nothing_stays_of_a_conversation(void **state)
{
	static const struct metadata empty = {.step = METADATA_FAILED};

	metadata_init(&m, true);
	take(VIEW("200 token"));
	take(VIEW("200 role"));
	metadata_release(&m);
	assert_memory_equal(&m, &empty, sizeof(m));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conversations_end_as_they_should),
		cmocka_unit_test(a_token_is_asked_for_with_its_lifetime),
		cmocka_unit_test(the_service_is_where_its_url_says),
		cmocka_unit_test(names_and_tokens_have_a_limit),
		cmocka_unit_test(nothing_stays_of_a_conversation),
	};

	return cmocka_run_group_tests_name("metadata", tests, NULL, NULL);
}
