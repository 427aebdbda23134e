#include "s3/bucket.h"

#include "base/array.h"
#include "base/ascii.h"
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
	return ascii_is_letter(c) || ascii_is_digit(c);
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

/* What stands before a directory bucket's suffix; false without one. */
static bool
cut_directory_suffix(struct view *name)
{
	static const struct view suffixes[] = {{"--x-s3", 6}, {"--xa-s3", 7}};

	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
		if (view_ends(*name, suffixes[i])) {
			name->n -= suffixes[i].n;
			return true;
		}
	}
	return false;
}

struct view
bucket_zone(struct view name)
{
	struct view zone = VIEW("");
	size_t at;

	if (!cut_directory_suffix(&name)) {
		return zone;
	}
	while ((at = view_find(name, VIEW("--"))) < name.n) {
		name = view_skip(name, at + 2);
		zone = name;
	}
	return zone;
}

/* A zone is LOCATION-NUMBER: use1-az4, usw2-lax1-az1. */
static bool
is_directory_name(struct view name)
{
	struct view zone = bucket_zone(name);

	return view_index(zone, '-') < zone.n && bucket_fits_host(name, true);
}

enum gs_code
bucket_check(struct view name, struct gs_err *err)
{
	struct view rest = name;

	if (name.n > BUCKET_NAME_MAX || !is_plain_name(name)) {
		return gs_fail(err, GS_CONFIG, "bucket", name,
			"a name holds letters, digits, dots, hyphens and "
			"underscores, up to 255 of them");
	}
	if (cut_directory_suffix(&rest) && !is_directory_name(name)) {
		return gs_fail(err, GS_CONFIG, "bucket", name,
			"a directory bucket's name looks like "
			"NAME--use1-az4--x-s3, without dots and capitals");
	}
	if (view_ends(name, VIEW("--op-s3"))) {
		return gs_fail(err, GS_CONFIG, "bucket", name,
			"is of S3 on Outposts, which is not supported");
	}
	return GS_OK;
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
