/* Text decodes alike in whatever pieces it comes; what decodes whole encodes
 * to the same text. */
#include "base/base64.h"

#include "fuzz.h"

enum { TEXT_MAX = 4096 };

struct outcome {
	enum gs_code code;
	bool at_end;
	size_t used, len;
	char bytes[TEXT_MAX];
};

/* Decodes in pieces of step characters into room bytes at a time. */
static void
decode(struct outcome *o, struct view text, size_t step, size_t room)
{
	struct base64_decoder d;
	struct gs_err err;
	size_t took = 1;

	base64_decoder_init(&d);
	*o = (struct outcome){.code = GS_OK};
	while (o->code == GS_OK && took > 0 && o->used < text.n) {
		size_t left = text.n - o->used, space = TEXT_MAX - o->len;
		struct view in = {text.p + o->used, step < left ? step : left};
		struct buf out = buf_over(
			o->bytes + o->len, room < space ? room : space);

		o->code = base64_decode(&d, in, &took, &out, &err);
		if (took > in.n || !buf_ok(&out)) {
			abort();
		}
		o->used += took;
		o->len += out.len;
	}
	o->at_end = base64_decoder_at_end(&d);
}

static void
same(const struct outcome *a, const struct outcome *b)
{
	if (a->code != b->code || a->at_end != b->at_end ||
		a->used != b->used || a->len != b->len ||
		memcmp(a->bytes, b->bytes, a->len) != 0) {
		abort();
	}
}

static void
encodes_back(const struct outcome *o, struct view text)
{
	char again[BASE64_LEN(TEXT_MAX)];
	struct buf out = BUF_OVER(again);

	base64_encode(&out, o->bytes, o->len);
	if (!view_eq(buf_view(&out), text)) {
		abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct outcome whole, pieces;
	struct view text = {(const char *)data, size};

	if (size > TEXT_MAX) {
		return 0;
	}
	decode(&whole, text, TEXT_MAX, TEXT_MAX);
	for (size_t step = 1; step < 10; step++) {
		decode(&pieces, text, step, TEXT_MAX);
		same(&pieces, &whole);
		decode(&pieces, text, TEXT_MAX, step);
		same(&pieces, &whole);
	}
	if (whole.used == size && whole.at_end) {
		encodes_back(&whole, text);
	}
	return 0;
}
