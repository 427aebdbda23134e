#include "pack/zblock.h"

void
zblock_reader_init(struct zblock_reader *r)
{
	zframe_reader_init(&r->frame, r->memory);
}

enum gs_code
zblock_reader_begin(struct zblock_reader *r, const struct zblock_len *len,
	struct gs_err *err)
{
	zframe_reader_begin(&r->frame, len->raw);
	r->out = buf_over(r->raw, sizeof(r->raw));
	r->ready = (struct view){r->raw, 0};
	r->left = len->packed;
	return block_reader_begin(&r->block, len->raw, len->count, err);
}

/* Decodes as much as there is room for. *more tells whether there may be
 * something new for the parser. */
static enum gs_code
decode(struct zblock_reader *r, struct view in, size_t *used, bool *more,
	struct gs_err *err)
{
	bool was_full = r->out.len == r->out.cap;
	enum gs_code code;

	*more = false;
	if (r->frame.ended || (in.n == 0 && !was_full)) {
		return GS_OK;
	}
	buf_clear(&r->out);
	code = zframe_read(&r->frame, in, used, &r->out, err);
	if (code == GS_OK) {
		r->ready = buf_view(&r->out);
		*more = r->ready.n > 0 || r->frame.ended;
	}
	return code;
}

static enum gs_code
parse(struct zblock_reader *r, enum block_event *event, struct view *body,
	struct gs_err *err)
{
	size_t used = 0;
	enum gs_code code =
		block_feed(&r->block, r->ready, &used, event, body, err);

	if (code != GS_OK) {
		return code;
	}
	r->ready = view_skip(r->ready, used);
	if (*event == BLOCK_END && !r->frame.ended) {
		*event = BLOCK_MORE;
	}
	return GS_OK;
}

/* Frame and length end together, or it is another block than announced. */
static enum gs_code
check_end(const struct zblock_reader *r, enum block_event event,
	struct gs_err *err)
{
	bool between = event != BLOCK_MORE && event != BLOCK_END;

	if (between || r->frame.ended == (r->left == 0)) {
		return GS_OK;
	}
	return gs_fail(err, GS_BAD, "compressed block", VIEW(""),
		"another length than announced");
}

/* The parser first, since it may have events left that need no bytes. */
enum gs_code
zblock_feed(struct zblock_reader *r, struct view in, size_t *used,
	enum block_event *event, struct view *body, struct gs_err *err)
{
	enum gs_code code = GS_OK;
	bool more = true;

	in.n = in.n < r->left ? in.n : (size_t)r->left;
	*used = 0;
	while (code == GS_OK && more) {
		size_t taken = 0;

		code = parse(r, event, body, err);
		if (code != GS_OK || *event != BLOCK_MORE) {
			break;
		}
		code = decode(r, view_skip(in, *used), &taken, &more, err);
		*used += taken;
		r->left -= taken;
	}
	return code != GS_OK ? code : check_end(r, *event, err);
}
