#include "gocache/inbox.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <string.h>

enum { TEXT_MAX = 128 * 1024 };

/* What came out of an inbox, as text: "R" line LF per request, "B" bytes "E"
 * per body, or "B" bytes "C" for one that was cut, "F" at a failure. What came
 * of a body before a failure is left out: it depends on the pieces. */
struct story {
	struct inbox in;
	struct buf text;
	size_t body_at; /* in text; 0: not in a body */
	enum gs_code end;
};

static void
begin_story(struct story *s, char storage[TEXT_MAX])
{
	inbox_init(&s->in);
	s->text = buf_over(storage, TEXT_MAX);
	s->body_at = 0;
	s->end = GS_OK;
}

static void
tell(struct story *s, enum inbox_event event, struct view out)
{
	static const char body_end[] = {
		[INBOX_BODY_END] = 'E', [INBOX_BODY_CUT] = 'C'};

	switch (event) {
	case INBOX_REQUEST:
		buf_char(&s->text, 'R');
		buf_add(&s->text, out);
		buf_char(&s->text, '\n');
		if (view_find(out, VIEW("BodySize")) < out.n) {
			inbox_expect_body(&s->in);
			s->body_at = s->text.len;
			buf_char(&s->text, 'B');
		}
		break;
	case INBOX_BODY:
		assert_true(out.n > 0);
		buf_add(&s->text, out);
		break;
	case INBOX_BODY_END:
	case INBOX_BODY_CUT:
		buf_char(&s->text, body_end[event]);
		s->body_at = 0;
		break;
	case INBOX_MORE:
		break;
	}
}

static void
give_up(struct story *s, enum gs_code code)
{
	s->end = code;
	if (s->body_at > 0) {
		s->text.len = s->body_at;
	}
	buf_char(&s->text, 'F');
}

/* Feeds one piece until all of it is used. */
static void
feed(struct story *s, struct view piece)
{
	enum inbox_event event = INBOX_REQUEST;
	struct gs_err err;
	struct view out;
	size_t used;

	while (s->end == GS_OK && (piece.n > 0 || event != INBOX_MORE)) {
		enum gs_code code =
			inbox_feed(&s->in, piece, &used, &event, &out, &err);

		if (code != GS_OK) {
			give_up(s, code);
			return;
		}
		assert_true(used <= piece.n);
		if (event == INBOX_MORE) {
			assert_int_equal(used, piece.n);
		}
		piece = view_skip(piece, used);
		tell(s, event, out);
	}
}

static void
expect_story(struct story *s, struct view text, enum gs_code end)
{
	assert_true(buf_ok(&s->text));
	assert_int_equal(s->end, end);
	assert_int_equal(s->text.len, text.n);
	assert_memory_equal(s->text.p, text.p, text.n);
}

/* Tells the story in pieces of a size. */
static void
expect_in_pieces(
	struct view stream, struct view text, enum gs_code end, size_t size)
{
	static struct story s;
	static char storage[TEXT_MAX];

	begin_story(&s, storage);
	while (stream.n > 0) {
		size_t n = stream.n < size ? stream.n : size;

		feed(&s, (struct view){stream.p, n});
		stream = view_skip(stream, n);
	}
	expect_story(&s, text, end);
}

/* Tells the story whole, byte by byte, and cut in two at every place. */
static void
expect(struct view stream, struct view text, enum gs_code end)
{
	static struct story s;
	static char storage[TEXT_MAX];

	expect_in_pieces(stream, text, end, stream.n);
	expect_in_pieces(stream, text, end, 1);
	for (size_t cut = 0; cut <= stream.n; cut++) {
		begin_story(&s, storage);
		feed(&s, (struct view){stream.p, cut});
		feed(&s, view_skip(stream, cut));
		expect_story(&s, text, end);
	}
}

struct example {
	const char *stream, *text;
};

static void
expect_all(const struct example *e, size_t n, enum gs_code end)
{
	for (size_t i = 0; i < n; i++) {
		expect(view_of(e[i].stream), view_of(e[i].text), end);
	}
}

#define EXPECT_ALL(examples, end)                                              \
	expect_all((examples), sizeof(examples) / sizeof(*(examples)), (end))

