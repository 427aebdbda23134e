/* What `go build -trimpath` of a package of one function says to a helper that
 * has nothing, recorded with each version of go: 2 gets, 4 puts of which one is
 * empty, a close. Every body must be what its OutputID promises. */
#include "gocache/inbox.h"
#include "gocache/request.h"

#include <setjmp.h>
#include <stdarg.h>

#include <bearssl.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

enum { STREAM_MAX = 16 * 1024 };

struct replay {
	struct inbox in;
	struct request request;
	br_sha256_context hash;
	uint64_t size;
	int gets, puts, empty, closes;
};

static void
end_put(struct replay *r)
{
	struct id output;

	br_sha256_out(&r->hash, output.byte);
	assert_true(id_eq(&output, &r->request.output));
	assert_int_equal(r->size, r->request.body_size);
	r->puts++;
	r->empty += r->size == 0;
}

static void
replay_request(struct replay *r, struct view line)
{
	struct gs_err err;

	assert_int_equal(request_parse(line, &r->request, &err), GS_OK);
	br_sha256_init(&r->hash);
	r->size = 0;
	r->gets += r->request.command == REQUEST_GET;
	r->closes += r->request.command == REQUEST_CLOSE;
	if (r->request.command != REQUEST_PUT) {
		return;
	}
	if (r->request.body_size > 0) {
		inbox_expect_body(&r->in);
	} else {
		end_put(r);
	}
}

static void
replay_event(struct replay *r, enum inbox_event event, struct view out)
{
	if (event == INBOX_REQUEST) {
		replay_request(r, out);
	} else if (event == INBOX_BODY) {
		br_sha256_update(&r->hash, out.p, out.n);
		r->size += out.n;
	} else if (event == INBOX_BODY_END) {
		end_put(r);
	} else {
		assert_int_equal(event, INBOX_MORE);
	}
}

static void
replay_stream(const char *path)
{
	static struct replay r;
	static char stream[STREAM_MAX];
	FILE *f = fopen(path, "rb");
	struct view rest, out;
	enum inbox_event event;
	struct gs_err err;
	size_t used;

	assert_non_null(f);
	rest = (struct view){stream, fread(stream, 1, sizeof(stream), f)};
	fclose(f);
	memset(&r, 0, sizeof(r));
	inbox_init(&r.in);
	while (rest.n > 0) {
		assert_int_equal(
			inbox_feed(&r.in, rest, &used, &event, &out, &err),
			GS_OK);
		rest = view_skip(rest, used);
		replay_event(&r, event, out);
	}
	assert_true(inbox_at_rest(&r.in));
	assert_int_equal(r.gets, 2);
	assert_int_equal(r.puts, 4);
	assert_int_equal(r.empty, 1);
	assert_int_equal(r.closes, 1);
}

static void
go_1_24(void **state)
{
	replay_stream("tests/vectors/gocache/stream-go1.24.txt");
}

static void
go_1_25(void **state)
{
	replay_stream("tests/vectors/gocache/stream-go1.25.txt");
}

static void
go_1_26(void **state)
{
	replay_stream("tests/vectors/gocache/stream-go1.26.txt");
}

static void
go_1_27(void **state)
{
	replay_stream("tests/vectors/gocache/stream-go1.27.txt");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(go_1_24),
		cmocka_unit_test(go_1_25),
		cmocka_unit_test(go_1_26),
		cmocka_unit_test(go_1_27),
	};

	return cmocka_run_group_tests_name("conversation", tests, NULL, NULL);
}
