/* A remote that reads parts of an object, and what came of the last reading. */
#ifndef TESTS_PART_FIXTURE_H
#define TESTS_PART_FIXTURE_H

#include "remote_fixture.h"

#define PART_OBJECT "0123456789abcdefghij"
#define PART_KEY "gocache-s3/1/packs/77"

enum { PART_TOTAL = sizeof(PART_OBJECT) - 1 };

/* A reader that goes on where it was cut off. */
struct reader {
	struct remote_part part;
	char taken[256];
	struct buf bytes;
	uint64_t total;
	unsigned begun;
	unsigned begin_max;   /* wanted for so many attempts */
	enum gs_code dislike; /* what it says to the bytes */
	size_t known;         /* bytes that the last attempt began with */
	uint64_t offset;
};

static struct reader reader;

static inline bool
reader_begin(void *ctx, struct remote_part *part)
{
	struct reader *r = ctx;

	if (r->bytes.len > 0) {
		part->len = (part->len ? part->len : r->total) -
			    (r->bytes.len - r->known);
		part->offset = r->offset + r->bytes.len;
		r->known = r->bytes.len;
	}
	return r->begun++ < r->begin_max;
}

static inline enum gs_code
reader_take(void *ctx, uint64_t total, struct view bytes, struct gs_err *err)
{
	struct reader *r = ctx;

	r->total = total;
	buf_add(&r->bytes, bytes);
	return r->dislike ? gs_fail(err, r->dislike, "a frame", VIEW("x"),
				    "it is damaged")
			  : GS_OK;
}

static inline void
reader_prepare(uint64_t offset, uint64_t len)
{
	memset(&reader, 0, sizeof(reader));
	reader.part = (struct remote_part){
		.key = VIEW(PART_KEY),
		.offset = offset,
		.len = len,
		.ctx = &reader,
		.begin = reader_begin,
		.take = reader_take,
	};
	reader.bytes = BUF_OVER(reader.taken);
	reader.begin_max = 100;
	reader.offset = offset;
}

static inline enum remote_result
read_part(struct fixture *f, uint64_t offset, uint64_t len)
{
	reader_prepare(offset, len);
	return remote_read(&f->remote, &reader.part);
}

static inline void
assert_taken(const char *text)
{
	assert_int_equal(reader.bytes.len, strlen(text));
	assert_memory_equal(reader.taken, text, strlen(text));
}

/* The range that is asked for; the whole without one. */
static inline bool
heard_range(const struct heard *h, size_t *first, size_t *last)
{
	struct view value = heard_header(h, "range"), a, b;
	unsigned long long from = 0, to = PART_TOTAL - 1;

	if (value.n > 0) {
		assert_true(view_starts(value, VIEW("bytes=")));
		assert_true(view_cut(view_skip(value, 6), '-', &a, &b));
		assert_true(view_uint(a, UINT64_MAX, &from));
		assert_true(view_uint(b, UINT64_MAX, &to));
	}
	*first = (size_t)from;
	*last = (size_t)to;
	return value.n > 0;
}

/* Sends a part of the object as a 206 that says `range` of it, with its right
 * length, but only the first `sent` bytes of it. */
static inline void
send_part(int fd, const char *range, struct view bytes, size_t sent)
{
	char head[256];

	snprintf(head, sizeof(head),
		"HTTP/1.1 206 Partial Content\r\n%s"
		"Content-Length: %zu\r\n\r\n",
		range, bytes.n);
	say_text(fd, head);
	say_bytes(fd, bytes.p, sent < bytes.n ? sent : bytes.n);
}

/* As a store does it, but for the bytes that are held back at the end. */
static inline bool
send_range(int fd, const struct heard *h, size_t sent)
{
	size_t first, last;
	char range[128];

	if (!heard_range(h, &first, &last)) {
		return answer_with(fd, "200 OK", "", PART_OBJECT);
	}
	if (first >= PART_TOTAL) {
		return answer_error(
			fd, "416 Range Not Satisfiable", "", "InvalidRange");
	}
	last = last < PART_TOTAL ? last : PART_TOTAL - 1;
	snprintf(range, sizeof(range), "Content-Range: bytes %zu-%zu/%d\r\n",
		first, last, PART_TOTAL);
	send_part(fd, range,
		(struct view){PART_OBJECT + first, last - first + 1}, sent);
	return sent > last - first;
}

static inline bool
hold_parts(struct script *s, int fd, const struct heard *h)
{
	return send_range(fd, h, SIZE_MAX);
}

#endif
