/* The part of sha256.h that is made of x86-64 instructions; for sha256.c. */
#ifndef BASE_SHA256_X86_H
#define BASE_SHA256_X86_H

#include "base/limits.h"

#include <stdbool.h>
#include <stddef.h>

enum { SHA256_BLOCK_LEN = 64 };

/* True if this processor can run sha256_x86_blocks. */
bool sha256_x86_works(void);

/* Takes whole blocks into the state, which is in the digest's byte order. */
void sha256_x86_blocks(
	unsigned char state[ID_LEN], const unsigned char *blocks, size_t n);

#endif
