#include "base/sha256.h"

#include "base/buf.h"
#include "base/sha256_blocks.h"

#include <bearssl_hmac.h>

const uint32_t sha256_round_constant[SHA256_ROUNDS] = {0x428a2f98, 0x71374491,
	0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
	0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d,
	0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb,
	0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
	0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08,
	0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb,
	0xbef9a3f7, 0xc67178f2};

void
sha256_init(struct sha256 *h, enum sha256_kind kind)
{
	h->kind = kind;
	br_sha256_init(&h->portable);
}

/* Ends the block that c is in and takes the whole ones after it; the answer is
 * how much of in that was. in is at least a block long. */
static size_t
take_blocks(br_sha256_context *c, struct view in)
{
	unsigned char state[ID_LEN];
	size_t begun = br_sha256_state(c, state) % SHA256_BLOCK_LEN;
	size_t head = (SHA256_BLOCK_LEN - begun) % SHA256_BLOCK_LEN;
	size_t blocks = (in.n - head) / SHA256_BLOCK_LEN;
	uint64_t count;

	br_sha256_update(c, in.p, head);
	count = br_sha256_state(c, state) + blocks * SHA256_BLOCK_LEN;
	sha256_native_blocks(state, (const unsigned char *)in.p + head, blocks);
	br_sha256_set_state(c, state, count);
	return head + blocks * SHA256_BLOCK_LEN;
}

/* Only whole blocks take the fast way: BearSSL keeps what is between, and
 * pads, so there is one place for each. */
void
sha256_update(struct sha256 *h, struct view in)
{
	if (h->kind == SHA256_NATIVE && in.n >= SHA256_BLOCK_LEN) {
		in = view_skip(in, take_blocks(&h->portable, in));
	}
	br_sha256_update(&h->portable, in.p, in.n);
}

void
sha256_final(const struct sha256 *h, struct id *out)
{
	br_sha256_out(&h->portable, out->byte);
}

void
sha256_of(struct view text, struct id *out)
{
	struct sha256 h;

	sha256_init(&h, SHA256_PORTABLE);
	sha256_update(&h, text);
	sha256_final(&h, out);
}

void
hmac_sha256(struct view key, struct view data, struct id *out)
{
	br_hmac_key_context k;
	br_hmac_context c;

	br_hmac_key_init(&k, &br_sha256_vtable, key.n > 0 ? key.p : "", key.n);
	br_hmac_init(&c, &k, 0);
	br_hmac_update(&c, data.p, data.n);
	br_hmac_out(&c, out->byte);
	wipe(&k, sizeof(k));
	wipe(&c, sizeof(c));
}