static void
requests_and_blanks(void **state)
{
	static const struct example examples[] = {
		{"", ""},
		{" \t\r\n\n", ""},
		{"{}\n", "R{}\n"},
		{"{}\n\n", "R{}\n"},
		{"\n\n{}\n\n\n{1}\n", "R{}\nR{1}\n"},
		{"{1}\r\n\r\n{2}\r\n", "R{1}\nR{2}\n"},
		{" \t{1} \t\n\t {2}\n", "R{1}\nR{2}\n"},
		{"{ 1 { } \" }\n", "R{ 1 { } \" }\n"},
		{"{unfinished", ""},
		{"{\n", "R{\n"},
	};

	EXPECT_ALL(examples, GS_OK);
}

static void
bodies(void **state)
{
	static const struct example examples[] = {
		{"{BodySize}\n\n\"Zm9v\"\n", "R{BodySize}\nBfooE"},
		{"{BodySize}\n\"Zm9vYg==\"\n", "R{BodySize}\nBfoobE"},
		{"{BodySize}\r\n\r\n \t\"Zm9vYmE=\"\r\n\n",
			"R{BodySize}\nBfoobaE"},
		{"{BodySize}\n\"\"\n", "R{BodySize}\nBE"},
		{"{BodySize}\n\n\"Zm8=\"\n{2}\n\n{BodySize 3}\n\n\"YmFy\"\n",
			"R{BodySize}\nBfoE"
			"R{2}\n"
			"R{BodySize 3}\nBbarE"},
		{"{BodySize}\n\n\"Zm9v\"{2}\n", "R{BodySize}\nBfooER{2}\n"},
		{"{BodySize}\n\n\"Zm9v", "R{BodySize}\nB"},
		{"{BodySize}\n\n", "R{BodySize}\nB"},
	};

	EXPECT_ALL(examples, GS_OK);
}

/* prog.go leaves a body without its end, and begins the next request. */
static void
cut_bodies(void **state)
{
	static const struct example examples[] = {
		{"{BodySize}\n\n\"Zm9v{2}\n\n", "R{BodySize}\nBfooCR{2}\n"},
		{"{BodySize}\n\n\"Zm9vYg=={2}\n\n",
			"R{BodySize}\nBfoobCR{2}\n"},
		{"{BodySize}\n\n\"Zm9vYg{2}\n\n", "R{BodySize}\nBfoobCR{2}\n"},
		{"{BodySize}\n\n\"{2}\n\n", "R{BodySize}\nBCR{2}\n"},
		{"{BodySize}\n\n\"Zm9v{BodySize}\n\n\"YmFy\"\n",
			"R{BodySize}\nBfooCR{BodySize}\nBbarE"},
	};

	EXPECT_ALL(examples, GS_OK);
}

static void
nonsense(void **state)
{
	static const struct example examples[] = {
		{"x", "F"},
		{"\n\n[]\n", "F"},
		{"\"Zm9v\"\n", "F"},
		{"{1}\nGET / HTTP/1.1\r\n", "R{1}\nF"},
		{"{1}\n\n\"Zm9v\"\n", "R{1}\nF"},
		{"{BodySize}\n\n{2}\n", "R{BodySize}\nF"},
		{"{BodySize}\n\nZm9v\"\n", "R{BodySize}\nF"},
		{"{BodySize}\n\n\"Zm9v\n\"\n", "R{BodySize}\nF"},
		{"{BodySize}\n\n\"Zm9vY\"\n", "R{BodySize}\nF"},
		{"{BodySize}\n\n\"Zm9vYg\"\n", "R{BodySize}\nF"},
		{"{BodySize}\n\n\"Zm9vYg=\"\n", "R{BodySize}\nF"},
		{"{BodySize}\n\n\"Zm9vYg==Yg==\"\n", "R{BodySize}\nF"},
		{"{BodySize}\n\n\"Zm-v\"\n", "R{BodySize}\nF"},
		{"{BodySize}\n\n\"Zm\\/v\"\n", "R{BodySize}\nF"},
		{"{BodySize}\n\n\"Zm9v}\n", "R{BodySize}\nF"},
	};

	EXPECT_ALL(examples, GS_BAD);
	expect((struct view){"\0", 1}, VIEW("F"), GS_BAD);
}

/* A request of n bytes and its newline, with blanks around. */
static struct view
long_request(char *storage, size_t n)
{
	memset(storage, 'x', n + 3);
	memcpy(storage, "\n\n{", 3);
	storage[n + 2] = '\n';
	return (struct view){storage, n + 3};
}

