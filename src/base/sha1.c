#include "base/sha1.h"

#include <bearssl_hash.h>

void
sha1_hex(struct view text, struct buf *out)
{
	br_sha1_context context;
	unsigned char digest[br_sha1_SIZE];

	br_sha1_init(&context);
	br_sha1_update(&context, text.p, text.n);
	br_sha1_out(&context, digest);
	buf_hex(out, digest, sizeof(digest));
}
