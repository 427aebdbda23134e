/* The parser of answers against tests/vectors/http1, whole, byte by byte and
 * cut in two at every offset. See the README there. */
#include "s3/http1.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define VECTORS "tests/vectors/http1"

enum { CASES_MAX = 400, TEXT_MAX = 16 * 1024 };

static struct CMUnitTest cases[CASES_MAX];

struct vector {
	char file[TEXT_MAX];
	char in_bytes[TEXT_MAX];
	struct view method, in, out;
};

/* What came out so far: finished lines, and body bytes not yet a line. */
struct transcript {
	char text_bytes[TEXT_MAX], body_bytes[TEXT_MAX];
	struct buf text, body;
};

static unsigned
hex_value(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

/* One escaped byte from the start of *in, which it leaves behind. */
static char
unescape_one(struct view *in)
{
	char c = in->p[1];

	if (c == 'x') {
		c = (char)(hex_value(in->p[2]) * 16 + hex_value(in->p[3]));
		*in = view_skip(*in, 4);
		return c;
	}
	*in = view_skip(*in, 2);
	switch (c) {
	case 'r':
		return '\r';
	case 'n':
		return '\n';
	case 't':
		return '\t';
	default:
		return c;
	}
}

static void
unescape(struct view in, struct buf *out)
{
	while (in.n > 0) {
		if (in.p[0] == '\\') {
			buf_char(out, unescape_one(&in));
			continue;
		}
		if (in.p[0] != '\n') {
			buf_char(out, in.p[0]);
		}
		in = view_skip(in, 1);
	}
}

static void
escape(struct view in, struct buf *out)
{
	for (size_t i = 0; i < in.n; i++) {
		unsigned char c = (unsigned char)in.p[i];

		if (c == '\r' || c == '\n') {
			buf_str(out, c == '\r' ? "\\r" : "\\n");
		} else if (c < 0x20 || c >= 0x7f) {
			buf_str(out, "\\x");
			buf_hex(out, &c, 1);
		} else {
			buf_char(out, (char)c);
		}
	}
}

/* What stands between two marks. */
static struct view
between(struct view s, struct view from, struct view to)
{
	size_t at = view_find(s, from);
	struct view rest;

	assert_true(at < s.n);
	rest = view_skip(s, at + from.n);
	return (struct view){rest.p, view_find(rest, to)};
}

static void
load(const char *name, struct vector *v)
{
	struct buf in = BUF_OVER(v->in_bytes);
	char path[512];
	struct view file = {.p = v->file};
	FILE *f;

	snprintf(path, sizeof(path), VECTORS "/%s", name);
	f = fopen(path, "rb");
	assert_non_null(f);
	file.n = fread(v->file, 1, sizeof(v->file), f);
	fclose(f);
	assert_in_range(file.n, 1, sizeof(v->file) - 1);
	v->method = between(file, VIEW("\nmethod: "), VIEW("\n"));
	v->out = view_skip(file,
		view_find(file, VIEW("\n--- out\n")) + strlen("\n--- out\n"));
	unescape(between(file, VIEW("\n--- in\n"), VIEW("\n--- out\n")), &in);
	assert_true(buf_ok(&in));
	v->in = buf_view(&in);
}

static void
transcript_init(struct transcript *t)
{
	t->text = BUF_OVER(t->text_bytes);
	t->body = BUF_OVER(t->body_bytes);
}

static void
flush_body(struct transcript *t)
{
	if (t->body.len > 0) {
		buf_str(&t->text, "body ");
		escape(buf_view(&t->body), &t->text);
		buf_char(&t->text, '\n');
		buf_clear(&t->body);
	}
}

static void
add_line(struct transcript *t, const char *word, struct view text)
{
	flush_body(t);
	buf_str(&t->text, word);
	escape(text, &t->text);
	buf_char(&t->text, '\n');
}

static void
add_header(struct transcript *t, struct view name, struct view value)
{
	flush_body(t);
	buf_str(&t->text, "header ");
	buf_add(&t->text, name);
	buf_str(&t->text, value.n > 0 ? ": " : ":");
	escape(value, &t->text);
	buf_char(&t->text, '\n');
}

static void
add_end(struct transcript *t, const struct http1_answer *a)
{
	flush_body(t);
	buf_str(&t->text, a->keep_alive ? "end keep" : "end close");
	if (a->has_length) {
		buf_char(&t->text, ' ');
		buf_uint(&t->text, a->length);
	}
	buf_char(&t->text, '\n');
}

static void
add_status(struct transcript *t, unsigned status)
{
	buf_str(&t->text, "status ");
	buf_uint(&t->text, status);
	buf_char(&t->text, '\n');
}

static void
add_event(struct transcript *t, const struct http1_answer *a,
	const struct http1_event *event)
{
	switch (event->kind) {
	case HTTP1_STATUS:
		add_status(t, a->status);
		break;
	case HTTP1_HEADER:
		add_header(t, event->name, event->value);
		break;
	case HTTP1_BODY:
		assert_true(event->value.n > 0);
		buf_add(&t->body, event->value);
		break;
	case HTTP1_END:
		add_end(t, a);
		break;
	case HTTP1_MORE:
		break;
	}
}

/* Feeds one piece and notes what comes out; false if that was the last. */
static bool
feed_piece(struct http1_answer *a, struct view piece, size_t *total,
	struct transcript *t)
{
	struct http1_event event = {.kind = HTTP1_STATUS};

	while (event.kind != HTTP1_MORE) {
		struct gs_err err = {0};
		size_t used = 0;
		enum gs_code code =
			http1_answer_feed(a, piece, &used, &event, &err);

		if (code != GS_OK) {
			add_line(t, code == GS_BAD ? "bad " : "toobig ",
				view_of(err.text));
			return false;
		}
		assert_true(used <= piece.n);
		*total += used;
		piece = view_skip(piece, used);
		add_event(t, a, &event);
		if (event.kind == HTTP1_END) {
			return false;
		}
	}
	assert_int_equal(piece.n, 0);
	return true;
}

/* The same from a block of just that size, so that ASan sees an overread. */
static bool
feed_copy(struct http1_answer *a, struct view piece, size_t *total,
	struct transcript *t)
{
	char *copy = malloc(piece.n + 1);
	bool more;

	assert_non_null(copy);
	memcpy(copy + 1, piece.p, piece.n);
	more = feed_piece(a, (struct view){copy + 1, piece.n}, total, t);
	free(copy);
	return more;
}

/* Runs the case in a piece of `first` bytes and then pieces of `next`. */
static void
check(const struct vector *v, struct transcript *t, size_t first, size_t next)
{
	static struct http1_answer a;
	struct gs_err err = {0};
	size_t total = 0;
	bool more = true;

	transcript_init(t);
	http1_answer_init(&a, v->method);
	for (size_t at = 0, n = first; more && at < v->in.n; n = next) {
		n = n < v->in.n - at ? n : v->in.n - at;
		more = feed_copy(&a, (struct view){v->in.p + at, n}, &total, t);
		at += n;
	}
	if (more) {
		add_line(t, http1_answer_eof(&a, &err) == GS_OK ? "eof" : "cut",
			VIEW(""));
	} else if (http1_answer_eof(&a, &err) == GS_OK && total < v->in.n) {
		add_line(t, "left ", view_skip(v->in, total));
	}
	buf_char(&t->text, '\0');
	assert_true(buf_ok(&t->text));
	assert_string_equal(t->text.p, v->out.p);
}

static void
run_vector(void **state)
{
	static struct vector v;
	static struct transcript t;

	memset(&v, 0, sizeof(v));
	load(*state, &v);
	check(&v, &t, v.in.n, v.in.n);
	check(&v, &t, 1, 1);
	for (size_t cut = 1; cut < v.in.n; cut++) {
		check(&v, &t, cut, v.in.n);
	}
}

static int
is_case(const struct dirent *entry)
{
	return view_ends(view_of(entry->d_name), VIEW(".txt"));
}

int
main(void)
{
	struct dirent **names = NULL;
	int n = scandir(VECTORS, &names, is_case, alphasort);
	int failed;

	if (n < 1 || n > CASES_MAX) {
		fprintf(stderr, "no cases, or too many, in " VECTORS "\n");
		return 1;
	}
	for (int i = 0; i < n; i++) {
		cases[i] = (struct CMUnitTest){
			.name = names[i]->d_name,
			.test_func = run_vector,
			.initial_state = names[i]->d_name,
		};
	}
	failed = _cmocka_run_group_tests("http1", cases, (size_t)n, NULL, NULL);
	for (int i = 0; i < n; i++) {
		free(names[i]);
	}
	free(names);
	return failed;
}
