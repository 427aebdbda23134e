#include "base/id.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <string.h>

#define DIGITS                                                                 \
	"00112233445566778899aabbccddeeff0123456789abcdefFEDCBA9876543210"

static void
reads_both_cases(void **state)
{
	static const uint8_t want[ID_LEN] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55,
		0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff,
		0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xfe, 0xdc,
		0xba, 0x98, 0x76, 0x54, 0x32, 0x10};
	struct id id;

	assert_true(id_parse(VIEW(DIGITS), &id));
	assert_memory_equal(id.byte, want, ID_LEN);
}

static void
refuses_other_lengths(void **state)
{
	struct id id = {{7}}, before = id;

	for (size_t n = 0; n < ID_HEX_LEN; n++) {
		assert_false(id_parse((struct view){DIGITS, n}, &id));
	}
	assert_false(id_parse(VIEW(DIGITS "0"), &id));
	assert_true(id_eq(&id, &before));
}

static void
every_byte_is_a_digit_or_not(void **state)
{
	for (int c = 0; c < 256; c++) {
		for (size_t at = 0; at < ID_HEX_LEN; at += ID_HEX_LEN - 1) {
			char text[] = DIGITS;
			struct id id;
			bool good = c && strchr("0123456789abcdefABCDEF", c);

			text[at] = (char)c;
			assert_int_equal(
				id_parse((struct view){text, ID_HEX_LEN}, &id),
				good);
		}
	}
}

static void
equal_in_all_bytes(void **state)
{
	struct id a = {{0}}, b = {{0}};

	assert_true(id_eq(&a, &b));
	for (size_t i = 0; i < ID_LEN; i++) {
		b.byte[i] = 1;
		assert_false(id_eq(&a, &b));
		b.byte[i] = 0;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_both_cases),
		cmocka_unit_test(refuses_other_lengths),
		cmocka_unit_test(every_byte_is_a_digit_or_not),
		cmocka_unit_test(equal_in_all_bytes),
	};

	return cmocka_run_group_tests_name("id", tests, NULL, NULL);
}
