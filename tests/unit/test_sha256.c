#include "base/buf.h"
#include "base/sha256.h"
#include "os/cpu.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "lines.h"

enum { LENGTHS = 301 };

/* The kinds that this processor can run. */
static int
last_kind(void)
{
	return (int)cpu_sha256();
}

static void
expect_hex(const struct id *digest, struct view hex)
{
	char text[ID_HEX_LEN + 1];
	struct buf b = BUF_OVER(text);

	buf_hex(&b, digest->byte, ID_LEN);
	b.len = hex.n;
	assert_true(hex.n >= 32);
	assert_memory_equal(text, hex.p, hex.n);
}

/* The digest of text taken in pieces of step bytes, the first of first. */
static void
digest(enum sha256_kind kind, struct view text, size_t first, size_t step,
	struct id *out)
{
	struct sha256 h;

	sha256_init(&h, kind);
	for (size_t n = first; text.n > 0; n = step) {
		struct view in = {text.p, n < text.n ? n : text.n};

		sha256_update(&h, in);
		text = view_skip(text, in.n);
	}
	sha256_final(&h, out);
}

static void
expect_digest(struct view text, struct view hex)
{
	struct id id;

	sha256_of(text, &id);
	expect_hex(&id, hex);
	for (int kind = 0; kind <= last_kind(); kind++) {
		digest((enum sha256_kind)kind, text, 1, 1, &id);
		expect_hex(&id, hex);
		for (size_t cut = 0; cut <= text.n; cut++) {
			digest((enum sha256_kind)kind, text, cut, text.n, &id);
			expect_hex(&id, hex);
		}
	}
}

static void
nist_examples(void **state)
{
	struct lines lines;
	struct view text, hex;

	lines_open(&lines, "tests/vectors/sha256/nist.txt");
	while (lines_next(&lines, &text)) {
		view_cut(text, ' ', &text, &hex);
		expect_digest(text, hex);
	}
	assert_int_equal(lines.count, 4);
}

static void
nist_million_a(void **state)
{
	char text[1000];

	memset(text, 'a', sizeof(text));
	for (int kind = 0; kind <= last_kind(); kind++) {
		struct sha256 h;
		struct id id;

		sha256_init(&h, (enum sha256_kind)kind);
		for (int i = 0; i < 1000; i++) {
			sha256_update(&h, (struct view){text, sizeof(text)});
		}
		sha256_final(&h, &id);
		expect_hex(&id, VIEW("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a"
				     "497200e046d39ccc7112cd0"));
	}
}

static void
every_length_and_cut(void **state)
{
	struct lines lines;
	char text[LENGTHS];
	struct view hex;
	size_t n = 0;

	lines_open(&lines, "tests/vectors/sha256/lengths.txt");
	for (; lines_next(&lines, &hex); n++) {
		for (size_t i = 0; i < n; i++) {
			text[i] = (char)(unsigned char)(151 * i + n);
		}
		expect_digest((struct view){text, n}, hex);
	}
	assert_int_equal(n, LENGTHS);
}

static void
goes_on_after_final_and_as_a_copy(void **state)
{
	for (int kind = 0; kind <= last_kind(); kind++) {
		struct sha256 h, copy;
		struct id early, late, other;

		sha256_init(&h, (enum sha256_kind)kind);
		sha256_update(&h, VIEW("a"));
		sha256_final(&h, &early);
		copy = h;
		sha256_update(&h, VIEW("bc"));
		sha256_final(&h, &late);
		sha256_update(&copy, VIEW("bc"));
		sha256_final(&copy, &other);
		expect_hex(&early,
			VIEW("ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b"
			     "9807785afee48bb"));
		expect_hex(&late,
			VIEW("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb"
			     "410ff61f20015ad"));
		assert_true(id_eq(&late, &other));
	}
}

static struct view
unhex(struct view hex, char *out)
{
	for (size_t i = 0; i < hex.n / 2; i++) {
		unsigned byte;

		assert_int_equal(sscanf(hex.p + 2 * i, "%2x", &byte), 1);
		out[i] = (char)(unsigned char)byte;
	}
	return (struct view){out, hex.n / 2};
}

static void
hmac_vectors(void **state)
{
	struct lines lines;
	char key_bytes[LINES_LEN_MAX], data_bytes[LINES_LEN_MAX];
	struct view text, key, data, mac;
	struct id id;

	lines_open(&lines, "tests/vectors/sha256/hmac.txt");
	while (lines_next(&lines, &text)) {
		view_cut(text, ' ', &key, &text);
		view_cut(text, ' ', &data, &mac);
		hmac_sha256(
			unhex(key, key_bytes), unhex(data, data_bytes), &id);
		expect_hex(&id, mac);
	}
	assert_int_equal(lines.count, 7);
}

static void
hmac_of_nothing(void **state)
{
	struct id id;

	hmac_sha256((struct view){NULL, 0}, (struct view){NULL, 0}, &id);
	expect_hex(&id, VIEW("b613679a0814d9ec772f95d778c35fc5ff1697c493715653c"
			     "6c712144292c5ad"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nist_examples),
		cmocka_unit_test(nist_million_a),
		cmocka_unit_test(every_length_and_cut),
		cmocka_unit_test(goes_on_after_final_and_as_a_copy),
		cmocka_unit_test(hmac_vectors),
		cmocka_unit_test(hmac_of_nothing),
	};

	return cmocka_run_group_tests_name("sha256", tests, NULL, NULL);
}
