#include "base/xml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

/* The events of a document as one text: `(name`, `name)`, `'text'`, `[cdata]`,
 * and `!` where it stops being XML. */
static const char *
events(struct view document)
{
	static char storage[4096];
	struct buf out = BUF_OVER(storage);
	enum xml_event event;
	struct view value;
	struct xml x;

	xml_init(&x, document);
	while ((event = xml_next(&x, &value)) != XML_END && event != XML_BAD) {
		const char *before[] = {"(", "", "'", "["};
		const char *after[] = {"", ")", "'", "]"};

		buf_str(&out, before[event]);
		buf_add(&out, value);
		buf_str(&out, after[event]);
	}
	if (event == XML_BAD) {
		buf_char(&out, '!');
		assert_int_equal(xml_next(&x, &value), XML_BAD);
	}
	return buf_cstr(&out);
}

static void
documents_become_events(void **state)
{
	static const struct {
		const char *document, *events;
	} cases[] = {
		{"", "!"},
		{" ", "!"},
		{"<!-- x -->", "!"},
		{"<a/>", "(aa)"},
		{"\xef\xbb\xbf<a/>", "(aa)"},
		{" <a/> <!-- x --> <?y?> ", "(aa)"},
		{"<a/><b/>", "(aa)!"},
		{"<a/>x", "(aa)!"},
		{"<a/>\xef\xbb\xbf", "(aa)!"},
		{"<a/></a>", "(aa)!"},
		{"x<a/>", "!"},
		{"<a>", "(a!"},
		{"<a><b></a>", "(a(ba)!"},
		{"<a><b/>x", "(a(bb)'x'!"},
		{"<a><!b></a>", "(a!"},
		{"<a <b></b></a>", "!"},
		{"<a></a b='>'>", "(aa)"},
		{"<a></a>", "(aa)"},
		{"<a>x</a>", "(a'x'a)"},
		{"<a ><b c='d>' e=\">\"/>y</a >", "(a(bb)'y'a)"},
		{"<?xml version=\"1.0\"?>\n<a/>", "(aa)"},
		{"<a><!-- <b> -- --><c/></a>", "(a(cc)a)"},
		{"<a><![CDATA[<&]]></a>", "(a[<&]a)"},
		{"<s3:Key xmlns:s3='x'>k</s3:Key>", "(Key'k'Key)"},
		{"text", "!"},
		{"<![CDATA[x]]><a/>", "!"},
		{"<", "!"},
		{"<a", "!"},
		{"<a b='>", "!"},
		{"<>", "!"},
		{"</>", "!"},
		{"<a><!-- x", "(a!"},
		{"<? x", "!"},
		{"<a><![CDATA[ x ]]", "(a!"},
		{"<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", "!"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_string_equal(
			events(view_of(cases[i].document)), cases[i].events);
	}
}

static void
references_are_resolved(void **state)
{
	static const struct {
		const char *text, *means; /* NULL: refused */
	} cases[] = {
		{"", ""},
		{"plain", "plain"},
		{"&amp;&lt;&gt;&quot;&apos;", "&<>\"'"},
		{"it&#39;s &#x27;it&#X27;", NULL},
		{"it&#39;s &#x27;it&#x27;", "it's 'it'"},
		{"&#xe9;&#233;", "\xc3\xa9\xc3\xa9"},
		{"&#x20AC;", "\xe2\x82\xac"},
		{"&#x1F600;", "\xf0\x9f\x98\x80"},
		{"&#x10FFFF;", "\xf4\x8f\xbf\xbf"},
		{"&#x110000;", NULL},
		{"&#99999999;", NULL},
		{"&#x100000041;", NULL},
		{"&#000000000000039;", "'"},
		{"&#xg;", NULL},
		{"&#-1;", NULL},
		{"&#xD800;", NULL},
		{"&#0;", NULL},
		{"&#;", NULL},
		{"&#x;", NULL},
		{"&#12a;", NULL},
		{"&nbsp;", NULL},
		{"&", NULL},
		{"&amp", NULL},
		{"&averyverylongname;", NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char storage[64];
		struct buf out = BUF_OVER(storage);
		bool good = xml_decode(view_of(cases[i].text), &out);

		assert_int_equal(good, cases[i].means != NULL);
		if (good) {
			assert_string_equal(buf_cstr(&out), cases[i].means);
		}
	}
}

static void
the_text_of_an_element_is_found(void **state)
{
	struct view document =
		VIEW("<?xml version='1.0'?><Error><Code>NoSuchKey</Code>"
		     "<Message>it&#39;s <![CDATA[<gone>]]></Message><Key/>"
		     "<Nested><In>x</In></Nested><Code>second</Code></Error>");

	static const struct {
		const char *name, *text; /* NULL: none */
	} cases[] = {
		{"Code", "NoSuchKey"},
		{"Message", "it's <gone>"},
		{"Key", ""},
		{"In", "x"},
		{"Nested", NULL},
		{"Region", NULL},
		{"code", NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char storage[64];
		struct buf out = BUF_OVER(storage);
		bool found =
			xml_text_of(document, view_of(cases[i].name), &out);

		assert_int_equal(found, cases[i].text != NULL);
		if (found) {
			assert_string_equal(buf_cstr(&out), cases[i].text);
		}
	}
}

static void
what_is_no_text_leaves_nothing(void **state)
{
	static const char *const documents[] = {"<A><T>text<B/></T></A>",
		"<A><T>text", "<A><T>text&nbsp;</T></A>", "<A>text</A>",
		"<A><T><![CDATA[text]]><</T></A>"};
	char storage[64];
	struct buf out = BUF_OVER(storage);

	buf_str(&out, "before");
	for (size_t i = 0; i < sizeof(documents) / sizeof(*documents); i++) {
		assert_false(
			xml_text_of(view_of(documents[i]), VIEW("T"), &out));
		assert_string_equal(buf_cstr(&out), "before");
	}
}

/* A cut document never reads past its end: the sanitizers watch. */
static void
every_cut_of_a_document_is_survived(void **state)
{
	const char *whole = "<?x?><!--c--><a b='c'>&#x1F600;<![CDATA[d]]><e/>"
			    "</a>";

	for (size_t n = 1; n <= strlen(whole); n++) {
		char *cut = test_malloc(n);

		memcpy(cut, whole, n);
		events((struct view){cut, n});
		test_free(cut);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(documents_become_events),
		cmocka_unit_test(references_are_resolved),
		cmocka_unit_test(the_text_of_an_element_is_found),
		cmocka_unit_test(what_is_no_text_leaves_nothing),
		cmocka_unit_test(every_cut_of_a_document_is_survived),
	};

	return cmocka_run_group_tests_name("xml", tests, NULL, NULL);
}
