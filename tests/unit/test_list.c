#include "s3/list.h"

#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define HEX_A "aa00000000000000000000000000000000000000000000000000000000000000"
#define HEX_B "bb00000000000000000000000000000000000000000000000000000000000000"

static const char *
query(struct view prefix, struct view after)
{
	static char storage[LIST_QUERY_MAX];
	struct buf out = BUF_OVER(storage);

	list_query(prefix, &(struct list_start){.after = after}, &out);
	return buf_cstr(&out);
}

static const char *
query_on(struct view prefix, struct view token)
{
	static char storage[LIST_QUERY_MAX];
	struct buf out = BUF_OVER(storage);

	list_query(prefix, &(struct list_start){.token = token}, &out);
	return buf_cstr(&out);
}

static void
queries_are_canonical(void **state)
{
	assert_string_equal(
		query(VIEW(""), VIEW("8000")), "list-type=2&start-after=8000");
	assert_string_equal(query(VIEW("a b/"), VIEW("8000")),
		"list-type=2&prefix=a%20b%2F&start-after=a%20b%2F8000");
	assert_string_equal(
		query(VIEW("p/"), VIEW("")), "list-type=2&prefix=p%2F");
	assert_string_equal(query_on(VIEW("p/"), VIEW("1/a=")),
		"continuation-token=1%2Fa%3D&list-type=2&prefix=p%2F");
}

static void
the_longest_query_has_room(void **state)
{
	char prefix[KEY_PREFIX_MAX];

	memset(prefix, '/', sizeof(prefix));
	assert_int_equal(strlen(query((struct view){prefix, sizeof(prefix)},
				 VIEW("0123456789abcdef"))),
		strlen("list-type=2&prefix=&start-after=") +
			6 * KEY_PREFIX_MAX + 16);

	char token[LIST_TOKEN_MAX];

	memset(token, '/', sizeof(token));
	assert_int_equal(strlen(query_on((struct view){prefix, sizeof(prefix)},
				 (struct view){token, sizeof(token)})),
		strlen("continuation-token=&list-type=2&prefix=") +
			3 * LIST_TOKEN_MAX + 3 * KEY_PREFIX_MAX);
}

static size_t
token_of_length(size_t n)
{
	static char text[LIST_TOKEN_MAX + 256];
	static struct list_page page;
	struct buf document = BUF_OVER(text);

	buf_str(&document, "<ListBucketResult><NextContinuationToken>");
	while (n-- > 0) {
		buf_char(&document, 't');
	}
	buf_str(&document, "</NextContinuationToken></ListBucketResult>");
	list_page_init(&page, VIEW(""), NULL, NULL);
	assert_true(list_page_feed(&page, buf_view(&document)));
	assert_true(list_page_end(&page));
	return strlen(page.token);
}

static void
a_token_has_a_limit(void **state)
{
	assert_int_equal(token_of_length(LIST_TOKEN_MAX), LIST_TOKEN_MAX);
	assert_int_equal(token_of_length(LIST_TOKEN_MAX + 1), 0);
}

/* What is read of a page: a line of text. */
static void
on_key(void *ctx, struct view name)
{
	struct buf *out = ctx;

	buf_add(out, (struct view){name.p, name.n < 4 ? name.n : 4});
	buf_char(out, ' ');
}

/* The beginnings of a page's keys, then what is said of the rest; the document
 * comes in pieces, the first of which is as long as that. */
static const char *
summary(struct view document, struct view prefix, size_t first, size_t piece)
{
	static char storage[256];
	static struct list_page page;
	struct buf out = BUF_OVER(storage);
	size_t n = first;

	list_page_init(&page, prefix, &out, on_key);
	while (document.n > 0) {
		n = n < document.n ? n : document.n;
		list_page_feed(&page, (struct view){document.p, n});
		document = view_skip(document, n);
		n = piece;
	}
	if (!list_page_end(&page)) {
		return "bad";
	}
	buf_str(&out, page.truncated ? "more" : ".");
	buf_str(&out, page.token[0] ? " from " : "");
	buf_str(&out, page.token);
	return buf_cstr(&out);
}

/* Whole, byte by byte, and split at every place. */
static void
check(const char *document, const char *prefix, const char *expected)
{
	struct view d = view_of(document), p = view_of(prefix);

	assert_string_equal(summary(d, p, d.n, 1), expected);
	assert_string_equal(summary(d, p, 1, 1), expected);
	for (size_t at = 1; at < d.n; at++) {
		assert_string_equal(summary(d, p, at, d.n), expected);
	}
}

