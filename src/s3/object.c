#include "s3/object.h"

#include "base/array.h"
#include "base/time.h"

#define CONTENT_TYPE                                                           \
	{                                                                      \
		VIEW("Content-Type"), VIEW("application/octet-stream")         \
	}

enum {
	AMZ_DATE_MAX = 16,
	RFC3339_MAX = 35,
	RANGE_MAX = sizeof("bytes=-") + 2 * 20, /* two numbers of 64 bits */
};

/* The headers that every request carries. */
static enum gs_code
add_common_headers(const struct object_env *env, struct view payload_hash,
	struct view amz_date, struct gs_err *err)
{
	struct view token = view_of(env->creds->session_token);
	struct view token_name = env->in_session ? VIEW("x-amz-s3session-token")
						 : VIEW("x-amz-security-token");
	const struct http1_header headers[] = {
		{VIEW("Accept-Encoding"), VIEW("identity")},
		{VIEW("User-Agent"), VIEW(HTTP1_USER_AGENT)},
		{VIEW("x-amz-content-sha256"), payload_hash},
		{VIEW("x-amz-date"), amz_date},
		{token_name, token},
	};

	return http1_request_add_all(&env->scratch->request, headers,
		ARRAY_LEN(headers) - (token.n == 0), err);
}

static enum gs_code
add_authorization(
	const struct object_env *env, struct view amz_date, struct gs_err *err)
{
	struct object_scratch *scratch = env->scratch;
	struct buf value = BUF_OVER(scratch->authorization);
	const struct sigv4_identity who = {
		view_of(env->creds->access_key),
		view_of(env->creds->secret_key),
		view_of(env->endpoint->region),
		view_of(env->endpoint->service),
	};
	enum gs_code code = sigv4_authorization(&scratch->request, amz_date,
		&who, scratch->canonical, &value, err);

	return code == GS_OK
		       ? http1_request_add(&scratch->request,
				 VIEW("Authorization"), buf_view(&value), err)
		       : code;
}

static enum gs_code
add_extras(
	const struct object_env *env, enum extras_kind kind, struct gs_err *err)
{
	return env->extras ? extras_add(env->extras, kind,
				     &env->scratch->request, err)
			   : GS_OK;
}

/* Completes the request, which has all but the common headers, and writes it. */
static enum gs_code
write_signed(const struct object_env *env, enum extras_kind kind,
	struct view payload_hash, struct buf *out, struct gs_err *err)
{
	char text[AMZ_DATE_MAX];
	struct buf date = BUF_OVER(text);
	enum gs_code code;

	time_format_amz(&date, env->now_s);
	code = add_common_headers(env, payload_hash, buf_view(&date), err);
	if (code == GS_OK) {
		code = add_extras(env, kind, err);
	}
	if (code == GS_OK) {
		code = add_authorization(env, buf_view(&date), err);
	}
	if (code == GS_OK) {
		code = proxy_address(env->proxy, &env->scratch->request, err);
	}
	return code == GS_OK
		       ? http1_request_write(&env->scratch->request, out, err)
		       : code;
}

static void
begin(const struct object_env *env, struct view method, const struct buf *path)
{
	env->scratch->request = (struct http1_request){.method = method,
		.path = buf_view(path),
		.host = view_of(env->endpoint->host_header)};
}

enum gs_code
object_get_head(const struct object_env *env, const struct id *action,
	struct buf *out, struct gs_err *err)
{
	struct buf path = BUF_OVER(env->scratch->path);

	endpoint_object_path(env->endpoint, action, &path);
	begin(env, VIEW("GET"), &path);
	return write_signed(env, EXTRAS_READ, SIGV4_EMPTY_SHA256, out, err);
}

enum gs_code
object_bucket_head(const struct object_env *env, struct view query,
	struct buf *out, struct gs_err *err)
{
	struct buf path = BUF_OVER(env->scratch->path);

	endpoint_bucket_path(env->endpoint, &path);
	begin(env, VIEW("GET"), &path);
	env->scratch->request.query = query;
	return write_signed(env, EXTRAS_LIST, SIGV4_EMPTY_SHA256, out, err);
}

enum gs_code
object_session_head(const struct object_env *env, bool read_only,
	struct buf *out, struct gs_err *err)
{
	struct buf path = BUF_OVER(env->scratch->path);
	const struct http1_header mode = {VIEW("x-amz-create-session-mode"),
		read_only ? VIEW("ReadOnly") : VIEW("ReadWrite")};

	endpoint_bucket_path(env->endpoint, &path);
	begin(env, VIEW("GET"), &path);
	env->scratch->request.query = VIEW("session=");
	if (http1_request_add_all(&env->scratch->request, &mode, 1, err) !=
		GS_OK) {
		return err->code;
	}
	return write_signed(env, EXTRAS_SESSION, SIGV4_EMPTY_SHA256, out, err);
}

