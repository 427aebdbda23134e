#include "base/pem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#define BEGIN "-----BEGIN X-----\n"
#define END "-----END X-----\n"

/* What a text holds: "LABEL=BYTES " for each block, "LABEL! " for one that
 * does not decode. */
static const struct {
	const char *text, *blocks;
} cases[] = {
	{"", ""}, {"nothing\n", ""}, {BEGIN "YWJj\n" END, "X=abc "},
	{BEGIN "YWJj\n-----END X-----", "X=abc "}, {BEGIN "YWJj" END, "X=abc "},
	{BEGIN "Y W\tJ\n\n\nj\n" END, "X=abc "}, {BEGIN "YWI=\n" END, "X=ab "},
	{BEGIN END, "X= "},
	{"-----BEGIN X-----\r\nYW\r\nJj\r\n-----END X-----\r\n", "X=abc "},
	{"-----BEGIN X-----   \nYWJj\n-----END X-----", "X=abc "},
	{"-----BEGIN TWO WORDS-----\nYWJj\n-----END TWO WORDS-----",
		"TWO WORDS=abc "},
	{"-----BEGIN -----\nYWJj\n-----END -----", "=abc "},
	/* several, with text between them */
	{"a\n" BEGIN "YWJj\n" END "b\n\n" BEGIN "ZGVm\n" END "c",
		"X=abc X=def "},
	{BEGIN "YWJj\n" END BEGIN "ZGVm\n" END, "X=abc X=def "},
	/* not at a line's start */
	{" " BEGIN "YWJj\n" END, ""},
	{"x" BEGIN "YWJj\n" END BEGIN "ZGVm\n" END, "X=def "},
	/* without an end, or with another's */
	{BEGIN "YWJj\n", ""}, {BEGIN "YWJj\n-----END X----", ""},
	{BEGIN "YWJj\n" BEGIN "ZGVm\n" END, "X=def "},
	{BEGIN "YWJj\n-----END Y-----\n" BEGIN "ZGVm\n" END, "X=def "},
	{BEGIN "YW-Jj\n" END BEGIN "ZGVm\n" END, "X! X=def "},
	{"-----BEGIN X\n-----\nYWJj\n-----END X\n-----\n", ""},
	{"-----BEGIN ", ""},
	/* not base64 */
	{BEGIN "YWJ\n" END, "X! "}, {BEGIN "YW!j\n" END, "X! "},
	{BEGIN "YWI=YWI=\n" END, "X! "},
	{BEGIN "Proc-Type: 4,ENCRYPTED\n\nYWJj\n" END, "X! "},
	{BEGIN "YWJj YWJj YWJj\n" END, "X! "}, /* 9 bytes, over the cap */
};

static void
list_blocks(struct view text, struct buf *out)
{
	struct view label, body;

	while (pem_next(&text, &label, &body)) {
		char bytes[8];
		struct buf decoded = BUF_OVER(bytes);
		bool ok = pem_decode(body, &decoded);

		buf_add(out, label);
		buf_char(out, ok ? '=' : '!');
		if (ok) {
			buf_add(out, buf_view(&decoded));
		}
		buf_char(out, ' ');
	}
	assert_int_equal(text.n, 0);
}

static void
finds_and_decodes_blocks(void **state)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char found[128];
		struct buf out = BUF_OVER(found);

		list_blocks(view_of(cases[i].text), &out);
		if (strcmp(buf_cstr(&out), cases[i].blocks) != 0) {
			fail_msg("case %zu: '%s'", i, found);
		}
	}
}

/* Every text cut off anywhere: no block that the whole has not. */
static void
finds_nothing_more_in_a_part(void **state)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t n = strlen(cases[i].text);

		for (size_t cut = 0; cut < n; cut++) {
			char found[128];
			struct buf out = BUF_OVER(found);

			list_blocks((struct view){cases[i].text, cut}, &out);
			buf_cstr(&out);
			assert_memory_equal(found, cases[i].blocks, out.len);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_and_decodes_blocks),
		cmocka_unit_test(finds_nothing_more_in_a_part),
	};

	return cmocka_run_group_tests_name("pem", tests, NULL, NULL);
}
