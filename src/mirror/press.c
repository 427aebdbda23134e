#include "mirror/press.h"

#include <string.h>
#include <unistd.h>

void
press_init(struct press *p, struct cachedir *dir)
{
	p->dir = dir;
	p->packed = BUF_OVER(p->out);
	zframe_writer_init(&p->frame, p->memory);
}

static enum gs_code
flush(struct press *p, struct gs_err *err)
{
	enum gs_code code = scratch_add(p->to, buf_view(&p->packed), err);

	buf_clear(&p->packed);
	return code;
}

static enum gs_code
add(struct press *p, struct view raw, struct gs_err *err)
{
	enum gs_code code = GS_OK;

	while (raw.n > 0 && code == GS_OK) {
		size_t used;

		code = zframe_write(&p->frame, raw, &used, &p->packed, err);
		raw = view_skip(raw, used);
		if (code == GS_OK && p->packed.len == p->packed.cap) {
			code = flush(p, err);
		}
	}
	return code;
}

static enum gs_code
add_headers(struct press *p, const struct block_entry *entries, size_t count,
	struct gs_err *err)
{
	unsigned char part[BLOCK_HEADER_LEN];
	enum gs_code code;

	block_head(entries, count, part);
	code = add(p, (struct view){(char *)part, BLOCK_HEAD_LEN}, err);
	for (size_t i = 0; i < count && code == GS_OK; i++) {
		block_header(&entries[i], part);
		code = add(p, (struct view){(char *)part, sizeof(part)}, err);
	}
	return code;
}

/* Fills the buffer with so many bytes of fd, with zeros where it has none. */
static struct view
read_piece(struct press *p, int fd, size_t want)
{
	size_t len = 0;
	ssize_t n = 1;

	while (fd >= 0 && n > 0 && len < want) {
		n = read(fd, p->in + len, want - len);
		len += n > 0 ? (size_t)n : 0;
	}
	memset(p->in + len, 0, want - len);
	return (struct view){p->in, want};
}

/* Exactly as many bytes as were announced, whatever the file holds. */
static enum gs_code
add_body(struct press *p, const struct block_entry *e, bool *bad,
	struct gs_err *err)
{
	int fd = cachedir_open_body(p->dir, &e->output, e->size);
	uint64_t left = e->size;
	enum gs_code code = GS_OK;
	struct sha256 hash;
	struct id digest;

	sha256_init(&hash, p->dir->hash);
	while (left > 0 && code == GS_OK) {
		struct view piece = read_piece(p, fd,
			left < sizeof(p->in) ? (size_t)left : sizeof(p->in));

		sha256_update(&hash, piece);
		code = add(p, piece, err);
		left -= piece.n;
	}
	sha256_final(&hash, &digest);
	*bad = !id_eq(&digest, &e->output);
	if (fd >= 0) {
		close(fd);
	}
	return code;
}

static enum gs_code
add_bodies(struct press *p, const struct block_entry *entries, size_t count,
	bool *bad, struct gs_err *err)
{
	enum gs_code code = GS_OK;

	for (size_t i = 0; i < count && code == GS_OK; i++) {
		size_t first = block_first_with(entries, i);

		bad[i] = first < i && bad[first];
		if (first == i && entries[i].size > 0) {
			code = add_body(p, &entries[i], &bad[i], err);
		}
	}
	return code;
}

static enum gs_code
add_end(struct press *p, struct gs_err *err)
{
	bool ended = false;
	enum gs_code code = GS_OK;

	while (!ended && code == GS_OK) {
		code = zframe_write_end(&p->frame, &p->packed, &ended, err);
		if (code == GS_OK) {
			code = flush(p, err);
		}
	}
	return code;
}

enum gs_code
press_block(struct press *p, const struct block_entry *entries, size_t count,
	struct scratch *to, bool *bad, struct gs_err *err)
{
	p->to = to;
	p->raw_len = block_raw_len(entries, count);
	buf_clear(&p->packed);
	zframe_writer_begin(&p->frame, p->raw_len);
	if (add_headers(p, entries, count, err) != GS_OK ||
		add_bodies(p, entries, count, bad, err) != GS_OK ||
		add_end(p, err) != GS_OK) {
		return err->code;
	}
	return GS_OK;
}