static void
begin_put(const struct object_env *env, const struct buf *path, uint64_t size)
{
	begin(env, VIEW("PUT"), path);
	env->scratch->request.has_body = true;
	env->scratch->request.content_length = size;
}

static enum gs_code
write_signed_put(const struct object_env *env, struct view digest,
	struct buf *out, struct gs_err *err)
{
	bool sign_body = env->sign_bodies || !env->endpoint->tls;

	return write_signed(env, EXTRAS_WRITE,
		sign_body ? digest : SIGV4_UNSIGNED_PAYLOAD, out, err);
}

/* The metadata of an entry as text. */
struct metadata {
	char output_text[ID_HEX_LEN], action_text[ID_HEX_LEN];
	char time_text[RFC3339_MAX];
	struct view output, action, time;
};

static void
format_metadata(const struct object_put *put, struct metadata *m)
{
	struct buf output = BUF_OVER(m->output_text);
	struct buf action = BUF_OVER(m->action_text);
	struct buf time = BUF_OVER(m->time_text);

	buf_hex(&output, put->output.byte, ID_LEN);
	buf_hex(&action, put->action.byte, ID_LEN);
	time_format_rfc3339(&time, put->time_ns);
	m->output = buf_view(&output);
	m->action = buf_view(&action);
	m->time = buf_view(&time);
}

static enum gs_code
add_metadata(const struct object_env *env, const struct metadata *m,
	struct gs_err *err)
{
	const struct http1_header headers[] = {
		CONTENT_TYPE,
		{VIEW("x-amz-meta-outputid"), m->output},
		{VIEW("x-amz-meta-time"), m->time},
		{VIEW("x-amz-meta-actionid"), m->action},
	};

	return http1_request_add_all(
		&env->scratch->request, headers, ARRAY_LEN(headers), err);
}

enum gs_code
object_put_head(const struct object_env *env, const struct object_put *put,
	struct buf *out, struct gs_err *err)
{
	struct buf path = BUF_OVER(env->scratch->path);
	struct metadata m;

	endpoint_object_path(env->endpoint, &put->action, &path);
	begin_put(env, &path, put->size);
	format_metadata(put, &m);
	enum gs_code code = add_metadata(env, &m, err);

	return code == GS_OK ? write_signed_put(env, m.output, out, err) : code;
}

/* The path of an object that is no entry. */
static enum gs_code
write_key_path(const struct object_env *env, struct view key, struct buf *path,
	struct gs_err *err)
{
	if (key.n > KEY_NAME_MAX) {
		return gs_fail(err, GS_TOOBIG, "cannot ask for the key", key,
			"it is too long");
	}
	endpoint_key_path(env->endpoint, key, path);
	return GS_OK;
}

/* RFC 9110, 14.2 */
static enum gs_code
add_range(const struct object_env *env, const struct object_part *part,
	struct buf *text, struct gs_err *err)
{
	buf_str(text, "bytes=");
	buf_uint(text, part->offset);
	buf_char(text, '-');
	buf_uint(text, part->offset + part->len - 1);

	const struct http1_header range = {VIEW("Range"), buf_view(text)};

	return http1_request_add_all(&env->scratch->request, &range, 1, err);
}

enum gs_code
object_part_head(const struct object_env *env, const struct object_part *part,
	struct buf *out, struct gs_err *err)
{
	struct buf path = BUF_OVER(env->scratch->path);
	char text[RANGE_MAX];
	struct buf range = BUF_OVER(text);

	if (write_key_path(env, part->key, &path, err) != GS_OK) {
		return err->code;
	}
	begin(env, VIEW("GET"), &path);
	if (part->len > 0 && add_range(env, part, &range, err) != GS_OK) {
		return err->code;
	}
	return write_signed(env, EXTRAS_READ, SIGV4_EMPTY_SHA256, out, err);
}

enum gs_code
object_file_head(const struct object_env *env, const struct object_file *file,
	struct buf *out, struct gs_err *err)
{
	struct buf path = BUF_OVER(env->scratch->path);
	const struct http1_header type = CONTENT_TYPE;
	char text[ID_HEX_LEN];
	struct buf digest = BUF_OVER(text);

	if (write_key_path(env, file->key, &path, err) != GS_OK) {
		return err->code;
	}
	begin_put(env, &path, file->size);
	if (http1_request_add_all(&env->scratch->request, &type, 1, err) !=
		GS_OK) {
		return err->code;
	}
	buf_hex(&digest, file->digest.byte, ID_LEN);
	return write_signed_put(env, buf_view(&digest), out, err);
}

enum gs_code
object_delete_head(const struct object_env *env, struct view key,
	struct buf *out, struct gs_err *err)
{
	struct buf path = BUF_OVER(env->scratch->path);

	if (write_key_path(env, key, &path, err) != GS_OK) {
		return err->code;
	}
	begin(env, VIEW("DELETE"), &path);
	return write_signed(env, EXTRAS_READ, SIGV4_EMPTY_SHA256, out, err);
}
