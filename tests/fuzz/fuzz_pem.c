/* Blocks lie one after the other inside the text, and decode to no more bytes
 * than base64 has room for. */
#include "base/pem.h"

#include "fuzz.h"

enum { DECODED_MAX = 512 };

static void
check_block(struct view body)
{
	char storage[DECODED_MAX];
	struct buf bytes = BUF_OVER(storage);

	if (pem_decode(body, &bytes) &&
		(!buf_ok(&bytes) || bytes.len > body.n / 4 * 3)) {
		abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view rest = {(const char *)data, size}, label, body;
	const char *at = rest.p;

	while (pem_next(&rest, &label, &body)) {
		if (label.p < at || body.p < label.p + label.n ||
			rest.p < body.p + body.n) {
			abort();
		}
		at = rest.p;
		check_block(body);
	}
	if (rest.n > 0) {
		abort();
	}
	return 0;
}
