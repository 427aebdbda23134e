#include "pack/zframe.h"

#define ZSTD_STATIC_LINKING_ONLY
#include <assert.h>
#include <string.h>
#include <zstd.h>

_Static_assert(ZFRAME_HEADER_MAX == ZSTD_FRAMEHEADERSIZE_MAX,
	"zstd reads a header of this length");

/* --- reading --------------------------------------------------------------- */

void
zframe_reader_init(struct zframe_reader *r, void *memory)
{
	*r = (struct zframe_reader){
		.context = ZSTD_initStaticDCtx(memory, ZFRAME_READER_BYTES)};
	assert(r->context);
}

void
zframe_reader_begin(struct zframe_reader *r, uint64_t raw_len)
{
	*r = (struct zframe_reader){.context = r->context, .left = raw_len};
	ZSTD_DCtx_reset(r->context, ZSTD_reset_session_only);
}

static enum gs_code
refuse(struct zframe_reader *r, const char *why, struct gs_err *err)
{
	r->failed = true;
	return gs_fail(err, GS_BAD, "compressed block", VIEW(""), why);
}

/* A dictionary, zstd itself would miss. */
static bool
is_ours(const ZSTD_FrameHeader *h, uint64_t raw_len)
{
	return h->frameType == ZSTD_frame && h->checksumFlag == 0 &&
	       h->frameContentSize == raw_len &&
	       h->windowSize <= ZFRAME_WINDOW_BYTES;
}

/* The decoder sees the frame only once its header is known to be right: it
 * would take a larger window if the whole content fits its output. */
static enum gs_code
read_header(struct zframe_reader *r, struct view in, size_t *used,
	struct gs_err *err)
{
	ZSTD_FrameHeader header;
	size_t wanted = ZSTD_getFrameHeader(&header, r->header, r->header_len);

	*used = 0;
	while (!ZSTD_isError(wanted) && wanted > 0 && *used < in.n) {
		r->header[r->header_len++] = (unsigned char)in.p[(*used)++];
		wanted = ZSTD_getFrameHeader(&header, r->header, r->header_len);
	}
	if (ZSTD_isError(wanted)) {
		return refuse(r, "no zstd frame", err);
	}
	if (wanted == 0 && !is_ours(&header, r->left)) {
		return refuse(r, "a frame of another kind or size", err);
	}
	r->header_read = wanted == 0;
	return GS_OK;
}

static enum gs_code
decode(struct zframe_reader *r, struct view in, size_t *used, struct buf *out,
	struct gs_err *err)
{
	ZSTD_inBuffer from = {in.p, in.n, 0};
	ZSTD_outBuffer to = {out->p, out->cap, out->len};
	size_t result = ZSTD_decompressStream(r->context, &to, &from);

	if (ZSTD_isError(result)) {
		return refuse(r, "damaged", err);
	}
	if (to.pos - out->len > r->left) {
		return refuse(r, "more bytes than declared", err);
	}
	r->left -= to.pos - out->len;
	r->ended = result == 0;
	if (r->ended && r->left > 0) {
		return refuse(r, "fewer bytes than declared", err);
	}
	out->len = to.pos;
	*used = from.pos;
	return GS_OK;
}

/* Gives the decoder what read_header kept. */
static enum gs_code
replay_header(struct zframe_reader *r, struct buf *out, struct gs_err *err)
{
	struct view kept = {(const char *)r->header, r->header_len};
	size_t used;

	r->header_len = 0;
	return decode(r, kept, &used, out, err);
}

enum gs_code
zframe_read(struct zframe_reader *r, struct view in, size_t *used,
	struct buf *out, struct gs_err *err)
{
	size_t head = 0, rest = 0;
	enum gs_code code = GS_OK;

	*used = 0;
	if (r->failed) {
		return refuse(r, "it had failed before", err);
	}
	if (r->ended) {
		return GS_OK;
	}
	if (!r->header_read) {
		code = read_header(r, in, &head, err);
		if (code == GS_OK && r->header_read) {
			code = replay_header(r, out, err);
		}
	}
	if (code == GS_OK && r->header_read && !r->ended) {
		code = decode(r, view_skip(in, head), &rest, out, err);
	}
	if (code == GS_OK) {
		*used = head + rest;
	}
	return code;
}

/* --- writing --------------------------------------------------------------- */

void
zframe_writer_init(struct zframe_writer *w, void *memory)
{
	w->context = ZSTD_initStaticCCtx(memory, ZFRAME_WRITER_BYTES);
	assert(w->context);
}

/* The level's tables and search, within our window. */
static void
set_parameter(struct zframe_writer *w, ZSTD_cParameter parameter, int value)
{
	size_t result = ZSTD_CCtx_setParameter(w->context, parameter, value);

	assert(!ZSTD_isError(result));
}

void
zframe_writer_begin(struct zframe_writer *w, uint64_t raw_len)
{
	ZSTD_CCtx_reset(w->context, ZSTD_reset_session_and_parameters);
	set_parameter(w, ZSTD_c_compressionLevel, ZFRAME_LEVEL);
	set_parameter(w, ZSTD_c_windowLog, ZFRAME_WINDOW_LOG);
	ZSTD_CCtx_setPledgedSrcSize(w->context, raw_len);
}

/* One step of the compressor; *left is 0 once everything it holds is out. */
static enum gs_code
step(struct zframe_writer *w, ZSTD_inBuffer *from, ZSTD_EndDirective directive,
	struct buf *out, size_t *left, struct gs_err *err)
{
	ZSTD_outBuffer to = {out->p, out->cap, out->len};

	*left = ZSTD_compressStream2(w->context, &to, from, directive);
	if (ZSTD_isError(*left)) {
		return gs_fail(err, GS_BAD, "block to compress", VIEW(""),
			"its length is not what was announced");
	}
	out->len = to.pos;
	return GS_OK;
}

enum gs_code
zframe_write(struct zframe_writer *w, struct view in, size_t *used,
	struct buf *out, struct gs_err *err)
{
	ZSTD_inBuffer from = {in.p, in.n, 0};
	size_t left;
	enum gs_code code = step(w, &from, ZSTD_e_continue, out, &left, err);

	*used = code == GS_OK ? from.pos : 0;
	return code;
}

enum gs_code
zframe_write_end(struct zframe_writer *w, struct buf *out, bool *ended,
	struct gs_err *err)
{
	ZSTD_inBuffer none = {NULL, 0, 0};
	size_t left;
	enum gs_code code = step(w, &none, ZSTD_e_end, out, &left, err);

	*ended = code == GS_OK && left == 0;
	return code;
}
