/*
 * Any bytes as an answer: no crash, no read outside the input, progress at
 * every call, and the same events however the bytes are cut. The first byte
 * chooses the method and the cuts, the rest is the answer.
 */
#include "s3/http1.h"

#include "fuzz.h"

/* What came out, in a form that does not depend on the cuts. */
struct outcome {
	uint64_t hash; /* of events and bytes */
	enum gs_code code;
	bool ended, keep_alive;
	size_t total;
};

static void
hash_event(struct outcome *o, const struct http1_answer *a,
	const struct http1_event *event)
{
	if (event->kind == HTTP1_STATUS) {
		hash_add(&o->hash, (struct view){(const char *)&a->status,
					   sizeof(a->status)});
	} else if (event->kind == HTTP1_HEADER) {
		check(event->name.n > 0);
		hash_add(&o->hash, event->name);
		hash_add(&o->hash, VIEW(":"));
		hash_add(&o->hash, event->value);
		hash_add(&o->hash, VIEW("\n"));
	} else if (event->kind == HTTP1_BODY) {
		check(event->value.n > 0);
		hash_add(&o->hash, event->value);
	}
}

/* One piece, from a block of just its size; false when it is over. */
static bool
feed(struct http1_answer *a, struct view piece, struct outcome *o)
{
	struct gs_err err = {0};
	struct http1_event event = {.kind = HTTP1_STATUS};

	while (event.kind != HTTP1_MORE && event.kind != HTTP1_END) {
		size_t used = 0;

		o->code = http1_answer_feed(a, piece, &used, &event, &err);
		check(o->code == err.code);
		if (o->code != GS_OK) {
			check(err.text[0] != '\0');
			return false;
		}
		check(used <= piece.n);
		check(used > 0 || event.kind != HTTP1_BODY);
		o->total += used;
		piece = view_skip(piece, used);
		hash_event(o, a, &event);
	}
	check(event.kind == HTTP1_END || piece.n == 0);
	o->ended = event.kind == HTTP1_END;
	o->keep_alive = o->ended && a->keep_alive;
	return !o->ended;
}

static bool
feed_copy(struct http1_answer *a, struct view piece, struct outcome *o)
{
	char *copy = malloc(piece.n + 1);
	bool more;

	check(copy);
	memcpy(copy + 1, piece.p, piece.n);
	more = feed(a, (struct view){copy + 1, piece.n}, o);
	free(copy);
	return more;
}

static struct outcome
run(struct view method, struct view in, size_t step)
{
	static struct http1_answer a;
	struct outcome o = {.hash = HASH_OF_NOTHING};
	struct gs_err err = {0};
	bool more = true;

	http1_answer_init(&a, method);
	while (more && in.n > 0) {
		struct view piece = {in.p, in.n < step ? in.n : step};

		more = feed_copy(&a, piece, &o);
		in = view_skip(in, piece.n);
	}
	if (more) {
		o.code = http1_answer_eof(&a, &err);
	}
	return o;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view in = {(const char *)data, size};
	struct view method = VIEW("GET");
	struct outcome whole, cut;
	size_t step;

	if (size == 0) {
		return 0;
	}
	if (data[0] & 1) {
		method = VIEW("HEAD");
	}
	step = (size_t)(data[0] >> 1) + 1;
	in = view_skip(in, 1);
	whole = run(method, in, in.n + 1);
	cut = run(method, in, step);
	check(whole.code == cut.code && whole.ended == cut.ended);
	check(whole.hash == cut.hash && whole.keep_alive == cut.keep_alive);
	check(!whole.ended || whole.total == cut.total);
	return 0;
}
