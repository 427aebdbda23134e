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

/* Sixteen words, four to a vector, the first one lowest. */
struct message {
	uint32x4_t a, b, c, d;
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

/* The four message words after sixteen, of which a has the first four. */
TARGET static uint32x4_t
extend(uint32x4_t a, uint32x4_t b, uint32x4_t c, uint32x4_t d)
{
	return vsha256su1q_u32(vsha256su0q_u32(a, b), c, d);
}

/* The sixteen words after these. */
TARGET static void
advance(struct message *m)
{
	m->a = extend(m->a, m->b, m->c, m->d);
	m->b = extend(m->b, m->c, m->d, m->a);
	m->c = extend(m->c, m->d, m->a, m->b);
	m->d = extend(m->d, m->a, m->b, m->c);
}

TARGET static struct state
four_rounds(struct state s, uint32x4_t w, const uint32_t k[4])
{
	uint32x4_t wk = vaddq_u32(w, vld1q_u32(k));

	return (struct state){vsha256hq_u32(s.abcd, s.efgh, wk),
		vsha256h2q_u32(s.efgh, s.abcd, wk)};
}

TARGET static struct state
sixteen_rounds(struct state s, const struct message *m, const uint32_t k[16])
{
	s = four_rounds(s, m->a, k);
	s = four_rounds(s, m->b, k + 4);
	s = four_rounds(s, m->c, k + 8);
	return four_rounds(s, m->d, k + 12);
}

/* Nothing here is in an array, which would lie in memory: what a round waits
 * for then takes as long as the round. */
TARGET static struct state
block(struct state before, const unsigned char *p)
{
	struct message m = {load(p), load(p + 16), load(p + 32), load(p + 48)};
	struct state s = sixteen_rounds(before, &m, sha256_round_constant);

	for (size_t i = 16; i < SHA256_ROUNDS; i += 16) {
		advance(&m);
		s = sixteen_rounds(s, &m, sha256_round_constant + i);
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
