#include "s3/object.h"

#include "base/array.h"
#include "base/sha256.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "signed_requests.h"
#include "vectors.h"
#include "wire.h"

static struct gs_err err;
static struct object_scratch scratch;
static struct endpoint endpoint;
static struct creds creds;

/* A request as a vector file tells it. */
struct vector {
	struct view kind, token, query, sign_bodies, time, size, key, offset;
	struct view extras, in_session, proxy;
	struct endpoint_wish wish;
};

static void
read_vector(struct view file, struct vector *v)
{
	const struct vector_field fields[] = {
		{VIEW("kind"), &v->kind},
		{VIEW("bucket"), &v->wish.bucket},
		{VIEW("prefix"), &v->wish.prefix},
		{VIEW("url"), &v->wish.url},
		{VIEW("region"), &v->wish.region},
		{VIEW("token"), &v->token},
		{VIEW("query"), &v->query},
		{VIEW("sign-bodies"), &v->sign_bodies},
		{VIEW("time"), &v->time},
		{VIEW("size"), &v->size},
		{VIEW("key"), &v->key},
		{VIEW("offset"), &v->offset},
		{VIEW("extras"), &v->extras},
		{VIEW("in-session"), &v->in_session},
		{VIEW("proxy"), &v->proxy},
	};

	*v = (struct vector){.time = VIEW("0"),
		.size = VIEW("0"),
		.offset = VIEW("0"),
		.token = VIEW("")};
	vector_read(file, fields, ARRAY_LEN(fields));
}

static struct id
test_action(void)
{
	struct id action;

	assert_true(id_parse(VIEW("0123456789abcdef0123456789abcdef"
				  "0123456789abcdef0123456789abcdef"),
		&action));
	return action;
}

static struct object_put
test_put(const struct vector *v)
{
	struct object_put put = {.action = test_action()};
	unsigned long long time = 0, size = 0;

	sha256_of(VIEW("hello"), &put.output);
	assert_true(view_uint(v->time, INT64_MAX, &time));
	assert_true(view_uint(v->size, INT64_MAX, &size));
	put.time_ns = (int64_t)time;
	put.size = size;
	return put;
}

static void
set_longest_extras(struct extras *extras)
{
	static char line[EXTRAS_BYTES_MAX] = "x-amz-custom: ";
	const struct extras_wish wish = {
		.headers = {.text = {line}, .count = 1}};

	memset(line + strlen(line), 'v',
		EXTRAS_BYTES_MAX - strlen("\r\n") - strlen(line));
	assert_int_equal(extras_resolve(&wish, extras, &err), GS_OK);
	assert_int_equal(extras->bytes, EXTRAS_BYTES_MAX);
}

/* All that there are options for, and a header of each kind by hand. */
static const struct extras *
test_extras(const struct vector *v)
{
	static const struct extras_wish wish = {
		.storage_class = "REDUCED_REDUNDANCY",
		.sse_kms_key_id = "alias/cache",
		.acl = "bucket-owner-full-control",
		.tags = "team=build&cost=a%20b",
		.bucket_owner = "111122223333",
		.request_payer = true,
		.headers = {.text = {"X-Gateway: one two\nx-amz-custom: 3"},
			.count = 1},
	};
	static struct extras extras;

	assert_int_equal(extras_resolve(&wish, &extras, &err), GS_OK);
	if (view_eq(v->extras, VIEW("longest"))) {
		set_longest_extras(&extras);
	}
	return v->extras.n > 0 ? &extras : NULL;
}

/* One that wants this authorization. */
static const struct proxy *
test_proxy(const struct vector *v)
{
	static struct proxy proxy;

	if (v->proxy.n == 0) {
		return NULL;
	}
	copy_text(proxy.authorization, v->proxy);
	return &proxy;
}

static enum gs_code
write_part_head(
	const struct object_env *env, const struct vector *v, struct buf *out)
{
	unsigned long long offset = 0, len = 0;

	assert_true(view_uint(v->offset, UINT64_MAX, &offset));
	assert_true(view_uint(v->size, UINT64_MAX, &len));

	const struct object_part part = {v->key, offset, len};

	return object_part_head(env, &part, out, &err);
}

static enum gs_code
write_file_head(
	const struct object_env *env, const struct vector *v, struct buf *out)
{
	struct object_put like = test_put(v);
	const struct object_file file = {v->key, like.size, like.output};

	return object_file_head(env, &file, out, &err);
}

