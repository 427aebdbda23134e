#include "s3/bucket.h"

#include "s3/url.h"

enum { LABEL_MIN = 3, LABEL_MAX = 63 };

static bool
is_lower_or_digit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool
is_alnum(char c)
{
	return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z');
}

static bool
is_plain_name(struct view name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!is_alnum(c) && c != '.' && c != '-' && c != '_') {
			return false;
		}
	}
	return name.n > 0 && is_alnum(name.p[0]) &&
	       is_alnum(name.p[name.n - 1]);
}

enum gs_code
bucket_check(struct view name, struct gs_err *err)
{
	if (view_starts(name, VIEW("arn:"))) {
		return gs_fail(err, GS_CONFIG, "bucket", name,
			"is an ARN, which this version cannot use; give the "
			"bucket's name or the access point's alias");
	}
	if (view_ends(name, VIEW("--x-s3")) ||
		view_ends(name, VIEW("--xa-s3"))) {
		return gs_fail(err, GS_CONFIG, "bucket", name,
			"is a directory bucket (S3 Express), which this "
			"version cannot use; give a general purpose bucket");
	}
	if (name.n > BUCKET_NAME_MAX || !is_plain_name(name)) {
		return gs_fail(err, GS_CONFIG, "bucket", name,
			"a name holds letters, digits, dots, hyphens and "
			"underscores, up to 255 of them");
	}
	return GS_OK;
}

static bool
label_fits_host(struct view label)
{
	for (size_t i = 0; i < label.n; i++) {
		if (!is_lower_or_digit(label.p[i]) && label.p[i] != '-') {
			return false;
		}
	}
	return label.n >= LABEL_MIN && label.n <= LABEL_MAX &&
	       label.p[0] != '-' && label.p[label.n - 1] != '-';
}

bool
bucket_fits_host(struct view name, bool tls)
{
	struct view label;
	bool more = true;

	if (url_is_ipv4(name) || (tls && view_index(name, '.') < name.n)) {
		return false;
	}
	while (more) {
		more = view_cut(name, '.', &label, &name);
		if (!label_fits_host(label)) {
			return false;
		}
	}
	return true;
}

static bool
has_control_byte(struct view text)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c < 0x20 || c == 0x7f) {
			return true;
		}
	}
	return false;
}

static bool
has_odd_part(struct view prefix)
{
	struct view part;
	bool more = prefix.n > 0;

	while (more) {
		more = view_cut(prefix, '/', &part, &prefix);
		if (part.n == 0 || view_eq(part, VIEW(".")) ||
			view_eq(part, VIEW(".."))) {
			return true;
		}
	}
	return false;
}

enum gs_code
bucket_check_prefix(struct view *prefix, struct gs_err *err)
{
	struct view inner = *prefix;

	while (view_starts(inner, VIEW("/"))) {
		inner = view_skip(inner, 1);
	}
	while (view_ends(inner, VIEW("/"))) {
		inner.n--;
	}
	if (inner.n > KEY_PREFIX_MAX) {
		return gs_fail(err, GS_CONFIG, "prefix", inner,
			"longer than 512 bytes");
	}
	if (has_control_byte(inner)) {
		return gs_fail(err, GS_CONFIG, "prefix", inner,
			"holds a control character");
	}
	if (has_odd_part(inner)) {
		return gs_fail(err, GS_CONFIG, "prefix", inner,
			"holds an empty part, `.` or `..`, which many stores "
			"refuse");
	}
	*prefix = inner;
	return GS_OK;
}
