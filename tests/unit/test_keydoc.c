#include "s3/keydoc.h"

#include "base/array.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "long_members.h"
#include "vectors.h"

static struct gs_err err;
static struct grant grant;

static const char *const kind_words[] = {
	[KEYDOC_CONTAINER] = "container",
	[KEYDOC_INSTANCE] = "instance",
	[KEYDOC_COMMAND] = "command",
	[KEYDOC_SSO] = "sso",
	[KEYDOC_LOGIN] = "login",
	[KEYDOC_ROLE] = "role",
	[KEYDOC_SESSION] = "session",
};

static size_t
index_of(struct view word, const char *const words[], size_t count)
{
	size_t i = 0;

	while (i < count && !view_eq(word, view_of(words[i]))) {
		i++;
	}
	if (i == count) {
		fail_msg("%s: unknown word", vector_at);
	}
	return i;
}

/* What a failure leaves behind. */
static void
assert_failed(void)
{
	static const struct grant empty;

	assert_memory_equal(&grant, &empty, sizeof(grant));
	assert_null(strstr(err.text, "MARKED"));
}

static void
check_results(struct view section)
{
	char ends[VECTOR_END_MAX];

	const struct vector_result results[] = {
		{VIEW("access"), grant.creds.access_key},
		{VIEW("secret"), grant.creds.secret_key},
		{VIEW("token"), grant.creds.session_token},
		{VIEW("ends"), vector_end(grant.expires_s, ends)},
		{VIEW("code"), vector_code(err.code)},
		{VIEW("error"), err.text},
	};

	assert_true(section.n > 0);
	vector_assert_results(results, ARRAY_LEN(results), section);
}

static void
run_vector(const char *path)
{
	struct view file = sections_load(path), head, document, key, value;
	enum gs_code code;

	memset(&err, 0, sizeof(err));
	memset(&grant, 0x55, sizeof(grant));
	assert_true(sections_find(file, "document", &document));
	sections_find(file, "", &head);
	assert_true(sections_next(&head, &key, &value));
	code = keydoc_read(index_of(value, kind_words, ARRAY_LEN(kind_words)),
		document, &grant, &err);
	assert_int_equal(err.code, code);
	check_results(head);
	if (code != GS_OK) {
		assert_failed();
	}
}

static void
documents_are_read_or_refused(void **state)
{
	assert_int_equal(sections_each("tests/vectors/keydoc", run_vector), 51);
}

/* A command's document with a member of n bytes. */
static struct view
command_with(const char *member, size_t n)
{
	static char storage[2 * KEYDOC_MAX];
	struct buf out = BUF_OVER(storage);
	static const char *const members[] = {
		"AccessKeyId", "SecretAccessKey", "SessionToken"};

	buf_str(&out, "{\"Version\":1");
	add_members(&out, members, ARRAY_LEN(members), member, n);
	buf_char(&out, '}');
	assert_true(buf_ok(&out));
	return buf_view(&out);
}

static void
each_member_has_a_limit(void **state)
{
	static const struct {
		const char *member;
		size_t max;
	} limits[] = {
		{"AccessKeyId", ACCESS_KEY_MAX},
		{"SecretAccessKey", SECRET_KEY_MAX},
		{"SessionToken", SESSION_TOKEN_MAX},
	};

	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		assert_int_equal(
			keydoc_read(KEYDOC_COMMAND,
				command_with(limits[i].member, limits[i].max),
				&grant, &err),
			GS_OK);
		assert_int_equal(keydoc_read(KEYDOC_COMMAND,
					 command_with(limits[i].member,
						 limits[i].max + 1),
					 &grant, &err),
			GS_TOOBIG);
		assert_failed();
	}
}

/* Keys with blanks behind them, n bytes in all. */
static enum gs_code
read_padded(enum keydoc_kind kind, struct view document, size_t n)
{
	static char text[KEYDOC_MAX + 1];

	memset(text, ' ', sizeof(text));
	memcpy(text, document.p, document.n);
	return keydoc_read(kind, (struct view){text, n}, &grant, &err);
}

static void
a_document_has_a_limit(void **state)
{
	struct view xml =
		VIEW("<R><AccessKeyId>A</AccessKeyId><SecretAccessKey>S"
		     "</SecretAccessKey><SessionToken>T</SessionToken>"
		     "<Expiration>2026-01-02T03:04:05Z</Expiration></R>");

	assert_int_equal(
		read_padded(KEYDOC_COMMAND, command_with("", 1), KEYDOC_MAX),
		GS_OK);
	assert_int_equal(read_padded(KEYDOC_COMMAND, command_with("", 1),
				 KEYDOC_MAX + 1),
		GS_TOOBIG);
	assert_failed();
	assert_int_equal(read_padded(KEYDOC_ROLE, xml, KEYDOC_MAX), GS_OK);
	assert_int_equal(
		read_padded(KEYDOC_ROLE, xml, KEYDOC_MAX + 1), GS_TOOBIG);
}

static void
a_document_has_so_many_members(void **state)
{
	char storage[KEYDOC_MAX];
	struct buf out = BUF_OVER(storage);

	buf_str(&out, "{\"Version\":1,\"AccessKeyId\":\"A\"");
	for (unsigned i = 0; i < JSON_TOKENS_MAX / 2; i++) {
		buf_str(&out, ",\"m");
		buf_uint(&out, i);
		buf_str(&out, "\":0");
	}
	buf_str(&out, "}");
	assert_int_equal(
		keydoc_read(KEYDOC_COMMAND, buf_view(&out), &grant, &err),
		GS_TOOBIG);
	assert_failed();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(documents_are_read_or_refused),
		cmocka_unit_test(each_member_has_a_limit),
		cmocka_unit_test(a_document_has_a_limit),
		cmocka_unit_test(a_document_has_so_many_members),
	};

	return cmocka_run_group_tests_name("keydoc", tests, NULL, NULL);
}