static enum gs_code
write_head(const struct vector *v, struct buf *out)
{
	const struct object_env env = {
		.endpoint = &endpoint,
		.creds = &creds,
		.extras = test_extras(v),
		.now_s = SIGNED_AT_S,
		.sign_bodies = v->sign_bodies.n > 0,
		.in_session = v->in_session.n > 0,
		.proxy = test_proxy(v),
		.scratch = &scratch,
	};
	struct object_put put = test_put(v);

	if (view_eq(v->kind, VIEW("get"))) {
		return object_get_head(&env, &put.action, out, &err);
	}
	if (view_eq(v->kind, VIEW("put"))) {
		return object_put_head(&env, &put, out, &err);
	}
	if (view_eq(v->kind, VIEW("part"))) {
		return write_part_head(&env, v, out);
	}
	if (view_eq(v->kind, VIEW("file"))) {
		return write_file_head(&env, v, out);
	}
	if (view_starts(v->kind, VIEW("session"))) {
		return object_session_head(
			&env, view_ends(v->kind, VIEW("read-only")), out, &err);
	}
	return object_bucket_head(&env, v->query, out, &err);
}

static void
run_file(const char *path)
{
	static char got_text[OBJECT_HEAD_MAX];
	struct view file = sections_load(path), section;
	struct buf got = BUF_OVER(got_text);
	struct vector v;

	read_vector(file, &v);
	assert_int_equal(endpoint_resolve(&v.wish, &endpoint, &err), GS_OK);
	set_example_creds(&creds, v.token);
	assert_int_equal(write_head(&v, &got), GS_OK);
	assert_true(sections_find(file, "head", &section));
	wire_assert(path, buf_view(&got), section);
}

static void
test_vectors(void **state)
{
	assert_int_equal(sections_each("tests/vectors/object", run_file), 28);
}

/* The longest of everything at once. */
static void
test_the_longest_head_fits(void **state)
{
	static char text[OBJECT_HEAD_MAX], url[URL_MAX], name[URL_MAX];
	static char password[PROXY_AUTHORIZATION_MAX];
	struct vector v = {.kind = VIEW("put"),
		.time = VIEW("1"),
		.size = VIEW("1"),
		.extras = VIEW("longest"),
		.proxy = {password, sizeof(password)}};
	struct buf out = BUF_OVER(text);

	memset(password, 'x', sizeof(password));
	memset(name, 'x', sizeof(name));
	memset(url, 'x', sizeof(url));
	memcpy(url, "http://", 7);
	url[7 + HOST_MAX] = '/';
	v.wish = (struct endpoint_wish){.bucket = {name, BUCKET_NAME_MAX},
		.prefix = {name, KEY_PREFIX_MAX},
		.region = {name, REGION_MAX},
		.url = {url, URL_MAX}};
	memset(name, '+', KEY_PREFIX_MAX);
	v.wish.bucket.p = v.wish.region.p = name + KEY_PREFIX_MAX;
	assert_int_equal(endpoint_resolve(&v.wish, &endpoint, &err), GS_OK);
	set_longest_creds(&creds);
	assert_int_equal(write_head(&v, &out), GS_OK);

	out = buf_over(text, out.len - 1);
	assert_int_equal(write_head(&v, &out), GS_TOOBIG);
}

/* Of what is no entry: a key at its limit, and one past it. */
static void
test_long_names(void **state)
{
	static char text[OBJECT_HEAD_MAX], name[KEY_NAME_MAX + 1];
	struct vector v = {.time = VIEW("1"),
		.size = VIEW("1"),
		.offset = VIEW("0"),
		.wish = {.bucket = VIEW("buck")}};
	static const char *const kinds[] = {"part", "file"};

	memset(name, ' ', sizeof(name));
	set_example_creds(&creds, VIEW(""));
	assert_int_equal(endpoint_resolve(&v.wish, &endpoint, &err), GS_OK);
	for (size_t i = 0; i < 2; i++) {
		struct buf out = BUF_OVER(text);

		v.kind = view_of(kinds[i]);
		v.key = (struct view){name, sizeof(name)};
		assert_int_equal(write_head(&v, &out), GS_TOOBIG);
		assert_int_equal(out.len, 0);
		v.key.n--;
		assert_int_equal(write_head(&v, &out), GS_OK);
		assert_true(view_find(buf_view(&out), VIEW("%20%20 HTTP/1.1")) <
			    out.len);
	}
}

static void
test_control_bytes_in_keys_are_refused(void **state)
{
	static char text[OBJECT_HEAD_MAX];
	struct vector v = {.kind = VIEW("get"),
		.time = VIEW("1"),
		.size = VIEW("1"),
		.wish = {.bucket = VIEW("buck")}};
	struct buf out = BUF_OVER(text);

	assert_int_equal(endpoint_resolve(&v.wish, &endpoint, &err), GS_OK);
	set_example_creds(&creds, VIEW("a\r\nEvil: yes"));
	assert_int_equal(write_head(&v, &out), GS_BAD);
	set_example_creds(&creds, VIEW(""));
	copy_text(creds.access_key, VIEW("a\nb"));
	assert_int_equal(write_head(&v, &out), GS_BAD);
	assert_int_equal(out.len, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_the_longest_head_fits),
		cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_control_bytes_in_keys_are_refused),
	};

	return cmocka_run_group_tests_name("object", tests, NULL, NULL);
}
