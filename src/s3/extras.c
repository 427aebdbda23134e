#include "s3/extras.h"

#include "base/array.h"
#include "base/ascii.h"
#include "s3/extras_names.h"
#include "s3/http1_syntax.h"
#include "s3/tagging.h"

enum {
	WORD_MAX = 64,
	KMS_KEY_MAX = 2048, /* KMS's own limit */
	ACCOUNT_LEN = 12,
	FRAME_BYTES = sizeof(": \r\n") - 1, /* of a header's line */
	EVERY = EXTRAS_READ | EXTRAS_WRITE | EXTRAS_LIST,
};

/* what is wrong with a value: NULL if nothing is */

static bool
is_word(struct view value)
{
	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];

		if (!ascii_is_letter(c) && !ascii_is_digit(c) && c != '_' &&
			c != '-') {
			return false;
		}
	}
	return value.n <= WORD_MAX;
}

/* words: with a space between. */
static bool
is_among(struct view value, struct view words)
{
	struct view word;

	while (words.n > 0) {
		view_cut(words, ' ', &word, &words);
		if (view_eq(value, word)) {
			return true;
		}
	}
	return false;
}

/* Stores have classes of their own. */
static const char *
storage_class_fault(struct view value)
{
	if (is_among(value, VIEW("GLACIER DEEP_ARCHIVE"))) {
		return "nothing can be read at once from an archive";
	}
	return is_word(value) ? NULL : "must be a word such as STANDARD_IA";
}

static const char *
sse_fault(struct view value)
{
	return is_among(value, VIEW("AES256 aws:kms aws:kms:dsse"))
		       ? NULL
		       : "must be AES256, aws:kms or aws:kms:dsse";
}

static const char *
kms_key_fault(struct view value)
{
	return value.n <= KMS_KEY_MAX && http1_is_visible(value)
		       ? NULL
		       : "must be the id, the ARN or an alias of a key";
}

/* The last is Google's. */
static const char *
acl_fault(struct view value)
{
	struct view known = VIEW(
		"private public-read public-read-write authenticated-read "
		"aws-exec-read bucket-owner-read bucket-owner-full-control "
		"project-private");

	return is_among(value, known) ? NULL
				      : "must be a canned ACL such as "
					"bucket-owner-full-control";
}

static const char *
account_fault(struct view value)
{
	bool good = value.n == ACCOUNT_LEN;

	for (size_t i = 0; i < value.n; i++) {
		good = good && ascii_is_digit(value.p[i]);
	}
	return good ? NULL : "must be the 12 digits of an account";
}

static const char *
no_fault(struct view value)
{
	(void)value;
	return NULL;
}

/* options */

#define LEAVE_OUT(option)                                                      \
	"the store does not do what " option " asks for: leave it out"

enum { KMS_KEY, SSE, STORAGE_CLASS, ACL, TAGS, PAYER, OWNER };

/* A name that begins with another's stands before it. */
static const struct setting {
	const char *option, *header;
	unsigned char kinds;
	const char *(*fault)(struct view value);
	const char *advice;
} settings[] = {
	[KMS_KEY] = {"-sse-kms-key-id",
		"x-amz-server-side-encryption-aws-kms-key-id",
		EXTRAS_WRITE | EXTRAS_SESSION, kms_key_fault,
		LEAVE_OUT("-sse-kms-key-id")},
	[SSE] = {"-sse", "x-amz-server-side-encryption",
		EXTRAS_WRITE | EXTRAS_SESSION, sse_fault, LEAVE_OUT("-sse")},
	[STORAGE_CLASS] = {"-storage-class", "x-amz-storage-class",
		EXTRAS_WRITE, storage_class_fault, LEAVE_OUT("-storage-class")},
	[ACL] = {"-acl", "x-amz-acl", EXTRAS_WRITE, acl_fault,
		LEAVE_OUT("-acl")},
	[TAGS] = {"-tags", "x-amz-tagging", EXTRAS_WRITE, tagging_fault,
		LEAVE_OUT("-tags")},
	[PAYER] = {"-request-payer", "x-amz-request-payer", EVERY, no_fault,
		LEAVE_OUT("-request-payer")},
	[OWNER] = {"-expected-bucket-owner", "x-amz-expected-bucket-owner",
		EVERY, account_fault, LEAVE_OUT("-expected-bucket-owner")},
};

static enum gs_code
add(struct extras *x, const char *option, struct http1_header header,
	unsigned kinds, struct gs_err *err)
{
	size_t bytes = header.name.n + header.value.n + FRAME_BYTES;

	if (bytes > EXTRAS_BYTES_MAX - x->bytes) {
		return gs_fail(err, GS_TOOBIG, option, VIEW(""),
			"there is no room in a request for so much");
	}
	x->bytes += bytes;
	x->header[x->count] = header;
	x->kinds[x->count++] = (unsigned char)kinds;
	return GS_OK;
}

