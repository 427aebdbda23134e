/* Any stream gives the same requests and bodies in whatever pieces it comes. */
#include "gocache/inbox.h"

#include "fuzz.h"

/* A hash of all that came out. */
struct story {
	struct inbox in;
	uint64_t hash;
	uint64_t before_body; /* what came of a body that fails is left out */
	enum gs_code end;
};

static void
tell_event(struct story *s, enum inbox_event event, struct view out)
{
	static const char names[] = "MRBEC";

	if (event != INBOX_BODY && event != INBOX_MORE) {
		hash_add(&s->hash, (struct view){&names[event], 1});
	}
	hash_add(&s->hash, out);
	if (event == INBOX_REQUEST) {
		if (out.n == 0 || out.n > REQUEST_LINE_MAX || *out.p != '{') {
			abort();
		}
		if (view_find(out, VIEW("B")) < out.n) {
			inbox_expect_body(&s->in);
		}
	}
	if (event != INBOX_BODY && event != INBOX_MORE) {
		s->before_body = s->hash;
	}
}

static void
feed(struct story *s, struct view piece)
{
	enum inbox_event event;
	struct gs_err err;
	struct view out;
	size_t used;

	while (s->end == GS_OK && piece.n > 0) {
		s->end = inbox_feed(&s->in, piece, &used, &event, &out, &err);
		if (s->end != GS_OK) {
			s->hash = s->before_body;
			return;
		}
		if (used > piece.n || (event == INBOX_BODY && out.n == 0) ||
			(event == INBOX_MORE && used < piece.n)) {
			abort();
		}
		piece = view_skip(piece, used);
		tell_event(s, event, out);
	}
}

static void
run(struct story *s, struct view stream, size_t first, size_t step)
{
	inbox_init(&s->in);
	s->hash = s->before_body = HASH_OF_NOTHING;
	s->end = GS_OK;
	feed(s, (struct view){stream.p, first < stream.n ? first : stream.n});
	stream = view_skip(stream, first);
	while (stream.n > 0) {
		feed(s, (struct view){
				stream.p, step < stream.n ? step : stream.n});
		stream = view_skip(stream, step);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct story whole, pieces;
	struct view stream = {(const char *)data, size};
	size_t cut = size > 0 ? data[size - 1] : 0;

	run(&whole, stream, size, size);
	for (size_t step = 1; step < 8; step += 2) {
		run(&pieces, stream, cut, step);
		if (pieces.end != whole.end || pieces.hash != whole.hash ||
			inbox_at_rest(&pieces.in) != inbox_at_rest(&whole.in)) {
			abort();
		}
	}
	return 0;
}
