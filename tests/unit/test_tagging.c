#include "s3/tagging.h"

#include "base/array.h"
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
assert_good(const char *tags)
{
	const char *fault = tagging_fault(view_of(tags));

	if (fault) {
		fail_msg("'%s': %s", tags, fault);
	}
}

static void
assert_bad(const char *tags, const char *why)
{
	const char *fault = tagging_fault(view_of(tags));

	if (!fault || !strstr(fault, why)) {
		fail_msg("'%s': %s", tags, fault ? fault : "is taken");
	}
}

static void
good_ones(void **state)
{
	static const char *const tags[] = {
		"k=v",
		"k=",
		"team=build&cost-center=a%20b+c",
		"a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8&i=9&j=10",
		"path=a/b:c@d&x_y.z=%2B%2D%3D%2E%5F%3A%2F%40",
		"k%C3%A9y=%E6%97%A5%f0%9f%98%80",
		"K=1&k=2",
	};

	for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
		assert_good(tags[i]);
	}
}

static void
bad_ones(void **state)
{
	static const char *const tags[][2] = {
		{"", "must be KEY=VALUE"},
		{"k", "must be KEY=VALUE"},
		{"k=v&", "must be KEY=VALUE"},
		{"&k=v", "must be KEY=VALUE"},
		{"k=v=w", "must be KEY=VALUE"},
		{"k=a b", "must be KEY=VALUE"},
		{"k=%", "must be KEY=VALUE"},
		{"k=%4", "must be KEY=VALUE"},
		{"k=%4g", "must be KEY=VALUE"},
		{"k=\xc3\xa9", "must be KEY=VALUE"},
		{"k=%C3", "must be KEY=VALUE"},
		{"k=%ED%A0%80", "must be KEY=VALUE"},
		{"k=a;b", "must be KEY=VALUE"},
		{"k=a\nb", "must be KEY=VALUE"},
		{"=v", "must have a key"},
		{"k=~", "may hold"},
		{"k%23=v", "may hold"},
		{"k=%0A", "may hold"},
		{"k=%00", "may hold"},
		{"aws:k=v", "reserved"},
		{"AWS%3Ak=v", "reserved"},
		{"k=1&k=2", "twice"},
		{"a+b=1&c=2&a%20b=3", "twice"},
		{"a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8&i=9&j=10&k=11", "ten"},
	};

	for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
		assert_bad(tags[i][0], tags[i][1]);
	}
}

/* A tag whose key and value are so many times the text. */
static const char *
long_tag(size_t key_len, size_t value_len, const char *each)
{
	static char text[16 * 1024];
	struct buf b = BUF_OVER(text);

	for (size_t i = 0; i < key_len; i++) {
		buf_str(&b, each);
	}
	buf_char(&b, '=');
	for (size_t i = 0; i < value_len; i++) {
		buf_str(&b, each);
	}
	return buf_cstr(&b);
}

/* In characters, however many bytes each is. */
static void
limits(void **state)
{
	static const char *const each[] = {
		"x", "%78", "%C3%A9", "%E6%97%A5", "%F0%9F%98%80"};

	for (size_t i = 0; i < ARRAY_LEN(each); i++) {
		assert_good(long_tag(128, 256, each[i]));
		assert_bad(long_tag(129, 256, each[i]), "128");
		assert_bad(long_tag(128, 257, each[i]), "256");
		assert_bad(long_tag(1000, 1, each[i]), "128");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_ones),
		cmocka_unit_test(bad_ones),
		cmocka_unit_test(limits),
	};

	return cmocka_run_group_tests_name("tagging", tests, NULL, NULL);
}
