/*
 * The public certificate authorities embedded in the program, for systems
 * without a bundle (containers made from scratch). scripts/mkroots.c writes
 * the definitions at build time.
 *
 * roots_bytes holds, root after root and without gaps, the encoded name, the
 * key (RSA modulus or curve point), and the RSA exponent.
 */
#ifndef OS_ROOTS_H
#define OS_ROOTS_H

#include <stddef.h>
#include <stdint.h>

struct root {
	uint16_t name_len, key_len;
	uint8_t exponent_len;
	uint8_t curve; /* TLS number of a named curve (RFC 8422), 0 for RSA */
};

extern const struct root roots[];
extern const size_t roots_count;
extern const unsigned char roots_bytes[];

#endif
