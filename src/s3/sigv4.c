#include "s3/sigv4.h"

#include "base/array.h"
#include "base/ascii.h"
#include "base/sha256.h"

#include <string.h>

#define ALGORITHM "AWS4-HMAC-SHA256"
#define SCOPE_END "aws4_request"

enum { DATE_LEN = 8 }; /* of an amz date: YYYYMMDD */

/* The headers that are signed, in the order of their names. */
struct signed_set {
	struct http1_header header[HTTP1_REQUEST_HEADERS_MAX + 1];
	size_t count;
};

bool
sigv4_is_signed(struct view name)
{
	static const char *const names[] = {
		"host", "content-type", "range", "date"};
	static const char *const prefixes[] = {"x-amz-", "if-"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (view_eq_nocase(name, view_of(names[i]))) {
			return true;
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		struct view prefix = view_of(prefixes[i]), head = name;

		head.n = name.n < prefix.n ? name.n : prefix.n;
		if (view_eq_nocase(head, prefix)) {
			return true;
		}
	}
	return false;
}

/* stage 1: the canonical request */

static bool
goes_before(struct view a, struct view b)
{
	for (size_t i = 0; i < a.n && i < b.n; i++) {
		unsigned char x = (unsigned char)ascii_lower(a.p[i]);
		unsigned char y = (unsigned char)ascii_lower(b.p[i]);

		if (x != y) {
			return x < y;
		}
	}
	return a.n < b.n;
}

/* Keeps headers of one name in the order of the request. */
static void
insert(struct signed_set *set, struct http1_header h)
{
	size_t at = set->count++;

	for (; at > 0 && goes_before(h.name, set->header[at - 1].name); at--) {
		set->header[at] = set->header[at - 1];
	}
	set->header[at] = h;
}

static void
collect(const struct http1_request *r, bool (*is_signed)(struct view name),
	struct signed_set *set)
{
	set->count = 0;
	insert(set, (struct http1_header){VIEW("host"), r->host});
	for (size_t i = 0; i < r->header_count; i++) {
		if (is_signed(r->headers[i].name)) {
			insert(set, r->headers[i]);
		}
	}
}

static bool
repeats_previous(const struct signed_set *set, size_t i)
{
	return i > 0 &&
	       view_eq_nocase(set->header[i].name, set->header[i - 1].name);
}

static void
add_name(struct buf *out, struct view name)
{
	for (size_t i = 0; i < name.n; i++) {
		buf_char(out, ascii_lower(name.p[i]));
	}
}

/* Runs of blanks inside count as one space. */
static void
add_value(struct buf *out, struct view value)
{
	bool after_blank = false;

	value = view_trim(value);
	for (size_t i = 0; i < value.n; i++) {
		bool blank = value.p[i] == ' ' || value.p[i] == '\t';

		if (!blank) {
			buf_char(out, value.p[i]);
		} else if (!after_blank) {
			buf_char(out, ' ');
		}
		after_blank = blank;
	}
}

/* name:value,value LF, for each name once */
static void
add_headers(struct buf *out, const struct signed_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		if (repeats_previous(set, i)) {
			buf_char(out, ',');
		} else {
			buf_str(out, i > 0 ? "\n" : "");
			add_name(out, set->header[i].name);
			buf_char(out, ':');
		}
		add_value(out, set->header[i].value);
	}
	buf_char(out, '\n');
}

static void
add_signed_names(struct buf *out, const struct signed_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		if (!repeats_previous(set, i)) {
			buf_str(out, i > 0 ? ";" : "");
			add_name(out, set->header[i].name);
		}
	}
}

static void
add_canonical_request(struct buf *out, const struct http1_request *r,
	const struct signed_set *set, struct view payload_hash)
{
	buf_add(out, r->method);
	buf_char(out, '\n');
	buf_add(out, r->path);
	buf_char(out, '\n');
	buf_add(out, r->query);
	buf_char(out, '\n');
	add_headers(out, set);
	buf_char(out, '\n');
	add_signed_names(out, set);
	buf_char(out, '\n');
	buf_add(out, payload_hash);
}

void
sigv4_canonical_request(const struct http1_request *r,
	bool (*is_signed)(struct view name), struct view payload_hash,
	struct buf *out)
{
	struct signed_set set;

	collect(r, is_signed, &set);
	add_canonical_request(out, r, &set, payload_hash);
}

/* stage 2: the string to sign */

static struct view
date_of(struct view amz_date)
{
	return (struct view){
		amz_date.p, amz_date.n < DATE_LEN ? amz_date.n : DATE_LEN};
}

