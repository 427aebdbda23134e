/* A conversation with whoever answers for the metadata service: after a byte
 * for what is allowed, answers as two bytes of length, one of status, and a
 * body. It ends, and never asks in more than one line. */
#include "s3/metadata.h"

#include "fuzz.h"

static void
check_request(const struct metadata *m)
{
	static const struct url service = {
		.host = {"h", 1}, .port = 80, .path = {"", 0}};
	char storage[METADATA_HEAD_MAX];
	struct buf out = BUF_OVER(storage);
	struct gs_err err;
	size_t lines;

	check(metadata_head(m, &service, &out, &err) == GS_OK);
	lines = count_lines(buf_view(&out));
	check(lines >= 5 && lines <= 7);
}

/* One answer; says how many bytes it took. */
static size_t
answer(struct metadata *m, const uint8_t *data, size_t size)
{
	static const unsigned statuses[] = {
		200, 200, 200, 0, 400, 401, 403, 404, 405, 429, 500};
	static const struct gs_err silence = {.code = GS_TIMEOUT};
	size_t n = (size_t)(data[0] << 8 | data[1]);
	unsigned status =
		statuses[data[2] % (sizeof(statuses) / sizeof(*statuses))];

	n = n < size - 3 ? n : size - 3;
	metadata_take(m, status, (struct view){(const char *)data + 3, n},
		status == 0 ? &silence : NULL);
	return 3 + n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct metadata m;
	unsigned answers = 0;
	size_t at = 1;

	metadata_init(&m, size > 0 && data[0] & 1);
	while (m.step < METADATA_DONE && at + 3 <= size) {
		check_request(&m);
		at += answer(&m, data + at, size - at);
		check(++answers <= 7);
	}
	check(m.step != METADATA_DONE || m.grant.creds.access_key[0]);
	check(m.step != METADATA_FAILED || m.err.code != GS_OK);
	metadata_release(&m);
	return 0;
}
