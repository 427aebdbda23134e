/* Documents that grant keys, after a byte for their kind: what is read can be
 * sent in headers, and of what is not nothing stays. */
#include "s3/keydoc.h"

#include "fuzz.h"

static void
check_grant(struct grant *g)
{
	const char *const texts[CREDS_FIELDS] = {g->creds.access_key,
		g->creds.secret_key, g->creds.session_token};

	for (unsigned field = 0; field < CREDS_FIELDS; field++) {
		check(creds_is_sound(view_of(texts[field]), field));
		check(field == CREDS_SESSION_TOKEN || texts[field][0]);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct grant empty;
	struct grant g;
	struct gs_err err = {.code = GS_OK};
	struct view text;

	if (size < 1) {
		return 0;
	}
	memset(&g, 0x55, sizeof(g));
	text = (struct view){(const char *)data + 1, size - 1};
	if (keydoc_read(data[0] % (KEYDOC_SESSION + 1), text, &g, &err) ==
		GS_OK) {
		check_grant(&g);
		check(err.code == GS_OK);
	} else {
		check(memcmp(&g, &empty, sizeof(g)) == 0);
		check(err.code != GS_OK && err.text[0]);
	}
	return 0;
}
