#include "base/cert.h"

#include "base/time.h"

enum tag { /* identifier bytes, X.690 8.1.2 */
	TAG_BOOLEAN = 0x01,
	TAG_INTEGER = 0x02,
	TAG_BIT_STRING = 0x03,
	TAG_OCTET_STRING = 0x04,
	TAG_OID = 0x06,
	TAG_UTC_TIME = 0x17,
	TAG_GENERAL_TIME = 0x18,
	TAG_SEQUENCE = 0x30,
	TAG_SET = 0x31,
	/* in TBSCertificate, RFC 5280 4.1 */
	TAG_VERSION = 0xa0,
	TAG_ISSUER_ID = 0x81,
	TAG_SUBJECT_ID = 0x82,
	TAG_EXTENSIONS = 0xa3,
	/* in GeneralName, RFC 5280 4.2.1.6 */
	TAG_DNS_NAME = 0x82,
	TAG_ADDRESS = 0x87,
};

/* A two-digit year under 50 is of this century, as stamps' summands. */
#define UTC_CENTURY_SPLIT 500000000000U
#define UTC_CENTURY_19 19000000000000U
#define UTC_CENTURY_20 20000000000000U

static const struct view oid_alt_names = {"\x55\x1d\x11", 3};
static const struct view oid_purposes = {"\x55\x1d\x25", 3};
static const struct view oid_any_purpose = {"\x55\x1d\x25\x00", 4};
static const struct view oid_server = {"\x2b\x06\x01\x05\x05\x07\x03\x01", 8};
static const struct view oid_common_name = {"\x55\x04\x03", 3};
static const struct view oid_organization = {"\x55\x04\x0a", 3};

/* Reads a length of X.690 8.1.3 and 10.1 (definite, in the fewest bytes) at
 * *rest; false for a malformed one or one past the end. */
static bool
take_length(struct view *rest, size_t *length)
{
	struct view r = view_skip(*rest, 1);
	size_t n = rest->n > 0 ? (unsigned char)rest->p[0] : 0x80;
	size_t digits = n >= 0x80 ? n - 0x80 : 0;

	if (n >= 0x80) {
		if (digits < 1 || digits > 3 || digits > r.n || r.p[0] == 0) {
			return false;
		}
		n = 0;
		for (size_t i = 0; i < digits; i++) {
			n = n << 8 | (unsigned char)r.p[i];
		}
		if (n < 0x80) {
			return false;
		}
		r = view_skip(r, digits);
	}
	if (n > r.n) {
		return false;
	}
	*rest = r;
	*length = n;
	return true;
}

/* Takes one element off *rest. No tag over 30 occurs in a certificate. */
static bool
take(struct view *rest, unsigned *tag, struct view *body)
{
	struct view r = view_skip(*rest, 1);
	size_t length;

	if (rest->n == 0 || (rest->p[0] & 0x1f) == 0x1f ||
		!take_length(&r, &length)) {
		return false;
	}
	*tag = (unsigned char)rest->p[0];
	*body = (struct view){r.p, length};
	*rest = view_skip(r, length);
	return true;
}

static bool
expect(struct view *rest, enum tag tag, struct view *body)
{
	struct view r = *rest;
	unsigned found;

	if (!take(&r, &found, body) || found != tag) {
		return false;
	}
	*rest = r;
	return true;
}

/* Skips an element that may be absent. */
static void
skip_optional(struct view *rest, enum tag tag)
{
	struct view body;

	(void)expect(rest, tag, &body);
}

/* Reads the digits of text as a number; *value is 0 if they are none. */
static bool
read_digits(struct view text, uint64_t *value)
{
	unsigned long long number = 0;
	bool ok = view_uint(text, UINT64_MAX, &number);

	*value = number;
	return ok;
}

/* Two digits of a stamp, counted from its end. */
static unsigned
stamp_part(uint64_t stamp, unsigned place)
{
	while (place-- > 0) {
		stamp /= 100;
	}
	return (unsigned)(stamp % 100);
}

static bool
is_moment(uint64_t stamp)
{
	static const struct {
		unsigned low, high;
	} range[] = {{0, 59}, {0, 59}, {0, 23}, {1, 31}, {1, 12}};

	for (unsigned i = 0; i < sizeof range / sizeof *range; i++) {
		unsigned part = stamp_part(stamp, i);

		if (part < range[i].low || part > range[i].high) {
			return false;
		}
	}
	return true;
}

/* YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ, which are a stamp's digits (RFC 5280,
 * 4.1.2.5). */
static bool
take_time(struct view *rest, uint64_t *stamp)
{
	unsigned tag;
	struct view text;
	uint64_t n;
	bool utc;

	if (!take(rest, &tag, &text) || !view_ends(text, VIEW("Z"))) {
		return false;
	}
	utc = tag == TAG_UTC_TIME;
	text.n--;
	if ((!utc && tag != TAG_GENERAL_TIME) || text.n != (utc ? 12 : 14) ||
		!read_digits(text, &n)) {
		return false;
	}
	if (utc) {
		n += n < UTC_CENTURY_SPLIT ? UTC_CENTURY_20 : UTC_CENTURY_19;
	}
	*stamp = n;
	return is_moment(n);
}

uint64_t
cert_stamp(int64_t unix_s)
{
	char text[32], digits[16];
	struct buf amz = BUF_OVER(text), stamp = BUF_OVER(digits);
	struct view day, clock;
	uint64_t value;

	time_format_amz(&amz, unix_s); /* YYYYMMDDTHHMMSSZ */
	view_cut(buf_view(&amz), 'T', &day, &clock);
	view_cut(clock, 'Z', &clock, &(struct view){0});
	buf_add(&stamp, day);
	buf_add(&stamp, clock);
	(void)read_digits(buf_view(&stamp), &value);
	return value;
}

