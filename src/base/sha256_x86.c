/*
 * One block takes 64 rounds, four to a step. The instructions want the eight
 * words of the state, a to h, as ABEF and CDGH, the first letter in the highest
 * lane, and do two rounds each; two more of them extend the message.
 * Source: Intel 64 and IA-32 Architectures Software Developer's Manual,
 * volume 2, SHA256RNDS2, SHA256MSG1, SHA256MSG2.
 */
#include "base/sha256_blocks.h"

#ifdef __x86_64__

#include <immintrin.h>

#define TARGET __attribute__((target("sha,sse4.1")))

struct state {
	__m128i abef, cdgh;
};

/* Sixteen words, four to a vector, the first one lowest. */
struct message {
	__m128i a, b, c, d;
};

/* Between words in the machine's order and big-endian ones. */
TARGET static __m128i
swap(__m128i v)
{
	return _mm_shuffle_epi8(v, _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4,
					   5, 6, 7, 0, 1, 2, 3));
}

TARGET static __m128i
load(const unsigned char *p)
{
	return swap(_mm_loadu_si128((const __m128i *)p));
}

TARGET static struct state
load_state(const unsigned char p[ID_LEN])
{
	__m128i dcba = load(p);
	__m128i hgfe = load(p + 16);
	__m128i cdab = _mm_shuffle_epi32(dcba, 0xb1);
	__m128i efgh = _mm_shuffle_epi32(hgfe, 0x1b);

	return (struct state){_mm_alignr_epi8(cdab, efgh, 8),
		_mm_blend_epi16(efgh, cdab, 0xf0)};
}

TARGET static void
store_state(struct state s, unsigned char p[ID_LEN])
{
	__m128i feba = _mm_shuffle_epi32(s.abef, 0x1b);
	__m128i dchg = _mm_shuffle_epi32(s.cdgh, 0xb1);
	__m128i dcba = _mm_blend_epi16(feba, dchg, 0xf0);
	__m128i hgfe = _mm_alignr_epi8(dchg, feba, 8);

	_mm_storeu_si128((__m128i *)p, swap(dcba));
	_mm_storeu_si128((__m128i *)(p + 16), swap(hgfe));
}

/* The four message words after sixteen, of which a has the first four. */
TARGET static __m128i
extend(__m128i a, __m128i b, __m128i c, __m128i d)
{
	__m128i sum = _mm_add_epi32(
		_mm_sha256msg1_epu32(a, b), _mm_alignr_epi8(d, c, 4));

	return _mm_sha256msg2_epu32(sum, d);
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
four_rounds(struct state s, __m128i w, const uint32_t k[4])
{
	__m128i wk = _mm_add_epi32(w, _mm_loadu_si128((const __m128i *)k));

	s.cdgh = _mm_sha256rnds2_epu32(s.cdgh, s.abef, wk);
	wk = _mm_shuffle_epi32(wk, 0x0e);
	s.abef = _mm_sha256rnds2_epu32(s.abef, s.cdgh, wk);
	return s;
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
	s.abef = _mm_add_epi32(s.abef, before.abef);
	s.cdgh = _mm_add_epi32(s.cdgh, before.cdgh);
	return s;
}

TARGET void
sha256_native_blocks(
	unsigned char state[ID_LEN], const unsigned char *blocks, size_t n)
{
	struct state s = load_state(state);

	for (size_t i = 0; i < n; i++) {
		s = block(s, blocks + i * SHA256_BLOCK_LEN);
	}
	store_state(s, state);
}

#endif