static enum gs_code
add_setting(struct extras *x, const struct setting *setting, struct view value,
	struct gs_err *err)
{
	struct http1_header header = {view_of(setting->header), value};
	const char *fault = value.n > 0 ? setting->fault(value) : NULL;

	if (fault) {
		return gs_fail(err, GS_CONFIG, setting->option, value, fault);
	}
	return value.n > 0
		       ? add(x, setting->option, header, setting->kinds, err)
		       : GS_OK;
}

static enum gs_code
add_settings(
	struct extras *x, const struct extras_wish *wish, struct gs_err *err)
{
	bool keyed = view_of(wish->sse_kms_key_id).n > 0;
	bool implied = keyed && view_of(wish->sse).n == 0;
	const char *const values[] = {
		[KMS_KEY] = wish->sse_kms_key_id,
		[SSE] = implied ? "aws:kms" : wish->sse,
		[STORAGE_CLASS] = wish->storage_class,
		[ACL] = wish->acl,
		[TAGS] = wish->tags,
		[PAYER] = wish->request_payer ? "requester" : "",
		[OWNER] = wish->bucket_owner,
	};

	for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
		if (add_setting(x, &settings[i], view_of(values[i]), err) !=
			GS_OK) {
			return err->code;
		}
	}
	if (keyed && view_eq(view_of(values[SSE]), VIEW("AES256"))) {
		return gs_fail(err, GS_CONFIG, "-sse-kms-key-id", VIEW(""),
			"goes with aws:kms, not with -sse AES256");
	}
	return GS_OK;
}

/* headers by hand */

/* Some stores do not collapse blanks as signatures have it. */
static bool
is_plain(struct view value)
{
	for (size_t i = 0; i < value.n; i++) {
		char c = value.p[i];

		if (c > 0x7e || c < ' ' ||
			(c == ' ' && value.p[i + 1] == ' ')) {
			return false;
		}
	}
	return value.n > 0;
}

static const char *
header_fault(const struct extras *x, const struct http1_header *h)
{
	for (size_t i = 0; i < x->count; i++) {
		if (view_eq_nocase(x->header[i].name, h->name)) {
			return "it is given twice";
		}
	}
	if (!is_plain(h->value)) {
		return "its value must be ASCII, without two spaces in a row";
	}
	return extras_name_fault(h->name);
}

static enum gs_code
add_line(struct extras *x, struct view line, struct gs_err *err)
{
	struct http1_header header;
	const char *fault;

	if (!view_cut(line, ':', &header.name, &header.value) ||
		!http1_is_token(header.name)) {
		return gs_fail(err, GS_CONFIG, "-header", VIEW(""),
			"must be `Name: value`");
	}
	header.value = view_trim(header.value);
	fault = header_fault(x, &header);
	if (fault) {
		return gs_fail(err, GS_CONFIG, "-header", header.name, fault);
	}
	if (x->count == EXTRAS_MAX) {
		return gs_fail(err, GS_TOOBIG, "-header", header.name,
			"there are too many of them");
	}
	return add(x, "-header", header, EVERY | EXTRAS_SESSION, err);
}

static enum gs_code
add_lines(struct extras *x, struct view lines, struct gs_err *err)
{
	while (lines.n > 0) {
		struct view line;

		view_cut(lines, '\n', &line, &lines);
		line = view_trim(line);
		if (line.n > 0 && add_line(x, line, err) != GS_OK) {
			return err->code;
		}
	}
	return GS_OK;
}

enum gs_code
extras_resolve(const struct extras_wish *wish, struct extras *extras,
	struct gs_err *err)
{
	struct extras x = {.count = 0};

	if (add_settings(&x, wish, err) != GS_OK) {
		return err->code;
	}
	for (size_t i = 0; i < wish->headers.count; i++) {
		if (add_lines(&x, view_of(wish->headers.text[i]), err) !=
			GS_OK) {
			return err->code;
		}
	}
	*extras = x;
	return GS_OK;
}

enum gs_code
extras_add(const struct extras *extras, enum extras_kind kind,
	struct http1_request *request, struct gs_err *err)
{
	for (size_t i = 0; i < extras->count; i++) {
		const struct http1_header *h = &extras->header[i];

		if ((extras->kinds[i] & kind) != 0 &&
			http1_request_add(request, h->name, h->value, err) !=
				GS_OK) {
			return err->code;
		}
	}
	return GS_OK;
}

const char *
extras_advice(struct view body)
{
	for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
		if (view_find(body, view_of(settings[i].header)) < body.n) {
			return settings[i].advice;
		}
	}
	return NULL;
}
