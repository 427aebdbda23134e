#include "pack/block.h"

#include "base/le.h"

#include <string.h>

/* SHA-256 of no bytes at all. */
static const struct id empty_output = {
	{0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8,
		0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b,
		0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55}};

bool
block_is_empty_output(const struct id *output)
{
	return id_eq(output, &empty_output);
}

/* The first byte tells nearly all apart, without a call. */
static bool
same_output(const struct block_entry *a, const struct block_entry *b)
{
	return a->output.byte[0] == b->output.byte[0] &&
	       id_eq(&a->output, &b->output);
}

size_t
block_first_with(const struct block_entry *entries, size_t i)
{
	size_t first = 0;

	while (!same_output(&entries[first], &entries[i])) {
		first++;
	}
	return first;
}

bool
block_has_body(const struct block_entry *entries, size_t i)
{
	return entries[i].size > 0 && block_first_with(entries, i) == i;
}

uint64_t
block_raw_len(const struct block_entry *entries, size_t count)
{
	uint64_t len = BLOCK_HEAD_LEN + BLOCK_HEADER_LEN * (uint64_t)count;

	for (size_t i = 0; i < count; i++) {
		len += block_has_body(entries, i) ? entries[i].size : 0;
	}
	return len;
}

/* --- writing --------------------------------------------------------------- */

void
block_header(const struct block_entry *e, unsigned char out[BLOCK_HEADER_LEN])
{
	memcpy(out, e->action.byte, ID_LEN);
	memcpy(out + ID_LEN, e->output.byte, ID_LEN);
	le_put64(out + 2 * ID_LEN, e->size);
	le_put64(out + 2 * ID_LEN + 8, (uint64_t)e->time_ns);
}

void
block_head(const struct block_entry *entries, size_t count,
	unsigned char out[BLOCK_HEAD_LEN])
{
	struct sha256 h;
	struct id digest;

	sha256_init(&h, SHA256_PORTABLE);
	for (size_t i = 0; i < count; i++) {
		unsigned char header[BLOCK_HEADER_LEN];

		block_header(&entries[i], header);
		sha256_update(&h,
			(struct view){(const char *)header, sizeof(header)});
	}
	sha256_final(&h, &digest);
	le_put32(out, (uint32_t)count);
	memcpy(out + 4, digest.byte, 4);
}

/* --- reading --------------------------------------------------------------- */

enum gs_code
block_reader_begin(struct block_reader *r, uint64_t raw_len, size_t count,
	struct gs_err *err)
{
	if (raw_len > BLOCK_RAW_MAX || count > BLOCK_ENTRIES_MAX) {
		return gs_fail(
			err, GS_TOOBIG, "block", VIEW(""), "beyond its limits");
	}
	r->count = count;
	if (raw_len < BLOCK_HEAD_LEN + BLOCK_HEADER_LEN * (uint64_t)count) {
		return gs_fail(err, GS_BAD, "block", VIEW(""),
			"shorter than its headers");
	}
	r->at = 0;
	r->next = 0;
	r->has_body = false;
	r->state = BLOCK_AT_HEAD;
	r->raw_len = raw_len;
	r->left = 0;
	r->part_len = 0;
	sha256_init(&r->headers, SHA256_PORTABLE);
	return GS_OK;
}

static enum gs_code
refuse(struct block_reader *r, const char *why, struct gs_err *err)
{
	r->state = BLOCK_FAILED;
	return gs_fail(err, GS_BAD, "block", VIEW(""), why);
}

/* Collects a part of `len` bytes; true once it is whole. */
static bool
collect(struct block_reader *r, size_t len, struct view in, size_t *used)
{
	size_t n = len - r->part_len < in.n ? len - r->part_len : in.n;

	if (n > 0) {
		memcpy(r->part + r->part_len, in.p, n);
	}
	r->part_len += n;
	*used += n;
	if (r->part_len < len) {
		return false;
	}
	r->part_len = 0;
	return true;
}

static bool
sizes_agree(const struct block_reader *r, size_t i)
{
	const struct block_entry *e = &r->entry[i];

	return e->size <= PACK_BODY_MAX &&
	       (e->size == 0) == block_is_empty_output(&e->output) &&
	       e->size == r->entry[block_first_with(r->entry, i)].size;
}