static void
a_request_has_a_longest_length(void **state)
{
	static char stream[REQUEST_LINE_MAX + 4], text[REQUEST_LINE_MAX + 4];
	struct view longest = long_request(stream, REQUEST_LINE_MAX);

	memcpy(text, longest.p + 1, longest.n - 1);
	text[0] = 'R';
	expect(longest, (struct view){text, longest.n - 1}, GS_OK);
	expect(long_request(stream, REQUEST_LINE_MAX + 1), VIEW("F"),
		GS_TOOBIG);
}

static void
a_flood_ends_at_the_limit(void **state)
{
	static struct story s;
	static char storage[TEXT_MAX], flood[3 * REQUEST_LINE_MAX];

	memset(flood, '{', sizeof(flood));
	begin_story(&s, storage);
	for (int i = 0; i < 10; i++) {
		feed(&s, (struct view){flood, REQUEST_LINE_MAX / 10 + 1});
	}
	expect_story(&s, VIEW("F"), GS_TOOBIG);
	expect((struct view){flood, sizeof(flood)}, VIEW("F"), GS_TOOBIG);
}

static void
failure_is_final(void **state)
{
	static struct inbox in;
	struct gs_err err;
	struct view out = VIEW("untouched");
	enum inbox_event event = INBOX_BODY_END;
	size_t used = 77;

	inbox_init(&in);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(
			inbox_feed(&in, i > 0 ? VIEW("{}\n") : VIEW("x"), &used,
				&event, &out, &err),
			GS_BAD);
		assert_string_equal(err.text,
			"cannot read requests: a request must begin with '{'");
		assert_int_equal(used, 77);
		assert_int_equal(event, INBOX_BODY_END);
		assert_true(view_eq(out, VIEW("untouched")));
		assert_false(inbox_at_rest(&in));
	}
}

static void
at_rest_between_requests_only(void **state)
{
	static const struct {
		const char *stream;
		bool rest;
	} cases[] = {
		{"", true},
		{"\n ", true},
		{"{", false},
		{"{}", false},
		{"{}\n", true},
		{"{BodySize}\n", false},
		{"{BodySize}\n\n", false},
		{"{BodySize}\n\n\"Zm9v", false},
		{"{BodySize}\n\n\"Zm9v\"", true},
		{"{BodySize}\n\n\"Zm9v{", false},
		{"{BodySize}\n\n\"Zm9v{}\n", true},
	};
	static struct story s;
	static char storage[TEXT_MAX];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		begin_story(&s, storage);
		feed(&s, view_of(cases[i].stream));
		assert_int_equal(s.end, GS_OK);
		assert_int_equal(inbox_at_rest(&s.in), cases[i].rest);
	}
}

/* Bodies around the size of the chunk that one call hands out. */
static void
bodies_longer_than_a_chunk(void **state)
{
	enum { LONGEST = 2 * INBOX_CHUNK_BYTES + 1 };

	static char bytes[LONGEST], stream[BASE64_LEN(LONGEST) + 32];
	static char text[LONGEST + 32];
	static const char head[] = "{BodySize}\n\n\"";

	for (size_t i = 0; i < sizeof(bytes); i++) {
		bytes[i] = (char)(i * i >> 3);
	}
	for (size_t i = 0; i < 10; i++) {
		size_t n = (1 + i / 5) * INBOX_CHUNK_BYTES + i % 5 - 3;
		struct buf in = BUF_OVER(stream), out = BUF_OVER(text);

		buf_str(&in, head);
		base64_encode(&in, bytes, n);
		buf_str(&in, "\"\n{1}\n");
		buf_str(&out, "R{BodySize}\nB");
		buf_add(&out, (struct view){bytes, n});
		buf_str(&out, "ER{1}\n");
		assert_true(buf_ok(&in));
		for (size_t size = 1; size <= in.len; size *= 64) {
			expect_in_pieces(
				buf_view(&in), buf_view(&out), GS_OK, size);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_and_blanks),
		cmocka_unit_test(bodies),
		cmocka_unit_test(cut_bodies),
		cmocka_unit_test(nonsense),
		cmocka_unit_test(a_request_has_a_longest_length),
		cmocka_unit_test(a_flood_ends_at_the_limit),
		cmocka_unit_test(failure_is_final),
		cmocka_unit_test(at_rest_between_requests_only),
		cmocka_unit_test(bodies_longer_than_a_chunk),
	};

	return cmocka_run_group_tests_name("inbox", tests, NULL, NULL);
}