static bool
read_validity(struct view *rest, struct cert *c)
{
	struct view validity;

	return expect(rest, TAG_SEQUENCE, &validity) &&
	       take_time(&validity, &c->not_before) &&
	       take_time(&validity, &c->not_after) && validity.n == 0;
}

/* Keeps the SEQUENCE that is an extension's value; it may come only once. */
static bool
keep(struct view *slot, struct view value)
{
	return !slot->p && expect(&value, TAG_SEQUENCE, slot) && value.n == 0;
}

static bool
read_extension(struct view ext, struct cert *c)
{
	struct view oid, value;

	if (!expect(&ext, TAG_OID, &oid)) {
		return false;
	}
	skip_optional(&ext, TAG_BOOLEAN);
	if (!expect(&ext, TAG_OCTET_STRING, &value) || ext.n > 0) {
		return false;
	}
	if (view_eq(oid, oid_alt_names)) {
		return keep(&c->alt_names, value);
	}
	return !view_eq(oid, oid_purposes) || keep(&c->purposes, value);
}

/* The end of TBSCertificate: [1], [2] and [3], all optional. */
static bool
read_extensions(struct view rest, struct cert *c)
{
	struct view wrapper, list, ext;

	skip_optional(&rest, TAG_ISSUER_ID);
	skip_optional(&rest, TAG_SUBJECT_ID);
	if (rest.n == 0) {
		return true;
	}
	if (!expect(&rest, TAG_EXTENSIONS, &wrapper) || rest.n > 0 ||
		!expect(&wrapper, TAG_SEQUENCE, &list) || wrapper.n > 0) {
		return false;
	}
	while (list.n > 0) {
		if (!expect(&list, TAG_SEQUENCE, &ext) ||
			!read_extension(ext, c)) {
			return false;
		}
	}
	return true;
}

static bool
read_tbs(struct view tbs, struct cert *c)
{
	struct view unused;

	skip_optional(&tbs, TAG_VERSION);
	return expect(&tbs, TAG_INTEGER, &unused) &&  /* serialNumber */
	       expect(&tbs, TAG_SEQUENCE, &unused) && /* signature */
	       expect(&tbs, TAG_SEQUENCE, &c->issuer) &&
	       read_validity(&tbs, c) &&
	       expect(&tbs, TAG_SEQUENCE, &c->subject) &&
	       expect(&tbs, TAG_SEQUENCE, &unused) && /* public key */
	       read_extensions(tbs, c);
}

bool
cert_read(struct view der, struct cert *cert)
{
	struct cert c = {0};
	struct view body, tbs, unused;

	if (!expect(&der, TAG_SEQUENCE, &body) || der.n > 0 ||
		!expect(&body, TAG_SEQUENCE, &tbs) ||
		!expect(&body, TAG_SEQUENCE, &unused) ||
		!expect(&body, TAG_BIT_STRING, &unused) || body.n > 0 ||
		!read_tbs(tbs, &c)) {
		return false;
	}
	*cert = c;
	return true;
}

bool
cert_next_name(struct view *rest, struct cert_name *name)
{
	unsigned tag;
	struct view body;

	while (take(rest, &tag, &body)) {
		if (tag == TAG_DNS_NAME ||
			(tag == TAG_ADDRESS && (body.n == 4 || body.n == 16))) {
			*name = (struct cert_name){tag == TAG_ADDRESS, body};
			return true;
		}
	}
	return false;
}

static bool
name_matches(struct view pattern, struct view host)
{
	struct view label, parent;

	if (view_starts(pattern, VIEW("*."))) {
		return view_cut(host, '.', &label, &parent) && label.n > 0 &&
		       parent.n > 0 &&
		       view_eq_nocase(view_skip(pattern, 2), parent);
	}
	return pattern.n > 0 && view_eq_nocase(pattern, host);
}

bool
cert_is_for_name(const struct cert *cert, struct view host)
{
	struct view rest = cert->alt_names;
	struct cert_name name;

	while (cert_next_name(&rest, &name)) {
		if (!name.is_address && name_matches(name.value, host)) {
			return true;
		}
	}
	return false;
}

bool
cert_is_for_address(const struct cert *cert, struct view address)
{
	struct view rest = cert->alt_names;
	struct cert_name name;

	while (cert_next_name(&rest, &name)) {
		if (name.is_address && view_eq(name.value, address)) {
			return true;
		}
	}
	return false;
}

bool
cert_is_for_servers(const struct cert *cert)
{
	struct view rest = cert->purposes, oid;

	while (expect(&rest, TAG_OID, &oid)) {
		if (view_eq(oid, oid_server) || view_eq(oid, oid_any_purpose)) {
			return true;
		}
	}
	return !cert->purposes.p;
}

/* The last value of one attribute type in a Name: SETs of SEQUENCEs of an
 * OID and a string. */
static struct view
find_attribute(struct view name, struct view type)
{
	struct view set, pair, oid, value, found = VIEW("");
	unsigned tag;

	while (expect(&name, TAG_SET, &set)) {
		if (expect(&set, TAG_SEQUENCE, &pair) &&
			expect(&pair, TAG_OID, &oid) &&
			take(&pair, &tag, &value) && view_eq(oid, type)) {
			found = value;
		}
	}
	return found;
}

struct view
cert_label(struct view name)
{
	struct view label = find_attribute(name, oid_common_name);

	return label.n > 0 ? label : find_attribute(name, oid_organization);
}
