#include "base/base64.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <string.h>

#include "lines.h"

enum { MAX = 4096 };

/* Feeds text in pieces of at most step characters (0: all), the first of
 * at most first, into out; true if all of it was taken and it may end there. */
static bool
decode(struct view text, size_t first, size_t step, struct buf *out)
{
	struct base64_decoder d;
	struct gs_err err;
	size_t at = 0;

	base64_decoder_init(&d);
	for (size_t n = first; at < text.n; n = step) {
		size_t used, left = text.n - at;
		struct view in = {text.p + at, n && n < left ? n : left};

		if (base64_decode(&d, in, &used, out, &err) != GS_OK) {
			assert_int_equal(err.code, GS_BAD);
			return false;
		}
		if (used < in.n) {
			return false;
		}
		at += used;
	}
	return base64_decoder_at_end(&d);
}

static void
expect_bytes(struct view text, struct view bytes, size_t first, size_t step)
{
	char storage[MAX];
	struct buf out = BUF_OVER(storage);

	assert_true(decode(text, first, step, &out));
	assert_int_equal(out.len, bytes.n);
	assert_memory_equal(out.p, bytes.p, bytes.n);
}

/* Whole, character by character, and cut in two at every place. */
static void
expect_decoded(struct view text, struct view bytes)
{
	expect_bytes(text, bytes, 0, 0);
	expect_bytes(text, bytes, 1, 1);
	for (size_t cut = 1; cut < text.n; cut++) {
		expect_bytes(text, bytes, cut, 0);
	}
}

static void
expect_refused(struct view text)
{
	for (size_t cut = 0; cut <= text.n; cut++) {
		char storage[MAX];
		struct buf out = BUF_OVER(storage);

		assert_false(decode(text, cut, 0, &out));
		buf_clear(&out);
		assert_false(decode(text, cut, 1, &out));
	}
}

static void
good_vectors(void **state)
{
	struct lines lines;
	char encoded[MAX];
	struct view text, bytes;

	lines_open(&lines, "tests/vectors/base64/good.txt");
	while (lines_next(&lines, &text)) {
		struct buf out = BUF_OVER(encoded);

		view_cut(text, '\t', &text, &bytes);
		expect_decoded(text, bytes);
		base64_encode(&out, bytes.p, bytes.n);
		assert_true(buf_ok(&out));
		assert_true(view_eq(buf_view(&out), text));
	}
}

static void
bad_vectors(void **state)
{
	struct lines lines;
	struct view text;

	lines_open(&lines, "tests/vectors/base64/bad.txt");
	while (lines_next(&lines, &text)) {
		expect_refused(text);
	}
}

static void
every_length_round_trips(void **state)
{
	unsigned char bytes[200];
	char encoded[BASE64_LEN(sizeof(bytes))];

	for (size_t i = 0; i < sizeof(bytes); i++) {
		bytes[i] = (unsigned char)(i * 151 + 7);
	}
	for (size_t n = 0; n <= sizeof(bytes); n++) {
		struct buf out = BUF_OVER(encoded);

		base64_encode(&out, bytes, n);
		assert_true(buf_ok(&out));
		assert_int_equal(out.len, BASE64_LEN(n));
		expect_decoded(buf_view(&out), (struct view){(char *)bytes, n});
	}
}

