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

/* what is wrong with a name */

static bool
is_empty(struct view name)
{
	return name.n == 0;
}

static bool
is_url(struct view name)
{
	return view_find(name, VIEW("://")) < name.n;
}

static bool
has_slash(struct view name)
{
	return view_index(name, '/') < name.n;
}

static bool
is_too_long(struct view name)
{
	return name.n > BUCKET_NAME_MAX;
}

static bool
has_odd_byte(struct view name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!is_alnum(c) && c != '.' && c != '-' && c != '_') {
			return true;
		}
	}
	return false;
}

static bool
begins_oddly(struct view name)
{
	return !is_alnum(name.p[0]);
}

static bool
ends_oddly(struct view name)
{
	return !is_alnum(name.p[name.n - 1]);
}

/* A zone is LOCATION-NUMBER: use1-az4, usw2-lax1-az1. */
static bool
is_odd_directory(struct view name)
{
	struct view zone = bucket_zone(name), rest = name;

	return cut_directory_suffix(&rest) &&
	       (view_index(zone, '-') == zone.n ||
		       !bucket_fits_host(name, true));
}

static bool
is_of_outposts(struct view name)
{
	return view_ends(name, VIEW("--op-s3"));
}

/* The first that holds is said; each may rely on those before it. */
static const struct reason {
	bool (*holds)(struct view name);
	const char *why;
} reasons[] = {
	{is_empty, "a name is missing"},
	{is_url, "is a URL: give the bucket's name alone, and its store's URL "
		 "to -endpoint"},
	{has_slash, "holds a slash: give what is behind it to -prefix"},
	{is_too_long, "longer than 255 bytes"},
	{has_odd_byte, "holds more than letters, digits, dots, hyphens and "
		       "underscores"},
	{begins_oddly, "does not begin with a letter or a digit"},
	{ends_oddly, "does not end with a letter or a digit"},
	{is_odd_directory,
		"a directory bucket's name looks like NAME--use1-az4--x-s3, "
		"without dots and capitals"},
	{is_of_outposts, "is of S3 on Outposts, which is not supported"},
};

enum gs_code
bucket_check(struct view name, struct gs_err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
		if (reasons[i].holds(name)) {
			return gs_fail(
				err, GS_CONFIG, "bucket", name, reasons[i].why);
		}
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
