/*
 * One block takes 64 rounds, four to a step. The instructions take the eight
 * words of the state as two vectors, a to d and e to h, the first letter in the
 * lowest lane; one of them gives the new a to d, one the new e to h. Two more
 * extend the message.
 * Source: Arm Architecture Reference Manual for A-profile architecture, C7.2,
 * SHA256H, SHA256H2, SHA256SU0, SHA256SU1.
 */
#include "base/sha256_blocks.h"

#ifdef __aarch64__

#include <arm_neon.h>

#define TARGET __attribute__((target("+crypto")))

struct state {
	uint32x4_t abcd, efgh;
};

/* Four words between memory, big-endian, and a vector, the first one lowest. */
TARGET static uint32x4_t
load(const unsigned char *p)
{
	return vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(p)));
}

TARGET static void
store(uint32x4_t v, unsigned char *p)
{
	vst1q_u8(p, vrev32q_u8(vreinterpretq_u8_u32(v)));
}

/* The four message words after the sixteen in w, of which w[0] has the first
 * four. */
TARGET static uint32x4_t
extend(const uint32x4_t w[4])
{
	return vsha256su1q_u32(vsha256su0q_u32(w[0], w[1]), w[2], w[3]);
}

TARGET static struct state
four_rounds(struct state s, uint32x4_t w, const uint32_t k[4])
{
	uint32x4_t wk = vaddq_u32(w, vld1q_u32(k));

	return (struct state){vsha256hq_u32(s.abcd, s.efgh, wk),
		vsha256h2q_u32(s.efgh, s.abcd, wk)};
}

TARGET static struct state
block(struct state before, const unsigned char *p)
{
	struct state s = before;
	uint32x4_t w[16];

	for (size_t i = 0; i < 16; i++) {
		w[i] = i < 4 ? load(p + 16 * i) : extend(w + i - 4);
		s = four_rounds(s, w[i], sha256_round_constant + 4 * i);
	}
	s.abcd = vaddq_u32(s.abcd, before.abcd);
	s.efgh = vaddq_u32(s.efgh, before.efgh);
	return s;
}

TARGET void
sha256_native_blocks(
	unsigned char state[ID_LEN], const unsigned char *blocks, size_t n)
{
	struct state s = {load(state), load(state + 16)};

	for (size_t i = 0; i < n; i++) {
		s = block(s, blocks + i * SHA256_BLOCK_LEN);
	}
	store(s.abcd, state);
	store(s.efgh, state + 16);
}

#endif
