/*
 * The part of sha256.h that is made of a processor's own instructions; for
 * sha256.c. One file per architecture has it: sha256_x86.c, sha256_arm.c.
 */
#ifndef BASE_SHA256_BLOCKS_H
#define BASE_SHA256_BLOCKS_H

#include "base/limits.h"

#include <stddef.h>
#include <stdint.h>

enum { SHA256_BLOCK_LEN = 64, SHA256_ROUNDS = 64 };

/* FIPS 180-4, 4.2.2 */
extern const uint32_t sha256_round_constant[SHA256_ROUNDS];

/* Takes whole blocks into the state, which is in the digest's byte order. The
 * processor must be one for SHA256_NATIVE. */
void sha256_native_blocks(
	unsigned char state[ID_LEN], const unsigned char *blocks, size_t n);

#endif