static void
pages_are_read(void **state)
{
	static const struct {
		const char *document, *prefix, *summary;
	} cases[] = {
		{"<?xml version='1.0'?><ListBucketResult xmlns='x'>"
		 "<IsTruncated>false</IsTruncated></ListBucketResult>",
			"", "."},
		{"<ListBucketResult/>", "", "."},
		{"<ListBucketResult><Contents><Key>" HEX_A
		 "</Key><Size>1</Size></Contents><Contents><Key>" HEX_B
		 "</Key></Contents></ListBucketResult>\n",
			"", "aa00 bb00 ."},
		{"<ListBucketResult><Contents><Key>p&amp;q/" HEX_A
		 "</Key></Contents></ListBucketResult>",
			"p&q/", "aa00 ."},
		{"<ListBucketResult><Contents><Key><![CDATA[p/]]>" HEX_A
		 "</Key></Contents><!-- <Key>p/cc</Key> --></ListBucketResult>",
			"p/", "aa00 ."},
		{"<ListBucketResult><NextContinuationToken/>"
		 "</ListBucketResult>",
			"", "."},
		/* not ours, and what cannot be decoded */
		{"<ListBucketResult><Contents><Key>readme</Key></Contents>"
		 "<Contents><Key>p/" HEX_A "</Key></Contents><Contents><Key>"
		 "&bogus;</Key></Contents><Contents><Key/></Contents>"
		 "<Contents><Key><a/>x</Key></Contents></ListBucketResult>",
			"", "read p/aa  ."},
		{"<ListBucketResult><IsTruncated> true </IsTruncated>"
		 "<NextContinuationToken>a&amp;b=</NextContinuationToken>"
		 "</ListBucketResult>",
			"", "more from a&b="},
		{"<ListBucketResult><Contents><Key>" HEX_A
		 "</Key></Contents></ListBucketResult>",
			"p/", "bad"},
		{"<ListBucketResult><IsTruncated><a/></IsTruncated>"
		 "</ListBucketResult>",
			"", "bad"},
		{"", "", "bad"},
		{"<html><body>hello</body></html>", "", "bad"},
		{"<Error><Code>AccessDenied</Code></Error>", "", "bad"},
		{"<ListBucketResult><Contents><Key>" HEX_A, "", "bad"},
		{"<ListBucketResult><Contents><Key>" HEX_A "</Key></Contents>",
			"", "bad"},
		{"<ListBucketResult><Contents><Key", "", "bad"},
		{"<ListBucketResult></ListBucketResult><a/>", "", "bad"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		check(cases[i].document, cases[i].prefix, cases[i].summary);
	}
}

/* A key as long as S3 allows is read; one byte more, and it is passed over. */
static void
long_keys_are_passed_over(void **state)
{
	char document[4096], key[KEY_MAX + 2];

	memset(key, 'k', sizeof(key));
	for (int over = 0; over <= 1; over++) {
		key[KEY_MAX + over] = '\0';
		snprintf(document, sizeof(document),
			"<ListBucketResult><Contents><Key>%s</Key></Contents>"
			"<Contents><Key>" HEX_A
			"</Key></Contents></ListBucketResult>",
			key);
		check(document, "", over ? "aa00 ." : "kkkk aa00 .");
		key[KEY_MAX] = 'k';
	}
}

/* The longest key in its longest spelling is read, and nothing is that has no
 * end. */
static void
elements_have_a_limit(void **state)
{
	static char document[3 * LIST_ELEMENT_MAX];
	struct buf out = BUF_OVER(document);

	buf_str(&out, "<ListBucketResult><Key>");
	for (int i = 0; i < KEY_MAX; i++) {
		buf_str(&out, "&#x0006b;");
	}
	buf_str(&out, "</Key></ListBucketResult>");
	assert_string_equal(
		summary(buf_view(&out), VIEW(""), 1000, 1000), "kkkk .");

	buf_clear(&out);
	buf_str(&out, "<ListBucketResult><Key>");
	while (out.len < 2 * LIST_ELEMENT_MAX) {
		buf_str(&out, "kkkk");
	}
	buf_str(&out, "</Key></ListBucketResult>");
	assert_string_equal(
		summary(buf_view(&out), VIEW(""), 1000, 1000), "bad");
}

/* LIST_BODY_MAX bytes are read, one more is not. */
static void
pages_have_a_limit(void **state)
{
	static const char head[] = "<ListBucketResult>";
	static const char tail[] = "</ListBucketResult>";
	static struct list_page page;
	const size_t ends = sizeof(head) - 1 + sizeof(tail) - 1;

	for (size_t over = 0; over <= 1; over++) {
		size_t n = LIST_BODY_MAX - ends + over;

		list_page_init(&page, VIEW(""), NULL, NULL);
		list_page_feed(&page, view_of(head));
		for (; n >= 4; n -= 4) {
			list_page_feed(&page, VIEW("<a/>"));
		}
		list_page_feed(&page, (struct view){"   ", n});
		assert_int_equal(list_page_feed(&page, view_of(tail)), !over);
		assert_int_equal(list_page_end(&page), !over);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(queries_are_canonical),
		cmocka_unit_test(the_longest_query_has_room),
		cmocka_unit_test(a_token_has_a_limit),
		cmocka_unit_test(pages_are_read),
		cmocka_unit_test(long_keys_are_passed_over),
		cmocka_unit_test(elements_have_a_limit),
		cmocka_unit_test(pages_have_a_limit),
	};

	return cmocka_run_group_tests_name("list", tests, NULL, NULL);
}
