/* An action file that is accepted is written again as the same entry. */
#include "gocache/entry.h"

#include "fuzz.h"

static void
check_again(const struct entry *e)
{
	char out[ENTRY_LEN];
	struct entry again;
	struct gs_err err;

	entry_format(e, out);
	if (entry_parse((struct view){out, ENTRY_LEN}, &e->action, &again,
		    &err) != GS_OK ||
		!id_eq(&again.output, &e->output) || again.size != e->size ||
		again.time_ns != e->time_ns || e->time_ns < 0) {
		abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view bytes = {(const char *)data, size};
	struct id action;
	struct entry e;
	struct gs_err err;

	/* mostly the right action, or nothing would ever be accepted */
	if (size < 3 + ID_HEX_LEN ||
		!id_parse((struct view){bytes.p + 3, ID_HEX_LEN}, &action)) {
		memset(&action, 0, sizeof(action));
	}
	if (entry_parse(bytes, &action, &e, &err) == GS_OK) {
		check_again(&e);
	} else if (err.code != GS_BAD || err.text[0] == '\0') {
		abort();
	}
	return 0;
}
