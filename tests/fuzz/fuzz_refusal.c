/* Refusals from strangers, after two bytes for the status: each is said in one
 * line of ASCII without a long word. */
#include "s3/refusal.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gs_err err;
	enum refusal refusal;
	size_t word = 0;

	if (size < 2) {
		return 0;
	}
	refusal = refusal_judge("s", (unsigned)(data[0] << 8 | data[1]) % 1000,
		(struct view){(const char *)data + 2, size - 2}, &err);
	check(refusal <= REFUSAL_CLOCK);
	check((refusal == REFUSAL_PASSING) == (err.code == GS_BAD));
	for (const char *c = err.text; *c; c++) {
		check(*c >= ' ' && *c <= '~');
		word = strchr(" :\"',", *c) ? 0 : word + 1;
		check(word <= 160);
	}
	return 0;
}