static void
each_byte_is_of_the_alphabet_or_not(void **state)
{
	static const char ours[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnop"
				   "qrstuvwxyz0123456789+/";

	for (int c = 0; c < 256; c++) {
		for (size_t at = 0; at < 4; at++) {
			char text[4] = {'A', 'A', 'A', 'A'}, storage[3];
			struct buf out = BUF_OVER(storage);
			bool good = c && strchr(ours, c);

			text[at] = (char)c;
			if (c == '=' && at == 3) {
				good = true;
			}
			assert_int_equal(
				decode((struct view){text, 4}, 0, 0, &out),
				good);
		}
	}
}

static void
stops_before_a_foreign_byte(void **state)
{
	struct base64_decoder d;
	struct gs_err err;
	char storage[16];
	struct buf out = BUF_OVER(storage);
	size_t used;

	base64_decoder_init(&d);
	assert_int_equal(
		base64_decode(&d, VIEW("Zm9vYmE=\"\nAAAA"), &used, &out, &err),
		GS_OK);
	assert_int_equal(used, 8);
	assert_true(view_eq(buf_view(&out), VIEW("fooba")));
	assert_true(base64_decoder_at_end(&d));

	base64_decoder_init(&d);
	assert_int_equal(
		base64_decode(&d, VIEW("Zm9vY{"), &used, &out, &err), GS_OK);
	assert_int_equal(used, 5);
	assert_false(base64_decoder_at_end(&d));
}

static void
stops_where_out_is_full(void **state)
{
	struct view text = VIEW("Zm9vYmFyZm9vYmFy"),
		    bytes = VIEW("foobarfoobar");

	for (size_t cap = 1; cap <= 12; cap++) {
		struct base64_decoder d;
		struct gs_err err;
		char storage[12], seen[12];
		struct buf all = BUF_OVER(seen);
		size_t at = 0, used;

		base64_decoder_init(&d);
		while (all.len < 12) {
			struct buf out = buf_over(storage, cap);

			assert_int_equal(base64_decode(&d, view_skip(text, at),
						 &used, &out, &err),
				GS_OK);
			assert_true(out.len > 0);
			assert_true(buf_ok(&out));
			buf_add(&all, buf_view(&out));
			at += used;
		}
		assert_int_equal(at, text.n);
		assert_true(view_eq(buf_view(&all), bytes));
	}
}

static void
failure_is_final(void **state)
{
	struct base64_decoder d;
	struct gs_err err;
	char storage[16];
	struct buf out = BUF_OVER(storage);
	size_t used;

	base64_decoder_init(&d);
	assert_int_equal(
		base64_decode(&d, VIEW("AA=A"), &used, &out, &err), GS_BAD);
	assert_int_equal(used, 3);
	assert_string_equal(
		err.text, "cannot decode base64: the padding is wrong");
	assert_int_equal(
		base64_decode(&d, VIEW("AAAA"), &used, &out, &err), GS_BAD);
	assert_int_equal(used, 0);
	assert_int_equal(
		base64_decode(&d, VIEW(""), &used, &out, &err), GS_BAD);
	assert_false(base64_decoder_at_end(&d));
}

static void
identifiers(void **state)
{
	struct id id, before;
	struct view good = VIEW("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");

	assert_true(base64_decode_id(good, &id));
	assert_int_equal(id.byte[0], 0xe3);
	assert_int_equal(id.byte[31], 0x55);
	before = id;
	for (size_t n = 0; n < good.n; n++) {
		assert_false(base64_decode_id((struct view){good.p, n}, &id));
	}
	assert_false(base64_decode_id(
		VIEW("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=A"), &id));
	assert_false(base64_decode_id(
		VIEW("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFUA"), &id));
	assert_false(base64_decode_id(
		VIEW("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuA=="), &id));
	assert_false(base64_decode_id(
		VIEW("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV="), &id));
	assert_false(base64_decode_id(
		VIEW("47DEQpj8HBSa+/TImW+5JCeu QeRkm5NMpJWZG3hSuFU"), &id));
	assert_true(id_eq(&id, &before));
}

static void
encoding_needs_room_for_all(void **state)
{
	char storage[7];
	struct buf out = BUF_OVER(storage);

	base64_encode(&out, "abcd", 4);
	assert_false(buf_ok(&out));
	assert_int_equal(out.len, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_vectors),
		cmocka_unit_test(bad_vectors),
		cmocka_unit_test(every_length_round_trips),
		cmocka_unit_test(each_byte_is_of_the_alphabet_or_not),
		cmocka_unit_test(stops_before_a_foreign_byte),
		cmocka_unit_test(stops_where_out_is_full),
		cmocka_unit_test(failure_is_final),
		cmocka_unit_test(identifiers),
		cmocka_unit_test(encoding_needs_room_for_all),
	};

	return cmocka_run_group_tests_name("base64", tests, NULL, NULL);
}
