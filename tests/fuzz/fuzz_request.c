/* A request that is accepted holds what its command needs and nothing else;
 * blanks around it change nothing; one that is refused writes nothing. */
#include "gocache/request.h"

#include "base/buf.h"
#include "fuzz.h"

static const struct id none;

static bool
is_sound(const struct request *r)
{
	switch (r->command) {
	case REQUEST_GET:
		return id_eq(&r->output, &none) && r->body_size == 0;
	case REQUEST_PUT:
		return r->body_size <= INT64_MAX;
	case REQUEST_CLOSE:
	case REQUEST_UNKNOWN:
		return id_eq(&r->action, &none) && id_eq(&r->output, &none) &&
		       r->body_size == 0;
	}
	return false;
}

static bool
is_same(const struct request *a, const struct request *b)
{
	return a->id == b->id && a->command == b->command &&
	       id_eq(&a->action, &b->action) && id_eq(&a->output, &b->output) &&
	       a->body_size == b->body_size;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char storage[REQUEST_LINE_MAX + 4];
	struct buf spaced = BUF_OVER(storage);
	struct view line = {(const char *)data, size};
	struct request r, again, before;
	struct gs_err err;

	memset(&r, 0x5a, sizeof(r));
	memcpy(&before, &r, sizeof(r));
	if (request_parse(line, &r, &err) != GS_OK) {
		if (memcmp(&before, &r, sizeof(r)) != 0 ||
			(err.code != GS_BAD && err.code != GS_TOOBIG)) {
			abort();
		}
		return 0;
	}
	buf_str(&spaced, " \t");
	buf_add(&spaced, line);
	buf_str(&spaced, "\r\n");
	if (!is_sound(&r) ||
		(buf_ok(&spaced) && (request_parse(buf_view(&spaced), &again,
					     &err) != GS_OK ||
					    !is_same(&r, &again)))) {
		abort();
	}
	return 0;
}
