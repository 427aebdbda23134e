#include "s3/list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define HEX_A "aa00000000000000000000000000000000000000000000000000000000000000"
#define HEX_B "bb00000000000000000000000000000000000000000000000000000000000000"

static const char *
query(struct view prefix, struct view token)
{
	static char storage[LIST_QUERY_MAX];
	struct buf out = BUF_OVER(storage);

	list_query(prefix, token, &out);
	return buf_cstr(&out);
}

static void
queries_are_canonical(void **state)
{
	assert_string_equal(query(VIEW(""), VIEW("")), "list-type=2");
	assert_string_equal(
		query(VIEW("a b/"), VIEW("")), "list-type=2&prefix=a%20b%2F");
	assert_string_equal(query(VIEW("p/"), VIEW("x+y/z==")),
		"continuation-token=x%2By%2Fz%3D%3D&list-type=2&prefix=p%2F");
}

/* The first bytes of a page's actions in hex, then what is said of the rest. */
static const char *
summary(struct view document, struct view prefix)
{
	static char storage[256];
	struct buf out = BUF_OVER(storage);
	struct list_page page;
	struct id action;

	list_page_init(&page, document, prefix);
	while (list_page_next(&page, &action)) {
		buf_hex(&out, action.byte, 1);
		buf_char(&out, ' ');
	}
	if (!list_page_is_good(&page)) {
		return "bad";
	}
	buf_str(&out, page.truncated ? page.token : ".");
	return buf_cstr(&out);
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
		{"<ListBucketResult><Contents><Key>" HEX_A
		 "</Key><Size>1</Size></Contents><Contents><Key>" HEX_B
		 "</Key></Contents></ListBucketResult>",
			"", "aa bb ."},
		{"<ListBucketResult><Contents><Key>p&amp;q/" HEX_A
		 "</Key></Contents></ListBucketResult>",
			"p&q/", "aa ."},
		/* not ours */
		{"<ListBucketResult><Contents><Key>readme</Key></Contents>"
		 "<Contents><Key>p/" HEX_A "</Key></Contents><Contents><Key>"
		 "&bogus;</Key></Contents><Contents><Key>" HEX_B
		 "</Key></Contents></ListBucketResult>",
			"", "bb ."},
		{"<ListBucketResult><IsTruncated>true</IsTruncated>"
		 "<NextContinuationToken>a&amp;b=</NextContinuationToken>"
		 "</ListBucketResult>",
			"", "a&b="},
		/* truncated without a way to go on */
		{"<ListBucketResult><IsTruncated>true</IsTruncated>"
		 "</ListBucketResult>",
			"", "bad"},
		{"", "", "bad"},
		{"<html><body>hello</body></html>", "", "bad"},
		{"<Error><Code>AccessDenied</Code></Error>", "", "bad"},
		{"<ListBucketResult><Contents><Key>" HEX_A, "", "bad"},
		{"<ListBucketResult><Contents><Key>" HEX_A "</Key></Contents>",
			"", "bad"},
		{"<ListBucketResult><Contents><Key", "", "bad"},
		{"<ListBucketResult><NextContinuationToken><a/>"
		 "</NextContinuationToken></ListBucketResult>",
			"", "bad"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_string_equal(summary(view_of(cases[i].document),
					    view_of(cases[i].prefix)),
			cases[i].summary);
	}
}

/* A token at the limit is taken, one byte more is not. */
static void
tokens_have_a_limit(void **state)
{
	char token[LIST_TOKEN_MAX + 2], document[2048];

	memset(token, 't', sizeof(token));
	for (int over = 0; over <= 1; over++) {
		token[LIST_TOKEN_MAX + over] = '\0';
		snprintf(document, sizeof(document),
			"<ListBucketResult><IsTruncated>true</IsTruncated>"
			"<NextContinuationToken>%s</NextContinuationToken>"
			"</ListBucketResult>",
			token);

		struct list_page page;
		struct id action;

		list_page_init(&page, view_of(document), VIEW(""));
		assert_false(list_page_next(&page, &action));
		assert_int_equal(list_page_is_good(&page), !over);
		token[LIST_TOKEN_MAX] = 't';
	}
}

/* A key as long as S3 allows, and one byte more, are passed over. */
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
		assert_string_equal(
			summary(view_of(document), VIEW("")), "aa .");
		key[KEY_MAX] = 'k';
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(queries_are_canonical),
		cmocka_unit_test(pages_are_read),
		cmocka_unit_test(tokens_have_a_limit),
		cmocka_unit_test(long_keys_are_passed_over),
	};

	return cmocka_run_group_tests_name("list", tests, NULL, NULL);
}
