#include "s3/meta.h"

#include "base/array.h"
#include "base/buf.h"
#include "base/time.h"
#include "s3/partition.h"

void
meta_init(struct meta *m)
{
	*m = (struct meta){0};
}

static void
take_id(struct meta *m, struct view value, struct id *id, bool *has)
{
	if (*has || !id_parse(value, id)) {
		m->is_odd = true;
	} else {
		*has = true;
	}
}

static void
take_output(struct meta *m, struct view value)
{
	take_id(m, value, &m->output, &m->has_output);
}

static void
take_action(struct meta *m, struct view value)
{
	take_id(m, value, &m->action, &m->has_action);
}

static void
take_time(struct meta *m, struct view value)
{
	if (m->has_time || !time_parse_rfc3339(value, &m->time_ns)) {
		m->is_odd = true;
	} else {
		m->has_time = true;
	}
}

static void
take_length(struct meta *m, struct view value)
{
	unsigned long long length;

	if (view_uint(value, UINT64_MAX, &length)) {
		m->length = length;
		m->has_length = true;
	}
}

/* bytes FIRST-LAST/TOTAL; the unit in either case (RFC 9110, 14.1) */
static bool
parse_range(struct view text, struct meta_range *range)
{
	struct view unit, first, last, total;
	unsigned long long number[3];

	if (!view_cut(text, ' ', &unit, &text) ||
		!view_cut(text, '/', &text, &total) ||
		!view_cut(text, '-', &first, &last) ||
		!view_eq_nocase(unit, VIEW("bytes")) ||
		!view_uint(first, UINT64_MAX, &number[0]) ||
		!view_uint(last, UINT64_MAX, &number[1]) ||
		!view_uint(total, UINT64_MAX, &number[2])) {
		return false;
	}
	*range = (struct meta_range){number[0], number[1], number[2]};
	return range->first <= range->last && range->last < range->total;
}

static void
take_range(struct meta *m, struct view value)
{
	m->is_torn |= m->has_range || !parse_range(value, &m->range);
	m->has_range = true;
}

static void
take_date(struct meta *m, struct view value)
{
	m->has_date = time_parse_http(value, &m->date_s);
}

static void
take_age(struct meta *m, struct view value)
{
	(void)value;
	m->is_old = true;
}

static void
take_encoding(struct meta *m, struct view value)
{
	m->is_encoded = value.n > 0 && !view_eq_nocase(value, VIEW("identity"));
}

static void
take_retry_after(struct meta *m, struct view value)
{
	unsigned long long seconds;

	if (view_uint(value, UINT32_MAX, &seconds)) {
		m->retry_after_s = seconds;
	}
}

static void
set_text(char *to, size_t cap, struct view text)
{
	struct buf b = buf_over(to, cap);

	buf_add(&b, text);
	buf_cstr(&b);
}

static void
take_region(struct meta *m, struct view value)
{
	if (partition_region_is_valid(value)) {
		set_text(m->region, sizeof(m->region), value);
	}
}

static void
take_request_id(struct meta *m, struct view value)
{
	if (value.n <= META_REQUEST_ID_MAX) {
		set_text(m->request_id, sizeof(m->request_id), value);
	}
}

void
meta_header(struct meta *m, struct view name, struct view value)
{
	static const struct {
		const char *name;
		void (*take)(struct meta *m, struct view value);
	} headers[] = {
		{"x-amz-meta-outputid", take_output},
		{"x-amz-meta-actionid", take_action},
		{"x-amz-meta-time", take_time},
		{"content-length", take_length},
		{"content-range", take_range},
		{"date", take_date},
		{"age", take_age},
		{"content-encoding", take_encoding},
		{"retry-after", take_retry_after},
		{"x-amz-bucket-region", take_region},
		{"x-amz-request-id", take_request_id},
	};

	for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
		if (view_eq_nocase(name, view_of(headers[i].name))) {
			headers[i].take(m, value);
			return;
		}
	}
}

enum gs_code
meta_check(const struct meta *m, const struct id *action, struct gs_err *err)
{
	const struct {
		bool is_so;
		enum gs_code code;
		const char *why;
	} faults[] = {
		{m->is_odd, GS_BAD, "its metadata are malformed"},
		{!m->has_output || !m->has_time, GS_BAD,
			"it is no entry of a cache: outputid or time is "
			"missing from its metadata"},
		{m->has_action && !id_eq(&m->action, action), GS_BAD,
			"it belongs to another action"},
		{m->is_encoded, GS_BAD,
			"the store or a proxy changed its encoding"},
		{m->has_length && m->length > ARTIFACT_MAX, GS_TOOBIG,
			"it is larger than any object can be"},
	};

	char text[ID_HEX_LEN];
	struct buf key = BUF_OVER(text);

	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		if (faults[i].is_so) {
			buf_hex(&key, action->byte, ID_LEN);
			return gs_fail(err, faults[i].code, "object",
				buf_view(&key), faults[i].why);
		}
	}
	return GS_OK;
}

/* The range that has come, as far as the answer tells. */
static struct meta_range
range_of(const struct meta *m)
{
	return m->status == 206
		       ? m->range
		       : (struct meta_range){0, m->length - 1, m->length};
}

/* True if the object ends before the end of what is wanted. */
static bool
ends_before(const struct meta *m, const struct object_part *wanted)
{
	return wanted->len > 0 &&
	       m->range.total <= wanted->offset + (wanted->len - 1);
}

static bool
is_wanted(const struct meta *m, const struct object_part *wanted)
{
	struct meta_range is = range_of(m);

	if (wanted->len == 0) {
		return m->status == 200;
	}
	return is.total > 0 && is.first == wanted->offset &&
	       is.last - is.first == wanted->len - 1;
}

enum gs_code
meta_check_part(const struct meta *m, const struct object_part *wanted,
	uint64_t *total, struct gs_err *err)
{
	bool part = m->status == 206;

	const struct {
		bool is_so;
		const char *why;
	} faults[] = {
		{m->is_encoded, "the store or a proxy changed its encoding"},
		{part ? !m->has_range || m->is_torn : !m->has_length,
			"the store does not tell which part comes, or of how "
			"much"},
		{part && ends_before(m, wanted),
			"it is shorter than it should be"},
		{!is_wanted(m, wanted),
			"the store sends another part than it was asked for"},
		{part && m->has_length && m->length != wanted->len,
			"what comes is not as long as the range"},
	};

	for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
		if (faults[i].is_so) {
			return gs_fail(err, GS_BAD, "object", wanted->key,
				faults[i].why);
		}
	}
	*total = range_of(m).total;
	return GS_OK;
}