/* All headers are there: nothing is given out unless all of them are right. */
static enum gs_code
check_headers(struct block_reader *r, struct gs_err *err)
{
	struct id digest;

	sha256_final(&r->headers, &digest);
	if (memcmp(digest.byte, r->check, sizeof(r->check)) != 0) {
		return refuse(r, "damaged headers", err);
	}
	for (size_t i = 0; i < r->count; i++) {
		if (!sizes_agree(r, i)) {
			return refuse(r, "impossible size", err);
		}
	}
	if (block_raw_len(r->entry, r->count) != r->raw_len) {
		return refuse(r, "another length than announced", err);
	}
	r->next = 0;
	r->state = r->count > 0 ? BLOCK_AT_ENTRY : BLOCK_AT_END;
	return GS_OK;
}

static enum gs_code
take_head(struct block_reader *r, struct view in, size_t *used,
	struct gs_err *err)
{
	if (!collect(r, BLOCK_HEAD_LEN, in, used)) {
		return GS_OK;
	}
	if (le_get32(r->part) != r->count) {
		return refuse(r, "another count than announced", err);
	}
	memcpy(r->check, r->part + 4, sizeof(r->check));
	r->state = BLOCK_AT_HEADERS;
	return r->count > 0 ? GS_OK : check_headers(r, err);
}

static enum gs_code
take_header(struct block_reader *r, struct view in, size_t *used,
	struct gs_err *err)
{
	struct block_entry *e = &r->entry[r->next];

	if (!collect(r, BLOCK_HEADER_LEN, in, used)) {
		return GS_OK;
	}
	sha256_update(&r->headers,
		(struct view){(const char *)r->part, BLOCK_HEADER_LEN});
	memcpy(e->action.byte, r->part, ID_LEN);
	memcpy(e->output.byte, r->part + ID_LEN, ID_LEN);
	e->size = le_get64(r->part + 2 * ID_LEN);
	e->time_ns = (int64_t)le_get64(r->part + 2 * ID_LEN + 8);
	return ++r->next < r->count ? GS_OK : check_headers(r, err);
}

static void
begin_entry(struct block_reader *r)
{
	r->at = r->next++;
	r->has_body = block_has_body(r->entry, r->at);
	r->left = r->has_body ? r->entry[r->at].size : 0;
	r->state = r->has_body ? BLOCK_AT_BODY : BLOCK_AT_ENTRY_END;
}

static void
end_entry(struct block_reader *r)
{
	r->state = r->next < r->count ? BLOCK_AT_ENTRY : BLOCK_AT_END;
}

static struct view
take_body(struct block_reader *r, struct view in, size_t *used)
{
	size_t n = in.n < r->left ? in.n : (size_t)r->left;

	r->left -= n;
	*used += n;
	if (r->left == 0) {
		r->state = BLOCK_AT_ENTRY_END;
	}
	return (struct view){in.p, n};
}

/* Head and headers, up to the first entry, or as far as in goes. */
static enum gs_code
take_headers(struct block_reader *r, struct view in, size_t *used,
	struct gs_err *err)
{
	enum gs_code code = GS_OK;

	while (code == GS_OK && *used < in.n && r->state <= BLOCK_AT_HEADERS) {
		struct view rest = view_skip(in, *used);

		code = r->state == BLOCK_AT_HEAD
			       ? take_head(r, rest, used, err)
			       : take_header(r, rest, used, err);
	}
	return code;
}

enum gs_code
block_feed(struct block_reader *r, struct view in, size_t *used,
	enum block_event *event, struct view *body, struct gs_err *err)
{
	size_t taken = 0;
	enum gs_code code;

	if (r->state == BLOCK_FAILED) {
		return refuse(r, "it had failed before", err);
	}
	code = take_headers(r, in, &taken, err);
	if (code != GS_OK) {
		return code;
	}
	*event = BLOCK_MORE;
	if (r->state == BLOCK_AT_ENTRY) {
		*event = BLOCK_ENTRY;
		begin_entry(r);
	} else if (r->state == BLOCK_AT_BODY && taken < in.n) {
		*event = BLOCK_BODY;
		*body = take_body(r, view_skip(in, taken), &taken);
	} else if (r->state == BLOCK_AT_ENTRY_END) {
		*event = BLOCK_ENTRY_END;
		end_entry(r);
	} else if (r->state == BLOCK_AT_END) {
		*event = BLOCK_END;
	}
	*used = taken;
	return GS_OK;
}
