#include "base/sha256.h"

#include "base/buf.h"
#include "base/sha256_x86.h"

#include <bearssl_hmac.h>

enum sha256_kind
sha256_best(void)
{
	return sha256_x86_works() ? SHA256_X86 : SHA256_PORTABLE;
}

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
	sha256_x86_blocks(state, (const unsigned char *)in.p + head, blocks);
	br_sha256_set_state(c, state, count);
	return head + blocks * SHA256_BLOCK_LEN;
}

/* Only whole blocks take the fast way: BearSSL keeps what is between, and
 * pads, so there is one place for each. */
void
sha256_update(struct sha256 *h, struct view in)
{
	if (h->kind == SHA256_X86 && in.n >= SHA256_BLOCK_LEN) {
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
