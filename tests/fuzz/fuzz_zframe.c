/*
 * Any bytes as a frame: no crash, never more bytes than announced, and the
 * same outcome however input and output are cut. The first two bytes are the
 * announced length, the third chooses the cuts.
 */
#include "pack/zframe.h"

#include "fuzz.h"

enum { RAW_MAX = 65536 };

static _Alignas(16) char memory[ZFRAME_READER_BYTES];
static char raw[2][RAW_MAX];

struct outcome {
	bool failed, ended;
	size_t taken, given;
};

static struct outcome
decode(struct view in, size_t raw_len, size_t piece, size_t room, char *to)
{
	struct zframe_reader r;
	struct outcome o = {0};
	struct gs_err err = {0};
	size_t made = 1;

	zframe_reader_init(&r, memory);
	zframe_reader_begin(&r, raw_len);
	while (!r.ended && !o.failed && (in.n > 0 || made == room)) {
		struct view now = {in.p, in.n < piece ? in.n : piece};
		char *exact = malloc(room);
		struct buf out = buf_over(exact, room);
		size_t used = 0;

		o.failed = zframe_read(&r, now, &used, &out, &err) != GS_OK;
		made = out.len;
		check(o.given + made <= raw_len);
		memcpy(to + o.given, exact, made);
		free(exact);
		o.given += made;
		o.taken += used;
		in = view_skip(in, used);
	}
	o.ended = r.ended && !o.failed;
	check(!o.ended || o.given == raw_len);
	return o;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outcome whole, cut;
	struct view in;
	size_t raw_len;

	if (size < 3) {
		return 0;
	}
	raw_len = (size_t)data[0] | (size_t)data[1] << 8;
	in = (struct view){(const char *)data + 3, size - 3};
	whole = decode(in, raw_len, in.n, RAW_MAX, raw[0]);
	cut = decode(in, raw_len, 1 + data[2] % 16U, 1 + data[2] / 16U, raw[1]);
	check(whole.ended == cut.ended);
	if (whole.ended) {
		check(whole.taken == cut.taken && whole.given == cut.given);
		check(memcmp(raw[0], raw[1], whole.given) == 0);
	}
	return 0;
}