static void
add_scope(
	struct buf *out, struct view amz_date, const struct sigv4_identity *who)
{
	buf_add(out, date_of(amz_date));
	buf_char(out, '/');
	buf_add(out, who->region);
	buf_char(out, '/');
	buf_add(out, who->service);
	buf_str(out, "/" SCOPE_END);
}

void
sigv4_string_to_sign(struct view amz_date, const struct sigv4_identity *who,
	struct view canonical_request, struct buf *out)
{
	struct id hash;

	sha256_of(canonical_request, &hash);
	buf_str(out, ALGORITHM "\n");
	buf_add(out, amz_date);
	buf_char(out, '\n');
	add_scope(out, amz_date, who);
	buf_char(out, '\n');
	buf_hex(out, hash.byte, ID_LEN);
}

/* stage 3: the signature */

static void
hmac_step(struct id *key, struct view text)
{
	struct id next;

	hmac_sha256(
		(struct view){(const char *)key->byte, ID_LEN}, text, &next);
	*key = next;
	wipe(&next, sizeof(next));
}

enum gs_code
sigv4_signature(struct view amz_date, const struct sigv4_identity *who,
	struct view string_to_sign, struct buf *out, struct gs_err *err)
{
	char secret[SECRET_KEY_MAX + sizeof("AWS4")];
	struct buf start = BUF_OVER(secret);
	struct id key;

	if (who->secret_key.n > SECRET_KEY_MAX) {
		return gs_fail(err, GS_TOOBIG, "secret access key", VIEW(""),
			"longer than any real one");
	}
	buf_str(&start, "AWS4");
	buf_add(&start, who->secret_key);
	hmac_sha256(buf_view(&start), date_of(amz_date), &key);
	buf_wipe(&start);
	hmac_step(&key, who->region);
	hmac_step(&key, who->service);
	hmac_step(&key, VIEW(SCOPE_END));
	hmac_step(&key, string_to_sign);
	buf_hex(out, key.byte, ID_LEN);
	wipe(&key, sizeof(key));
	return GS_OK;
}

/* all of them */

static bool
find_header(const struct http1_request *r, struct view name, struct view *value)
{
	for (size_t i = 0; i < r->header_count; i++) {
		if (view_eq_nocase(r->headers[i].name, name)) {
			*value = view_trim(r->headers[i].value);
			return true;
		}
	}
	return false;
}

static enum gs_code
add_authorization(struct buf *out, const struct signed_set *set,
	struct view amz_date, const struct sigv4_identity *who,
	struct view canonical_request, struct gs_err *err)
{
	char text[SIGV4_STRING_TO_SIGN_MAX];
	struct buf string_to_sign = BUF_OVER(text);
	enum gs_code code;

	sigv4_string_to_sign(amz_date, who, canonical_request, &string_to_sign);
	buf_str(out, ALGORITHM " Credential=");
	buf_add(out, who->access_key);
	buf_char(out, '/');
	add_scope(out, amz_date, who);
	buf_str(out, ", SignedHeaders=");
	add_signed_names(out, set);
	buf_str(out, ", Signature=");
	code = sigv4_signature(
		amz_date, who, buf_view(&string_to_sign), out, err);
	if (code == GS_OK && !(buf_ok(&string_to_sign) && buf_ok(out))) {
		return gs_fail(err, GS_TOOBIG, "signature", VIEW(""),
			"access key, region or header names are too long");
	}
	return code;
}

enum gs_code
sigv4_authorization(const struct http1_request *r, struct view amz_date,
	const struct sigv4_identity *who, char *scratch, struct buf *out,
	struct gs_err *err)
{
	struct buf canonical = buf_over(scratch, SIGV4_CANONICAL_MAX);
	struct signed_set set;
	struct view payload_hash;
	enum gs_code code;

	if (!find_header(r, VIEW("x-amz-content-sha256"), &payload_hash)) {
		return gs_fail(err, GS_BAD, "signature", VIEW(""),
			"the request has no x-amz-content-sha256");
	}
	collect(r, sigv4_is_signed, &set);
	add_canonical_request(&canonical, r, &set, payload_hash);
	if (buf_ok(&canonical)) {
		code = add_authorization(
			out, &set, amz_date, who, buf_view(&canonical), err);
	} else {
		code = gs_fail(err, GS_TOOBIG, "signature", VIEW(""),
			"the request's headers are too long");
	}
	buf_wipe(&canonical);
	return code;
}
